"""Python reads this at its start: Keras, once imported, has two new layers and a new optimizer."""

import importlib.abc
import importlib.util
import sys


class NewKeras(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec("keras")
        usual = spec.loader.exec_module

        def exec_module(module):
            usual(module)
            extend(module)

        spec.loader.exec_module = exec_module
        return spec


def extend(keras):
    """Its new classes, as Keras would write them."""

    class Blur(keras.layers.Layer):
        def __init__(self, strength, mode="soft", seed=None, **kwargs):
            super().__init__(**kwargs)
            self.strength, self.mode, self.seed = strength, mode, seed

        def call(self, inputs):
            mean = keras.ops.mean(inputs, axis=-1, keepdims=True)
            for _ in range(2 if self.mode == "hard" else 1):
                inputs = inputs + self.strength * (mean - inputs)
            return inputs

        def compute_output_shape(self, input_shape):
            return input_shape

        def get_config(self):
            own = {"strength": self.strength, "mode": self.mode, "seed": self.seed}
            return {**super().get_config(), **own}

    class Glance(keras.layers.Layer):
        def __init__(self, power=1, **kwargs):
            super().__init__(**kwargs)
            self.power = power

        def build(self, query_shape, value_shape):
            self.scale = self.add_weight(shape=(query_shape[-1],), initializer="ones")

        def call(self, query, value):
            return self.scale * value * keras.ops.sigmoid(query) ** self.power

        def compute_output_shape(self, query_shape, value_shape):
            return value_shape

        def get_config(self):
            return {**super().get_config(), "power": self.power}

    class Wanderer(keras.optimizers.SGD):
        def __init__(self, learning_rate=0.05, momentum=0.5, **kwargs):
            super().__init__(learning_rate=learning_rate, momentum=momentum, **kwargs)

    keras.layers.Blur, keras.layers.Glance = Blur, Glance
    keras.optimizers.Wanderer = Wanderer


sys.meta_path.insert(0, NewKeras())
