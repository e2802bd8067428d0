"""Adds a learned vector for each position of a sequence, as transformers need it."""

import keras


@keras.saving.register_keras_serializable(package="layerwise")
class PositionEmbedding(keras.layers.Layer):
    """Adds a learned vector for each position of a sequence."""

    def __init__(self, embeddings_initializer="uniform", **kwargs):
        super().__init__(**kwargs)
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)
        self.supports_masking = True

    def build(self, input_shape):
        _, steps, features = input_shape
        if steps is None:
            raise ValueError("its sequences must be of one fixed length.")
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(steps, features),
            initializer=self.embeddings_initializer,
        )

    def call(self, inputs):
        return inputs + self.embeddings

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        initializer = keras.initializers.serialize(self.embeddings_initializer)
        config.update({"embeddings_initializer": initializer})
        return config
