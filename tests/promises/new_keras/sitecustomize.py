"""Python reads this at its start: Keras, once imported, has one more layer and optimizer."""

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
    """The two classes, as Keras would write them."""

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

    class Wanderer(keras.optimizers.SGD):
        def __init__(self, learning_rate=0.05, momentum=0.5, **kwargs):
            super().__init__(learning_rate=learning_rate, momentum=momentum, **kwargs)

    keras.layers.Blur, keras.optimizers.Wanderer = Blur, Wanderer


sys.meta_path.insert(0, NewKeras())
