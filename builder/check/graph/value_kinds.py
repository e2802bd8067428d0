"""Check the kind of values each layer reads: text, whole numbers in range, or any numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from builder import catalog, edit
from builder.catalog.layers import needs_adapt
from builder.check.graph.text_inputs import reads_only_text
from builder.check.repair import fixes, recommended
from builder.check.repair.fixes import Fixes
from builder.check.repair.graph_edits import find_layer
from builder.check.repair.per_output import input_data
from builder.facts import DataFacts, LazyFixes, Problem
from builder.kinds.registry import find_kind
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, active

BINS = 10
"""Into how many bins a fix sorts decimal numbers, as ``catalog.new`` does."""

MOST_TOKENS = 1000
"""The widest row of zeros and ones a fix makes."""


def problems(training: TrainingSpec, data: DataFacts) -> Iterator[Problem]:
    """Layers fed with the wrong kind of values, or with whole numbers they do not know."""
    spec = active(training.model)
    for node, source in value_sources(spec).items():
        layer = find_layer(spec, node)
        seen = input_data(training, data, source) if edit.is_input(spec, source) else data
        if layer is None or seen is None:
            continue
        problem = _Reader(training, seen, spec, node, layer, source).problem()
        if problem:
            yield problem


class _Reader:
    """One layer and what reaches it."""

    def __init__(
        self,
        training: TrainingSpec,
        data: DataFacts,
        spec: ModelSpec,
        node: str,
        layer: ObjectSpec,
        source: str,
    ) -> None:
        self.training, self.data, self.spec = training, data, spec
        self.node, self.layer, self.source = node, layer, source
        self.name = fixes.layer_label(spec, node)
        self.traits = catalog.traits_of(layer.class_name)

    def problem(self) -> Problem | None:
        """The first thing that is wrong with what this layer reads."""
        if edit.is_input(self.spec, self.node):
            return self._text_input()
        if self.gets_text:
            return self._unknown_width()
        if self.traits.reads == ("string",):
            return self._numbers_for_text()
        if "int" in self.traits.reads and not self.is_whole:
            return self._decimals()
        return self._inside_wrapper() or self._unknown_width() or self._out_of_range()

    @property
    def gets_text(self) -> bool:
        """Whether texts reach the layer; ``text_inputs`` checks those."""
        return edit.is_input(self.spec, self.source) and self.data.input.is_text

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers reach the layer."""
        if edit.is_input(self.spec, self.source):
            return self.data.input.whole
        layer = find_layer(self.spec, self.source)
        rows = layer is not None and layer.config.get("output_mode", "int") != "int"
        return layer is not None and catalog.traits_of(layer.class_name).gives_int and not rows

    @property
    def giver(self) -> str:
        """Who hands over the values, for a message."""
        if edit.is_input(self.spec, self.source):
            return self.data.title
        return fixes.layer_label(self.spec, self.source)

    def _problem(self, message: str, hint: str, remedies: Callable[[], Fixes]) -> Problem:
        return Problem(f"model.{self.node}", message, hint, LazyFixes(remedies))

    def _fix(self, label: str, *changes: Any) -> Fixes:
        return fixes.model(label, self.training, *changes)

    def _removal(self) -> Fixes:
        """The fix that removes the layer, and with it an Embedding that only it could feed."""
        after = [n.name for n in self.spec.nodes if n.inbound == (self.node,)]
        follower = find_layer(self.spec, after[0]) if len(after) == 1 else None
        counts = follower is not None and catalog.traits_of(follower.class_name).index_range
        both = counts and not self.data.input.whole
        label = f"Remove '{self.node}'" + (f" and '{after[0]}'" if both else "")
        names = (self.node, after[0]) if both else (self.node,)
        return self._fix(label, *(fixes.remove(name) for name in names))

    def _text_input(self) -> Problem | None:
        if self.layer.config.get("dtype") != "string" or self.data.input.is_text:
            return None
        message = f"{self.name} expects text, but {self.data.title} holds numbers."
        change = fixes.reset_arguments(self.node, "dtype")
        plain = partial(self._fix, "Let it take numbers", change)
        return self._problem(message, "Take its dtype back to the default.", plain)

    def _numbers_for_text(self) -> Problem:
        """A layer for plain text that gets numbers, be they those of words."""
        whole = self.is_whole
        gives = "whole numbers" if whole else "numbers"
        message = f"{self.name} reads text, but {self.giver} gives {gives}."
        hint = "Remove it."
        if find_kind(self.data.input.kind).has_words:
            hint = "Remove it: the words have been turned into numbers already."
        return self._problem(message, hint, self._removal)

    def _decimals(self) -> Problem:
        message = f"{self.name} reads whole numbers, but {self.giver} gives decimal numbers"
        if edit.is_input(self.spec, self.source):
            message += f" ({self.data.input.low:.3g} to {self.data.input.high:.3g})"
        size = self.layer.config.get(self.traits.index_range)
        bins = min(BINS, size) if isinstance(size, int) and size > 1 else BINS
        sort = recommended.sort_into_bins(bins)
        label = f"Sort the numbers into {bins} bins before '{self.node}'"
        insert = fixes.insert_before(self.node, sort)
        hint = "Remove it, or sort the numbers into bins before it (Discretization)."
        remedies = lambda: self._removal() + self._fix(label, insert)  # noqa: E731
        return self._problem(f"{message}.", hint, remedies)

    def _inside_wrapper(self) -> Problem | None:
        """``adapt`` belongs to a layer itself; what wraps it has none."""
        inner = self.layer.config.get("layer")
        if not isinstance(inner, ObjectSpec) or not needs_adapt(inner.class_name, inner.config):
            return None
        message = (
            f"{self.name} holds {inner.class_name}, which can learn its table from the data only"
            " when it stands in the stack by itself."
        )
        label, bare = f"Use {inner.class_name} by itself", fixes.replace_layer(self.node, inner)
        remedies = lambda: self._fix(label, bare) + self._removal()  # noqa: E731
        return self._problem(message, "Take it out of its wrapper.", remedies)

    def _unknown_width(self) -> Problem | None:
        """Rows as wide as a vocabulary that is not known before the data was seen."""
        if not learns_width(self.layer):
            return None
        message = (
            f"{self.name} gives rows as wide as the number of different values it will find, which"
            " nobody knows before training."
        )
        many = min(MOST_TOKENS, int(self.data.input.high - self.data.input.low) + 2)
        many = MOST_TOKENS if self.data.input.is_text else many
        most = self.layer.config.get("max_tokens") or many
        put = fixes.set_arguments(self.node, max_tokens=most, pad_to_max_tokens=True)
        remedy = partial(self._fix, f"Keep at most {most} values", put)
        return self._problem(message, "Set max_tokens and pad_to_max_tokens.", remedy)

    def _out_of_range(self) -> Problem | None:
        argument = self.traits.index_range
        size = self.layer.config.get(argument)
        low, high = self._range()
        if not isinstance(size, int) or high is None or (low >= 0 and high < size):
            return None
        message = f"{self.name} knows the numbers 0 to {size - 1:,}, but {self._what()}"
        if low < 0:
            message += f" goes down to {low:,}."
            return self._problem(message, "Give it numbers from 0 up.", self._removal)
        message += f" goes up to {high:,}."
        put = fixes.set_arguments(self.node, **{argument: high + 1})
        remedy = partial(self._fix, f"Set {argument} to {high + 1}", put)
        return self._problem(message, f"Make {argument} the largest number plus one.", remedy)

    def _what(self) -> str:
        return "the data" if edit.is_input(self.spec, self.source) else self.giver

    def _range(self) -> tuple[int, int | None]:
        """The smallest and largest whole number that reaches the layer; None if unknown."""
        if edit.is_input(self.spec, self.source):
            return int(self.data.input.low), int(self.data.input.high)
        if self.data.input.is_text and (words := _words_known(self.spec, self.source)):
            return 0, words - 1
        layer = find_layer(self.spec, self.source)
        config = layer.config if layer else Config()
        bins, edges = config.get("num_bins"), config.get("bin_boundaries")
        if isinstance(bins, int):
            return 0, bins - 1
        return 0, len(edges) if isinstance(edges, tuple) else None


