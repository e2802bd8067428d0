"""Draws z from a mean and a log-variance, the middle of a variational autoencoder."""

import keras


@keras.saving.register_keras_serializable(package="layerwise")
class Sampling(keras.layers.Layer):
    """Draws z around z_mean, as far from it as z_log_var says, and adds the KL loss."""

    def __init__(self, kl_weight=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.kl_weight = kl_weight
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        z_mean, z_log_var = inputs
        kl = keras.ops.square(z_mean) + keras.ops.exp(z_log_var) - z_log_var - 1
        kl_loss = 0.5 * keras.ops.mean(keras.ops.sum(kl, axis=-1))
        self.add_loss(self.kl_weight * kl_loss)
        if not training:
            return z_mean
        shape = keras.ops.shape(z_mean)
        noise = keras.random.normal(shape, dtype=z_mean.dtype, seed=self.seed_generator)
        return z_mean + keras.ops.exp(0.5 * z_log_var) * noise

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        config = super().get_config()
        config.update({"kl_weight": self.kl_weight, "seed": self.seed})
        return config
