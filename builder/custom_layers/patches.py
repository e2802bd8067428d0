"""Cuts pictures into squares, as vision transformers read them."""

import keras


@keras.saving.register_keras_serializable(package="layerwise")
class Patches(keras.layers.Layer):
    """Cuts pictures into squares and lays each square out as one row of numbers."""

    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = patch_size

    def call(self, images):
        _, height, width, channels = images.shape
        size = self.patch_size
        rows, columns = height // size, width // size
        x = keras.ops.reshape(images, (-1, rows, size, columns, size, channels))
        x = keras.ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return keras.ops.reshape(x, (-1, rows * columns, size * size * channels))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        size = self.patch_size
        if not height or not width or height % size or width % size:
            pictures = f"pictures of {height}×{width}"
            raise ValueError(f"{pictures} do not split into patches of {size}×{size}.")
        return batch, (height // size) * (width // size), size * size * channels

    def get_config(self):
        config = super().get_config()
        config.update({"patch_size": self.patch_size})
        return config
