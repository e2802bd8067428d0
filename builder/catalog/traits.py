"""Traits: typed facts about a Keras class, such as call convention, arity, states and slots."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal

from builder.spec import Config


@dataclass(frozen=True, slots=True)
class Traits:
    """The facts about one class that others ask for; the defaults are the ordinary case.

    A table line of the catalogue gives what is not ordinary by name (``random=True``), and
    ``catalog.traits_of(class_name)`` answers for layers, operations and classes nobody knows.

    Args:
        call: how a layer is called on its tensors: ``one`` tensor (several as a list), always a
            ``list``, a ``pair`` (a list of query and value; one tensor attends to itself), or
            ``query_value`` (the same as arguments of their own).
        arity: the least and the most tensors one call reads; None is any number.
        roles: what the tensors are, in order, where their order matters.
        reads_twice: one tensor may be read at two places of one call.
        states: the states a recurrent layer has, as endings of variable names; its tensors after
            the first are the states it begins with.
        states_of: the argument that holds the layer whose states it has.
        directions: in which it reads; it has the states once for each.
        reads: the kinds of values it reads: ``string``, ``int``; any numbers if empty.
        channels: the number of channels it needs (3: only color pictures).
        gives_int: it gives whole numbers, unless its ``output_mode`` asks for rows.
        index_range: the argument that says how many whole numbers, from 0 on, it knows.
        reserved: of a lookup in a vocabulary, the numbers before the first word (padding, unknown).
        shape: of the output beside the input: ``same``, the same ``last_axis``, or ``new``.
        values: predicted values beside those read: the ``same``, only ``moved`` (cut, repeated,
            padded with zeros), or ``new``.
        one_row: it gives one row of numbers for each example, whatever it reads, unless its
            ``keepdims`` or ``return_sequences`` asks for more.
        divides: the argument that must divide the sides of the pictures it reads.
        half_window: the argument of which what it reads must be longer than half.
        rescales: after it the data's own range no longer matters.
        merges: its inputs must have one shape (``elementwise``), or one but for the joined
            ``axis``.
        activation: the activation function that it is, by its name.
        output_only: of an activation: it belongs at the end of a model only.
        masks: it makes a mask that the layers after it follow.
        upright: of an augmentation: from which ``factor`` on it turns pictures so far that writing
            is no longer the same, 0 for any; None: never.
        random: it acts in training only and passes values through when predicting.
        precomputes: what it gives for an example never changes in training and depends on that
            example alone, bit for bit, so that it can be computed once for all epochs: it only
            ``moves`` values, ``calculates`` (it may end in sums and products, which TensorFlow
            merges with those of what follows), or is ``costly`` beside handing on its result.
        weighs: the first it does with what it reads is a product with its weights, or a look into
            their table.
        adapts: the argument that gives it its table; without it, it must see the training data.
        opens: arguments in which a text is the path of a file that Keras itself would open.
        wraps: it holds another layer in ``layer``, which decides the input it accepts.
        more_axes: of what wraps a layer: how many axes more than that one it reads.
        late_seeds: it draws seeds when it is first called, not when it is made.
        slots: of an optimizer: how many numbers it keeps beside each weight.
        slot_switches: arguments that add one number more each, where they are set.
        largest_rate: the largest learning rate at which an optimizer usually still learns.
        averaged_by: of a metric: the argument that makes one number of one for each output; None
            leaves them apart.
        counterparts: of a loss or metric: label encoding → its twin for labels of that encoding.
        writes: of a callback: the argument that says where it writes, and its place in the folder
            of a run.
        loop: who serves a callback: only ``fit``, or our own loop too, after each ``epoch`` or
            ``batch``.
        sets_rate: a callback that sets the learning rate.
    """

    call: Literal["one", "list", "pair", "query_value"] = "one"
    arity: tuple[int, int | None] = (1, 1)
    roles: tuple[str, ...] = ()
    reads_twice: bool = False
    states: tuple[str, ...] = ()
    states_of: str = ""
    directions: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    channels: int | None = None
    gives_int: bool = False
    index_range: str = ""
    reserved: int = 0
    shape: Literal["same", "last_axis", "new"] = "new"
    values: Literal["same", "moved", "new"] = "new"
    one_row: bool = False
    divides: str = ""
    half_window: str = ""
    rescales: bool = False
    merges: Literal["", "elementwise", "axis"] = ""
    activation: str = ""
    output_only: bool = False
    masks: bool = False
    upright: float | None = None
    random: bool = False
    precomputes: Literal["", "moves", "calculates", "costly"] = ""
    weighs: bool = False
    adapts: str = ""
    opens: tuple[str, ...] = ()
    wraps: bool = False
    more_axes: int = 0
    late_seeds: bool = False
    slots: int | None = None
    slot_switches: tuple[str, ...] = ()
    largest_rate: float = 0.1
    averaged_by: str = ""
    counterparts: Config = field(default_factory=Config)
    writes: tuple[str, str] | None = None
    loop: Literal["fit", "epoch", "batch"] = "fit"
    sets_rate: bool = False

    @property
    def recurrent(self) -> bool:
        """Whether the tensors after the first are the states it begins with."""
        return bool(self.states or self.states_of)

    @property
    def looks_up(self) -> bool:
        """Whether it looks values up in a vocabulary."""
        return self.reserved > 0


ORDINARY = Traits()

NAMES = frozenset(f.name for f in fields(Traits))
"""The names a table line may give."""