def _words_known(spec: ModelSpec, node: str) -> int:
    """How many numbers a layer that reads words may give; 0 where nobody knows."""
    layer = find_layer(spec, node)
    if layer is None or not reads_only_text(layer):
        return 0
    most, vocabulary = layer.config.get("max_tokens"), layer.config.get("vocabulary")
    if isinstance(vocabulary, tuple):
        return len(vocabulary) + catalog.traits_of(layer.class_name).reserved
    return most if isinstance(most, int) else 0


def learns_width(layer: ObjectSpec) -> bool:
    """Whether it gives rows as wide as a vocabulary that it learns from the data."""
    config = layer.config
    rows = config.get("output_mode", "int") != "int"
    is_fixed = config.get("pad_to_max_tokens") and config.get("max_tokens")
    looks_up = catalog.traits_of(layer.class_name).looks_up
    lookup = looks_up and needs_adapt(layer.class_name, config)
    return lookup and rows and not is_fixed


def value_sources(spec: ModelSpec) -> dict[str, str]:
    """Node → who last calculated what reaches it, itself when it reads nothing; as data flows."""
    sources: dict[str, str] = {}
    for node in edit.topological_order(spec):
        before = edit.source_of(spec, node)
        layer = find_layer(spec, before) if before else None
        passes = layer is not None and _hands_on(layer)
        sources[node] = node if not before else sources.get(before, before) if passes else before
    return sources


def _hands_on(layer: ObjectSpec) -> bool:
    """Whether a layer gives the values it reads, maybe elsewhere, in training too."""
    traits = catalog.traits_of(layer.class_name)
    return traits.values != "new" and not traits.random
