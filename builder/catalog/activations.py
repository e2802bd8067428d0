"""The activation functions: what a neuron makes of its sum, as tables like Keras's signatures.

``args`` are those beyond x; a layer's ``activation`` string always means their defaults.
"""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Entry, line

_HIDDEN, _OUTPUT, _MORE = "For hidden layers", "For the output", "More shapes"


def _row(text: str, group: str, formula: str, summary: str, analogy: str, **more: Any) -> Entry:
    name = text.partition("(")[0]
    more.setdefault("url", f"https://keras.io/api/layers/activations/#{name}-function")
    return line(
        "activations",
        text,
        group=group,
        alias=name,
        formula=formula,
        summary=summary,
        analogy=analogy,
        **more,
    )


ENTRIES: tuple[Entry, ...] = (
    _row(
        "relu(negative_slope=0.0, max_value=None, threshold=0.0)",
        _HIDDEN,
        r"\max(0, x)",
        "Lets positive numbers through and turns negative ones into 0. Fast and good: the first "
        "choice for hidden layers.",
        "A one-way valve: what flows forward passes, what flows back is stopped.",
    ),
    _row(
        "leaky_relu(negative_slope=0.2)",
        _HIDDEN,
        r"\begin{cases} x & x\ge 0\\ 0.2\,x & x<0\end{cases}",
        "ReLU that lets a little of the negative through, so that no neuron can die. Take it when "
        "many outputs of a relu layer stay 0.",
        "A door left ajar: little comes through, but it is never quite shut.",
    ),
    _row(
        "gelu(approximate=False)",
        _HIDDEN,
        r"x\,\Phi(x) = \tfrac{x}{2}\left(1+\operatorname{erf}\tfrac{x}{\sqrt2}\right)",
        "A smooth relative of ReLU that dips a little below 0. The standard in transformers.",
        "A bouncer who decides by likelihood: the clearer the case, the surer you get in.",
    ),
    _row(
        "silu()",
        _HIDDEN,
        r"x\,\sigma(x) = \frac{x}{1+e^{-x}}",
        "Also called swish: x times its own sigmoid. Smooth and a little better than ReLU in deep "
        "image networks.",
        "A dimmer switch that the light itself turns up.",
        extra={"aliases": ("swish",)},
    ),
    _row(
        "elu(alpha=1.0)",
        _HIDDEN,
        r"\begin{cases} x & x>0\\ \alpha\,(e^x-1) & x\le 0\end{cases}",
        "ReLU with a soft landing at −1 for negative numbers, which keeps the mean near 0 and can "
        "speed up learning.",
        "A slide that ends in soft sand instead of at a wall.",
    ),
    _row(
        "selu()",
        _HIDDEN,
        r"1.0507\begin{cases} x & x>0\\ 1.6733\,(e^x-1) & x\le 0\end{cases}",
        "ELU scaled so that a deep stack keeps mean 0 and deviation 1 by itself. Use it with the "
        "lecun_normal initializer and AlphaDropout.",
        "A self-balancing scooter: it corrects every tilt on its own.",
    ),
    _row(
        "tanh()",
        _HIDDEN,
        r"\tanh x = \frac{e^x-e^{-x}}{e^x+e^{-x}}",
        "Squeezes everything into −1 to 1, with 0 in the middle. The standard inside recurrent "
        "layers.",
        "A steering wheel with a stop on either side.",
    ),
    _row(
        "mish()",
        _HIDDEN,
        r"x\,\tanh(\log(1+e^x))",
        "Smooth, like silu, with a slightly deeper dip below 0. Used in some object detectors.",
        "A swing seat: it gives a little before it carries you up.",
    ),
    _row(
        "softmax(axis=-1)",
        _OUTPUT,
        r"\frac{e^{x_i}}{\sum_j e^{x_j}}",
        "Turns scores into probabilities that add up to 1. The output for choosing one of several "
        "classes.",
        "Cutting one cake: a bigger slice for one class leaves less for the others.",
        output_only=True,
    ),
    _row(
        "sigmoid()",
        _OUTPUT,
        r"\sigma(x) = \frac{1}{1+e^{-x}}",
        "Squeezes a number into 0 to 1: the probability of yes. The output for yes or no.",
        "A dimmer between off and fully on.",
    ),
    _row(
        "linear()",
        _OUTPUT,
        r"x",
        "Changes nothing. The output for predicting numbers (regression).",
        "A pane of clear glass.",
    ),
    _row(
        "softplus()",
        _OUTPUT,
        r"\log(1+e^x)",
        "A smooth ReLU that is always positive. The output for quantities that cannot be negative, "
        "such as counts.",
        "A ramp with a rounded foot instead of a kink.",
    ),
    _row(
        "exponential()",
        _OUTPUT,
        r"e^x",
        "Makes every number positive and grows very fast. For rates in a Poisson model; easily "
        "too large elsewhere.",
        "A snowball rolling downhill.",
    ),
    _row(
        "log_softmax(axis=-1)",
        _OUTPUT,
        r"x_i-\log\sum_j e^{x_j}",
        "The logarithm of softmax. For losses that expect log-probabilities; Keras's crossentropy "
        "does not.",
        "The same cake, with the slices measured in decibels.",
        output_only=True,
    ),
    _row(
        "sparsemax(axis=-1)",
        _OUTPUT,
        r"\arg\min_{p}\ \lVert p-x\rVert^2,\quad p_i\ge0,\ \sum_i p_i=1",
        "Like softmax, but unlikely classes get exactly 0.",
        "Cutting the cake for the few who are hungry and giving the others none.",
        output_only=True,
    ),
    _row(
        "relu6()",
        _MORE,
        r"\min(\max(0, x), 6)",
        "ReLU with a ceiling at 6. Made for small models on phones with coarse numbers.",
        "A bathtub with an overflow.",
    ),
    _row(
        "celu(alpha=1.0)",
        _MORE,
        r"\max(0,x)+\min\!\left(0,\ \alpha\,(e^{x/\alpha}-1)\right)",
        "ELU that stays smooth for every alpha.",
        "The soft sand again, however deep you dig it.",
    ),
    _row(
        "softsign()",
        _MORE,
        r"\frac{x}{1+|x|}",
        "Like tanh, but it reaches −1 and 1 more slowly.",
        "Filling a balloon: each further breath adds less.",
    ),
    _row(
        "squareplus(b=4)",
        _MORE,
        r"\frac{x+\sqrt{x^2+b}}{2}",
        "A smooth ReLU made of a square root only, so it is quick to compute.",
        "A road bend laid out with a ruler and a compass.",
    ),
    _row(
        "log_sigmoid()",
        _MORE,
        r"\log\frac{1}{1+e^{-x}}",
        "The logarithm of the sigmoid: always below 0.",
        "Sound that fades the further you walk away and never gets louder than at the source.",
    ),
    _row(
        "hard_sigmoid()",
        _MORE,
        r"\min\!\left(1,\ \max\!\left(0,\ \tfrac{x}{6}+\tfrac12\right)\right)",
        "A sigmoid of straight lines: cheaper to compute, almost the same.",
        "A dimmer drawn with a ruler.",
    ),
    _row(
        "hard_silu()",
        _MORE,
        r"x\cdot\min\!\left(1,\ \max\!\left(0,\ \tfrac{x}{6}+\tfrac12\right)\right)",
        "Silu with the hard sigmoid. Used in small networks for phones.",
        "The light that turns up its own dimmer, with a cheaper dimmer.",
        extra={"aliases": ("hard_swish",)},
    ),
    _row(
        "hard_tanh()",
        _MORE,
        r"\min(1,\ \max(-1,\ x))",
        "Tanh of straight lines: unchanged in the middle, cut off at −1 and 1.",
        "A drawer that slides freely and stops at both ends.",
    ),
    _row(
        "sparse_plus()",
        _MORE,
        r"\begin{cases}0 & x\le-1\\ \tfrac14(x+1)^2 & -1<x<1\\ x & x\ge1\end{cases}",
        "A smooth ReLU that is exactly 0 below −1.",
        "A ramp that begins on truly flat ground.",
    ),
    _row(
        "sparse_sigmoid()",
        _MORE,
        r"\begin{cases}0 & x\le-1\\ \tfrac12(x+1) & -1<x<1\\ 1 & x\ge1\end{cases}",
        "A steep hard sigmoid: exactly 0 below −1 and exactly 1 above 1.",
        "A short seesaw: soon it rests on one side or the other.",
        url="https://keras.io/api/layers/activations/",
    ),
    _row(
        "soft_shrink(threshold=0.5)",
        _MORE,
        r"\operatorname{sign}(x)\,\max(0,\ |x|-\text{threshold})",
        "Pulls every number towards 0 and makes small ones exactly 0. Removes faint noise.",
        "A tax with an allowance: small incomes pay all away, large ones keep the rest.",
    ),
    _row(
        "hard_shrink(threshold=0.5)",
        _MORE,
        r"\begin{cases}x & |x|>\text{threshold}\\ 0 & \text{otherwise}\end{cases}",
        "Makes small numbers 0 and leaves the others as they are.",
        "A noise gate on a microphone: silence below a certain level.",
    ),
    _row(
        "tanh_shrink()",
        _MORE,
        r"x-\tanh x",
        "What tanh cuts off: close to 0 in the middle, almost x far out.",
        "A floor cushion: small steps sink in, big ones are felt.",
    ),
)

NOT_OFFERED: dict[str, str] = {
    "deserialize": "A helper function, no activation.",
    "get": "A helper function, no activation.",
    "glu": "Halves the size of its input, which a layer's activation must not do: Keras then "
    "reports the wrong shape.",
    "hard_swish": "Another name of hard_silu.",
    "serialize": "A helper function, no activation.",
    "swish": "Another name of silu.",
    "threshold": "Needs two numbers, which the activation of a layer cannot carry.",
}
"""Public functions that are no choice for a learner, with the reason."""
