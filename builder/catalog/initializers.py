"""The initializers: what the weights are before training, as tables like Keras's signatures.

In the formulas n_in and n_out are the numbers of inputs and outputs of the layer.
"""

from __future__ import annotations

import functools

from builder.catalog.entry import Entry, weight_row

_AXES = "seed=None, input_axes=None, output_axes=None"
_SCALED, _PLAIN, _FIXED = "Scaled to the layer", "Plain random", "Fixed"


_row = functools.partial(weight_row, "initializers")


ENTRIES: tuple[Entry, ...] = (
    _row(
        f"GlorotUniform({_AXES})",
        _SCALED,
        "glorot_uniform",
        r"w \sim U(-a, a),\quad a = \sqrt{\frac{6}{n_{\text{in}}+n_{\text{out}}}}",
        "Random numbers, the smaller the more connections a neuron has, so that signals neither "
        "fade nor explode. Keras's default; fits tanh, sigmoid and softmax.",
        "Setting every microphone to a fair volume before the concert starts.",
    ),
    _row(
        f"GlorotNormal({_AXES})",
        _SCALED,
        "glorot_normal",
        r"w \sim N(0, \sigma^2),\quad \sigma = \sqrt{\frac{2}{n_{\text{in}}+n_{\text{out}}}}",
        "As Glorot uniform, but drawn from a bell curve cut off at its ends.",
        "The same sound check, with most microphones near the middle of the dial.",
    ),
    _row(
        f"HeNormal({_AXES})",
        _SCALED,
        "he_normal",
        r"w \sim N(0, \sigma^2),\quad \sigma = \sqrt{\frac{2}{n_{\text{in}}}}",
        "A little larger than Glorot, because ReLU silences half of its inputs. The usual choice "
        "for deep networks with relu.",
        "Speaking a bit louder because half of the room is not listening.",
    ),
    _row(
        f"HeUniform({_AXES})",
        _SCALED,
        "he_uniform",
        r"w \sim U(-a, a),\quad a = \sqrt{\frac{6}{n_{\text{in}}}}",
        "As He normal, but every number within the limits is equally likely.",
        "The same louder voice, with the dial turned anywhere between two marks.",
    ),
    _row(
        f"LecunNormal({_AXES})",
        _SCALED,
        "lecun_normal",
        r"w \sim N(0, \sigma^2),\quad \sigma = \sqrt{\frac{1}{n_{\text{in}}}}",
        "Keeps the spread of the signal the same from layer to layer. Required by the selu "
        "activation.",
        "A relay race where each runner hands on exactly as much speed as was received.",
    ),
    _row(
        f"LecunUniform({_AXES})",
        _SCALED,
        "lecun_uniform",
        r"w \sim U(-a, a),\quad a = \sqrt{\frac{3}{n_{\text{in}}}}",
        "As LeCun normal, but every number within the limits is equally likely.",
        "The same relay race, with the speeds drawn from a hat.",
    ),
    _row(
        "VarianceScaling(scale=1.0, mode='fan_in', distribution='truncated_normal', seed=None, "
        "input_axes=None, output_axes=None)",
        _SCALED,
        "variance_scaling",
        r"\operatorname{var}(w) = \frac{\text{scale}}{n}",
        "The general recipe behind Glorot, He and LeCun: you choose the scale and whether inputs, "
        "outputs or both are counted.",
        "The mixing desk itself, with all its knobs.",
    ),
    _row(
        "Orthogonal(gain=1.0, seed=None)",
        _SCALED,
        "orthogonal",
        r"W^{\mathsf T} W = \text{gain}^2\, I",
        "Random directions at right angles to each other, so that repeated multiplication neither "
        "shrinks nor grows the signal. The default inside recurrent layers; not for biases.",
        "Street corners in a planned city: every road meets the next at a right angle.",
    ),
    _row(
        "RandomNormal(mean=0.0, stddev=0.05, seed=None)",
        _PLAIN,
        "random_normal",
        r"w \sim N(\text{mean}, \text{stddev}^2)",
        "Numbers from a bell curve whose width you choose, whatever the size of the layer.",
        "Darts thrown at a bullseye: most land close, a few far out.",
    ),
    _row(
        "TruncatedNormal(mean=0.0, stddev=0.05, seed=None)",
        _PLAIN,
        "truncated_normal",
        r"w \sim N(\text{mean}, \text{stddev}^2),\quad |w-\text{mean}| \le 2\,\text{stddev}",
        "A bell curve without its tails: numbers further out than two deviations are drawn again.",
        "Darts again, but those that miss the board are thrown once more.",
    ),
    _row(
        "RandomUniform(minval=-0.05, maxval=0.05, seed=None)",
        _PLAIN,
        "random_uniform",
        r"w \sim U(\text{minval}, \text{maxval})",
        "Every number between two limits is equally likely.",
        "Spinning a wheel of fortune that has the same width of field for every number.",
    ),
    _row(
        "Zeros()",
        _FIXED,
        "zeros",
        r"w = 0",
        "All zero: right for biases. For the weights of a layer it is a trap, because all neurons "
        "then learn the same thing.",
        "A row of scales, all set to nothing before weighing.",
    ),
    _row(
        "Ones()",
        _FIXED,
        "ones",
        r"w = 1",
        "All one: for factors that should change nothing at first, as in normalization layers.",
        "Every slider of a mixing desk at its neutral mark.",
    ),
    _row(
        "Constant(value=0.0)",
        _FIXED,
        "",
        r"w = \text{value}",
        "All the same number, which you choose. Useful for biases, for instance to start a forget "
        "gate open.",
        "Filling every cup to the same line.",
    ),
    _row(
        "Identity(gain=1.0)",
        _FIXED,
        "identity",
        r"W = \text{gain}\cdot I",
        "Ones on the diagonal, zeros elsewhere: the layer begins by handing its input on. Only for "
        "weight matrices, not for biases or convolutions.",
        "A mirror: at first you get back exactly what you show it.",
    ),
)

NOT_OFFERED: dict[str, str] = {
    "IdentityInitializer": "Another name of Identity.",
    "Initializer": "The base class; it makes no numbers.",
    "OrthogonalInitializer": "Another name of Orthogonal.",
    "STFT": "Only for the kernels of STFTSpectrogram, which sets it itself.",
    "STFTInitializer": "Another name of STFT.",
}
"""Public classes that are no choice for a learner, with the reason."""
