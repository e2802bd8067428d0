"""What the catalogue is made of: Entry, like Keras's signature, and Param, how to ask for one."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from builder.catalog import traits
from builder.catalog.traits import Traits
from builder.errors import CatalogError
from builder.spec import Config, ObjectSpec


class _Required:
    """The default of an argument that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Param:
    """How one argument is asked for; each argument name is described once.

    Args:
        type: ``int``, ``float``, ``bool``, ``str``, ``choice``, ``ints`` (tuple of ints, or one
            int for all axes), ``floats``, ``object`` (a nested record of ``kind``), ``json``.
        help: one line for a learner, shown on hover.
        min, max, step: range of numbers, inclusive.
        choices: for ``choice``; may hold None.
        kind: for ``object``: the catalogue kind offered (``initializers`` …).
        optional: None is allowed and means what ``help`` says.
        length: for ``ints``/``floats``: fixed number of entries, or None when it varies.
        advanced: shown only behind "more settings".
        start: what a new object begins with where Keras has no default.
    """

    type: str
    help: str
    min: float | None = None
    max: float | None = None
    step: float | None = None
    choices: tuple[Any, ...] = ()
    kind: str = ""
    optional: bool = False
    length: int | None = None
    advanced: bool = False
    start: Any = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One choosable thing.

    Args:
        kind: ``layers``, ``optimizers``, ``schedules``, ``losses``, ``metrics``, ``callbacks``,
            ``initializers``, ``regularizers``, ``constraints``, ``activations``, ``datasets``.
        class_name: Keras's class name (for activations: the function's name).
        args: argument → default (REQUIRED where Keras has none), in Keras's order.
        group: heading in the palette, e.g. ``Core``.
        summary: a few plain sentences: what it does and when to use it.
        analogy: the everyday picture, one sentence.
        formula: LaTeX, or "".
        url: Keras's page.
        alias: Keras's short string, e.g. ``adam``; "" if there is none.
        ndim: input ranks it accepts, batch axis included; () is any.
        start: what a new one begins with, beyond the required arguments.
        tasks: ``classification``, ``regression`` … it fits; () is any.
        labels: label encodings a loss or metric expects: ``one_hot``, ``integers``, ``values``.
        traits: what is not ordinary about the class: how it is called, what it does to values …
        extra: anything one kind alone needs, by name.
    """

    kind: str
    class_name: str
    args: Config
    group: str = ""
    summary: str = ""
    analogy: str = ""
    formula: str = ""
    url: str = ""
    alias: str = ""
    ndim: tuple[int, ...] = ()
    start: Config = field(default_factory=Config)
    tasks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    traits: Traits = traits.ORDINARY
    extra: Config = field(default_factory=Config)

    @property
    def required(self) -> tuple[str, ...]:
        """Arguments without a default."""
        return tuple(k for k, v in self.args.items() if v is REQUIRED)


def signature(text: str) -> Config:
    """``"units, activation=None, strides=(1, 1)"`` as argument → default.

    Raises:
        SyntaxError: the text is no Python signature of literals.
    """
    tree = ast.parse(f"def f({text}): ...").body[0]
    assert isinstance(tree, ast.FunctionDef)
    names = [a.arg for a in (*tree.args.args, *tree.args.kwonlyargs)]
    defaults = [ast.literal_eval(d) for d in tree.args.defaults]
    values: list[Any] = [REQUIRED] * (len(tree.args.args) - len(defaults)) + defaults
    values += [REQUIRED if d is None else ast.literal_eval(d) for d in tree.args.kw_defaults]
    return Config(dict(zip(names, values, strict=True)))


def line(kind: str, text: str, **fields: Any) -> Entry:
    """An Entry whose name and arguments read like Keras: ``"SGD(learning_rate=0.01)"``.

    ``fields`` are the other fields of Entry and those of Traits; ``start`` and ``extra`` may be
    plain dicts.

    Raises:
        SyntaxError: the text is no call with literal defaults.
    """
    name, _, arguments = text.partition("(")
    given = {key: fields.pop(key) for key in traits.NAMES & fields.keys()}
    for key in ("start", "extra"):
        if key in fields:
            fields[key] = Config(fields[key])
    if "counterparts" in given:
        given["counterparts"] = Config(given["counterparts"])
    fields["traits"] = Traits(**given) if given else traits.ORDINARY
    return Entry(kind, name, signature(arguments.removesuffix(")")), **fields)


def weight_row(
    kind: str, text: str, group: str, alias: str, formula: str, summary: str, analogy: str
) -> Entry:
    """A row of the tables whose things act on a layer's weights; Keras has one page a kind."""
    return line(
        kind,
        text,
        group=group,
        alias=alias,
        formula=formula,
        summary=summary,
        analogy=analogy,
        url=f"https://keras.io/api/layers/{kind}/#{text.partition('(')[0].lower()}-class",
    )


def new(entry: Entry, params: dict[str, Param]) -> ObjectSpec:
    """A fresh object of that entry: required arguments filled from ``Param.start``, then ``start``.

    Raises:
        CatalogError: a required argument has no start value.
    """
    config: dict[str, Any] = {}
    for name in entry.required:
        if name in entry.start:
            continue
        if name not in params or params[name].start is None:
            raise CatalogError(f"{entry.class_name} needs '{name}', which has no start value.")
        config[name] = params[name].start
    return ObjectSpec(entry.class_name, Config(config | dict(entry.start)))
