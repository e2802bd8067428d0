"""The operations of ``keras.ops`` as nodes: which arguments are tensors, and what each one does.

A line reads like Keras's signature. Before the ``/`` stand the tensors, which wires fill in order;
``*xs`` is a list that takes all wires; behind it stand the other arguments, which the config holds.

``Entry.extra`` of an operation holds:

============ =================================================================================
``tensors``  the names of the tensor arguments, in Keras's order
``many``     the one argument that takes all wires as a list, ``""`` if there is none
``numbers``  tensor arguments for which a fixed number in the config may stand instead of a wire
``outputs``  the argument that decides how many outputs there are, ``""`` if there is one output
``params``   {argument: Param}
============ =================================================================================
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Literal

from builder.catalog.entry import Entry, signature
from builder.catalog.operation_arguments import NUMBER, PARAMS
from builder.catalog.traits import Traits
from builder.spec import Config

PREFIX = "ops."
"""How the class name of an operation begins: ``ops.reshape`` is ``keras.ops.reshape``."""

PAGES = {
    "nn": "nn/", "numpy": "numpy/", "core": "core/", "image": "image/", "linalg": "linalg/",
}  # fmt: skip
SITE = "https://keras.io/api/ops/"

_TABLE: dict[str, tuple[tuple[str, str] | tuple[str, str, dict[str, Any]], ...]] = {
    "Arithmetic": (
        ("add(x1, x2, /)", "Adds two tensors value by value, or a number to every value."),
        ("subtract(x1, x2, /)", "Subtracts the second from the first, value by value."),
        ("multiply(x1, x2, /)", "Multiplies two tensors value by value, or all by a number."),
        ("divide(x1, x2, /)", "Divides the first by the second, value by value."),
        ("divide_no_nan(x1, x2, /)", "Divides value by value and gives 0 for a division by 0."),
        ("floor_divide(x1, x2, /)", "Divides value by value and rounds down."),
        ("mod(x1, x2, /)", "The rest of a division, value by value."),
        ("power(x1, x2, /)", "The first to the power of the second, value by value."),
        ("maximum(x1, x2, /)", "The larger of two values, place by place."),
        ("minimum(x1, x2, /)", "The smaller of two values, place by place."),
        ("negative(x, /)", "Turns the sign of every value."),
        ("reciprocal(x, /)", "One divided by every value."),
    ),
    "Elementwise math": (
        ("abs(x, /)", "Every value without its sign."),
        ("sign(x, /)", "-1, 0 or 1 for every value: only its sign."),
        ("square(x, /)", "Every value times itself."),
        ("sqrt(x, /)", "The square root of every value."),
        ("rsqrt(x, /)", "One divided by the square root of every value."),
        ("exp(x, /)", "The exponential of every value."),
        ("expm1(x, /)", "The exponential minus 1, exact for small values too."),
        ("log(x, /)", "The natural logarithm of every value."),
        ("log1p(x, /)", "The logarithm of 1 + x, exact for small values too."),
        ("log2(x, /)", "The logarithm to base 2 of every value."),
        ("log10(x, /)", "The logarithm to base 10 of every value."),
        ("sin(x, /)", "The sine of every value, read as an angle in radians."),
        ("cos(x, /)", "The cosine of every value, read as an angle in radians."),
        ("tan(x, /)", "The tangent of every value, read as an angle in radians."),
        ("arctan2(x1, x2, /)", "The angle whose tangent is x1 / x2, in the right quadrant."),
        ("erf(x, /)", "The error function of every value, as in the exact gelu."),
        ("floor(x, /)", "Rounds every value down."),
        ("ceil(x, /)", "Rounds every value up."),
        ("round(x, /, decimals=0)", "Rounds every value to so many decimals."),
        ("clip(x, /, x_min, x_max)", "Keeps every value between a smallest and a largest one.",
         {"x_min": 0.0, "x_max": 1.0}),
        ("cast(x, /, dtype)", "Turns the values into another type, such as int32.",
         {"dtype": "float32"}),
        ("stop_gradient(variable, /)", "Hands the values on, but lets no learning signal back."),
    ),
    "Activation functions": (
        ("relu(x, /)", "Keeps positive values and turns negative ones into 0."),
        ("relu6(x, /)", "As relu, with 6 as the largest value."),
        ("leaky_relu(x, /, negative_slope=0.2)", "As relu, but negative values shrink only."),
        ("elu(x, /, alpha=1.0)", "As relu, but negative values bend smoothly toward -alpha."),
        ("selu(x, /)", "A scaled elu that keeps mean and variance."),
        ("gelu(x, /, approximate=True)", "A smooth relu, usual in transformers."),
        ("silu(x, /)", "Each value times its own sigmoid, also called swish."),
        ("sigmoid(x, /)", "Squeezes every value between 0 and 1."),
        ("hard_sigmoid(x, /)", "A sigmoid made of straight lines, quick to calculate."),
        ("hard_silu(x, /)", "A silu made of straight lines, quick to calculate."),
        ("tanh(x, /)", "Squeezes every value between -1 and 1."),
        ("softplus(x, /)", "A smooth relu that is never quite 0."),
        ("softsign(x, /)", "Squeezes every value between -1 and 1, more gently than tanh."),
        ("softmax(x, /, axis=-1)", "Turns numbers into shares that add up to 1 along an axis."),
        ("log_softmax(x, /, axis=-1)", "The logarithm of softmax, calculated exactly."),
        ("log_sigmoid(x, /)", "The logarithm of sigmoid, calculated exactly."),
        ("glu(x, /, axis=-1)", "Halves an axis: one half decides how much of the other passes."),
    ),
    "Reductions": (
        ("sum(x, /, axis=None, keepdims=False)", "The sum along an axis."),
        ("mean(x, /, axis=None, keepdims=False)", "The average along an axis."),
        ("max(x, /, axis=None, keepdims=False, initial=None)", "The largest value along an axis."),
        ("min(x, /, axis=None, keepdims=False, initial=None)", "The smallest value along an axis."),
        ("prod(x, /, axis=None, keepdims=False, dtype=None)", "The product along an axis."),
        ("std(x, /, axis=None, keepdims=False)", "The standard deviation along an axis."),
        ("var(x, /, axis=None, keepdims=False)", "The variance along an axis."),
        ("median(x, /, axis=None, keepdims=False)", "The middle value along an axis."),
        ("logsumexp(x, /, axis=None, keepdims=False)", "The logarithm of a sum of exponentials."),
        ("any(x, /, axis=None, keepdims=False)", "Whether any value along an axis is true."),
        ("all(x, /, axis=None, keepdims=False)", "Whether all values along an axis are true."),
        ("argmax(x, /, axis=None, keepdims=False)", "The place of the largest value of an axis."),
        ("argmin(x, /, axis=None, keepdims=False)", "The place of the smallest value of an axis."),
        ("norm(x, /, ord=None, axis=None, keepdims=False)", "The length of a row of values."),
        ("normalize(x, /, axis=-1, order=2, epsilon=None)", "Scales rows of values to length 1."),
        ("cumsum(x, /, axis=None, dtype=None)", "The running sum along an axis."),
        ("cumprod(x, /, axis=None, dtype=None)", "The running product along an axis."),
    ),
    "Shape": (
        ("reshape(x, /, newshape)", "The same values in another shape, batch axis included.",
         {"newshape": (-1, 1)}),
        ("transpose(x, /, axes=None)", "Puts the axes into another order, batch axis included.",
         {"axes": (0, 2, 1)}),
        ("expand_dims(x, /, axis)", "Adds an axis of length 1.", {"axis": -1}),
        ("squeeze(x, /, axis=None)", "Removes axes of length 1.", {"axis": -1}),
        ("moveaxis(x, /, source, destination)", "Moves an axis to another place.",
         {"source": 1, "destination": -1}),
        ("swapaxes(x, /, axis1, axis2)", "Swaps two axes.", {"axis1": 1, "axis2": 2}),
        ("broadcast_to(x, /, shape)", "Repeats the values to fill a larger shape.",
         {"shape": (1, 1)}),
        ("repeat(x, /, repeats, axis=None)", "Repeats every value so many times along an axis.",
         {"repeats": 2, "axis": 1}),
        ("tile(x, /, repeats)", "Lays the whole tensor side by side, so often per axis.",
         {"repeats": (1, 2)}),
        ("flip(x, /, axis=None)", "Reverses the order along an axis.", {"axis": 1}),
        ("roll(x, /, shift, axis=None)", "Shifts values along an axis; the end comes to the front.",
         {"shift": 1, "axis": 1}),
        ("pad(x, /, pad_width, mode='constant', constant_values=None)",
         "Adds values at the ends of each axis.", {"pad_width": ((0, 0), (1, 1))}),
        ("get_item(x, /, key)", "Cuts out a part, as x[:, 0] does in Python.",
         {"key": (Config(start=None, stop=None, step=None), 0)}),
    ),
    "Join and split": (
        ("concatenate(*xs, axis=0)", "Joins tensors end to end along an axis.", {"axis": -1}),
        ("stack(*x, axis=0)", "Lays tensors of one shape on top of each other: a new axis.",
         {"axis": 1}),
        ("split(x, /, indices_or_sections, axis=0)", "Cuts a tensor into parts: several outputs.",
         {"indices_or_sections": 2, "axis": -1}),
        ("unstack(x, /, num=None, axis=0)", "Takes an axis apart: one output for each place on it.",
         {"axis": 1}),
        ("meshgrid(*x, indexing='xy')", "All combinations of several rows of values."),
    ),
    "Matrices": (
        ("matmul(x1, x2, /)", "The matrix product of the last two axes."),
        ("dot(x1, x2, /)", "The dot product of two tensors."),
        ("einsum(subscripts, *operands)", "Products and sums along axes, in Einstein notation.",
         {"subscripts": "bij,bjk->bik"}),
        ("tensordot(x1, x2, /, axes=2)", "Multiplies two tensors and sums over some axes."),
        ("outer(x1, x2, /)", "Every value of the one times every value of the other."),
        ("tril(x, /, k=0)", "Keeps what is on and below the diagonal, the rest is 0."),
        ("triu(x, /, k=0)", "Keeps what is on and above the diagonal, the rest is 0."),
    ),
    "Compare and choose": (
        ("equal(x1, x2, /)", "Whether two values are equal, place by place."),
        ("not_equal(x1, x2, /)", "Whether two values differ, place by place."),
        ("greater(x1, x2, /)", "Whether the first is greater, place by place."),
        ("greater_equal(x1, x2, /)", "Whether the first is greater or equal, place by place."),
        ("less(x1, x2, /)", "Whether the first is smaller, place by place."),
        ("less_equal(x1, x2, /)", "Whether the first is smaller or equal, place by place."),
        ("logical_and(x1, x2, /)", "Whether both are true, place by place."),
        ("logical_or(x1, x2, /)", "Whether at least one is true, place by place."),
        ("logical_not(x, /)", "Turns true into false and false into true."),
        ("nan_to_num(x, /, nan=0.0, posinf=None, neginf=None)",
         "Puts other numbers in the place of missing and infinite ones."),
        ("isnan(x, /)", "Whether a value is no number, place by place."),
        ("where(condition, x1, x2, /)", "Takes x1 where the condition is true, else x2."),
        ("one_hot(x, /, num_classes, axis=-1, dtype=None, sparse=False)",
         "Turns whole numbers into rows of zeros with a single 1.", {"num_classes": 10}),
        ("take(x, indices, /, axis=None)", "Picks entries of an axis by their number.",
         {"axis": 1}),
        ("take_along_axis(x, indices, /, axis=None)", "Picks an entry for each place of its own."),
        ("sort(x, /, axis=-1)", "Sorts the values along an axis."),
        ("argsort(x, /, axis=-1)", "The places that would sort the values along an axis."),
        ("top_k(x, /, k, sorted=True)", "The k largest values and their places: two outputs.",
         {"k": 2}),
        ("zeros_like(x, /, dtype=None)", "Zeros in the shape of the input."),
        ("ones_like(x, /, dtype=None)", "Ones in the shape of the input."),
    ),
    "Pictures and windows": (
        ("average_pool(inputs, /, pool_size, strides=None, padding='valid', data_format=None)",
         "The average of every window.", {"pool_size": 2}),
        ("max_pool(inputs, /, pool_size, strides=None, padding='valid', data_format=None)",
         "The largest value of every window.", {"pool_size": 2}),
        ("depth_to_space(x, /, block_size, data_format='channels_last')",
         "Turns channels into a larger picture.", {"block_size": 2}),
        ("space_to_depth(x, /, block_size, data_format='channels_last')",
         "Turns blocks of pixels into channels.", {"block_size": 2}),
        ("image.resize(images, /, size, interpolation='bilinear', antialias=False, "
         "crop_to_aspect_ratio=False, pad_to_aspect_ratio=False, fill_mode='constant', "
         "fill_value=0.0, data_format=None)", "Scales pictures to another size.",
         {"size": (32, 32)}),
        ("image.rgb_to_grayscale(images, /, data_format=None)", "Makes color pictures gray."),
    ),
}  # fmt: skip
"""Palette group → signature, what it does and, where Keras has no default, what it begins with."""

_OUTPUTS = {"split": "indices_or_sections", "unstack": "num", "top_k": "k", "meshgrid": "x"}


_PRECOMPUTES: dict[str, Literal["", "moves", "calculates", "costly"]] = {
    **dict.fromkeys(("cast", "concatenate", "expand_dims", "squeeze"), "moves"),
    **dict.fromkeys(
        (
            *("abs", "add", "clip", "divide", "maximum", "minimum", "multiply", "negative"),
            *("equal", "greater", "greater_equal", "isnan", "less", "less_equal", "nan_to_num"),
            *("logical_and", "logical_not", "logical_or", "not_equal", "subtract", "where"),
        ),
        "calculates",
    ),
    **dict.fromkeys(("image.resize", "one_hot"), "costly"),
}
"""What can be computed once for all epochs (see ``Traits.precomputes``). Not among them: what mixes
the examples of a batch, and exp, log, sin and their like, of which TensorFlow calculates the last
few values of an array in another way than the others, with other last bits."""


def _tensors(text: str) -> tuple[tuple[str, ...], str]:
    """The tensor arguments of a signature, and the one of them that takes a list."""
    tree = ast.parse(f"def f({text}): ...").body[0]
    assert isinstance(tree, ast.FunctionDef)
    many = tree.args.vararg.arg if tree.args.vararg else ""
    return (*(a.arg for a in tree.args.posonlyargs), *((many,) if many else ())), many


def _entry(group: str, text: str, summary: str, start: dict[str, Any] | None = None) -> Entry:
    name, _, rest = text.partition("(")
    rest = rest.removesuffix(")")
    tensors, many = _tensors(rest)
    if group == "Reductions" and "axis" in rest:
        start = {"axis": -1}  # over all axes, Keras's default, the examples of a batch would mix
    numbers = tensors if len(tensors) > 1 and not {"indices", many} & set(tensors) else ()
    plainly = {} if many else {n: None for n in tensors if n in numbers}
    args = Config(plainly | dict(signature(rest)))
    start = {k: v for k, v in (start or {}).items() if args[k] != v}
    described = {a: PARAMS.get((name, a)) or PARAMS.get(("", a)) for a in args if a not in numbers}
    extra: dict[str, Any] = {
        "tensors": tensors,
        "many": many,
        "numbers": numbers,
        "outputs": _OUTPUTS.get(name, ""),
        "params": {a: p for a, p in described.items() if p} | dict.fromkeys(numbers, NUMBER),
    }
    return Entry(
        "layers", PREFIX + name, args, group, summary, url=_url(group),
        start=Config(start), traits=_traits(name, group, extra), extra=Config(extra),
    )  # fmt: skip


def _traits(name: str, group: str, extra: Mapping[str, Any]) -> Traits:
    """How many wires it takes, and whether what they bring must have one shape."""
    tensors, many, numbers = extra["tensors"], extra["many"], extra["numbers"]
    pairs = group not in ("Matrices", "Join and split") and tensors == ("x1", "x2")
    return Traits(
        arity=(1, None) if many else (max(1, len(tensors) - len(numbers)), len(tensors)),
        reads_twice=True,
        merges="elementwise" if pairs else "axis" if many == "xs" else "",
        precomputes=_PRECOMPUTES.get(name, ""),
    )


def _url(group: str) -> str:
    page = {"Activation functions": "nn/", "Pictures and windows": ""}.get(group, "numpy/")
    return SITE + page


ENTRIES = tuple(_entry(group, *row) for group, rows in _TABLE.items() for row in rows)
"""In palette order."""

BY_NAME = {e.class_name: e for e in ENTRIES}


def is_op(class_name: str) -> bool:
    """Whether a layer record of that name is an operation."""
    return class_name.startswith(PREFIX)


def bind(
    class_name: str, config: Config, wires: tuple[Any, ...]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Which argument each wire fills: ``(positional, keyword)`` of the call of ``keras.ops``.

    Args:
        wires: anything that stands for the inbound tensors: tensors, or names when printing.
            A list argument receives all that are left as one list (``einsum`` takes them one by
            one, after its equation).

    Raises:
        ValueError: more or fewer wires than the operation has free tensor arguments; a sentence.
    """
    name = class_name.removeprefix(PREFIX)
    entry = BY_NAME.get(class_name)
    if entry is None:
        return wires, dict(config)
    many = entry.extra["many"]
    if name in ("einsum", "meshgrid"):
        rest = config.without("subscripts")
        first = (config["subscripts"],) if "subscripts" in config else ()
        return (*first, *wires), dict(rest)
    if many:
        return (list(wires),), dict(config)
    free = [n for n in entry.extra["tensors"] if n not in config]
    if len(free) != len(wires):
        raise ValueError(
            f"it reads {len(wires)} tensor{'s' if len(wires) != 1 else ''}, but takes {len(free)}"
            f" ({', '.join(free)})."
        )
    if free == list(entry.extra["tensors"][: len(free)]):
        return wires, dict(config)
    return (), dict(zip(free, wires, strict=True)) | dict(config)


__all__ = ["BY_NAME", "ENTRIES", "PREFIX", "bind", "is_op"]
