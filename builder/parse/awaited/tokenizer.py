"""Keras's old Tokenizer applied to texts that are not here."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Any

from builder.datasets import _said_of_data
from builder.parse.awaited import awaited_array
from builder.parse.awaited.awaited_array import Awaited, as_awaited
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import Args, BoundMethod, Keywords, Opaque, resolve_number


@dataclass(eq=False, slots=True)
class Tokenizer:
    """Keras's ``Tokenizer``: how many words it keeps, and the texts it was fitted to."""

    words: int | None = None
    on: Any = None


NAME = "keras.preprocessing.text.Tokenizer"


def _method(
    interp: Interpreter, node: ast.Call, value: Tokenizer, name: str, args: Args, kw: Keywords
) -> Any:
    texts = as_awaited(args[0] if args else kw.get("texts", kw.get("sequences")))
    if name.startswith("fit_on"):
        value.on = texts
        return None
    if not isinstance(texts, Awaited):
        return Opaque()
    words = value.words or _words(interp, node, value) + 1
    texts.said["words"] = words
    if name == "texts_to_sequences":
        return replace(texts, sizes=None, is_text=False, words=words)
    if name.endswith("_to_matrix"):
        return replace(texts, sizes=(words,), is_text=False)
    return Opaque()


def _words(interp: Interpreter, node: ast.AST, value: Tokenizer) -> int:
    """How many words it knows, the number 0 aside."""
    if value.words:
        return value.words - 1
    if isinstance(value.on, Awaited):
        said = value.on.said
        if "words" not in said:
            said["words"] = 10_000
            interp.report_different(
                node, "How many words the texts have is not said: 10,000 until they are here."
            )
        return int(said["words"]) - 1
    return 9_999


def _attribute(interp: Interpreter, node: ast.AST, value: Tokenizer, name: str) -> Any:
    if name in ("word_index", "index_word", "word_counts", "word_docs"):
        made = awaited_array.new_array(getattr(node, "lineno", 0), ())
        return replace(made, words=_words(interp, node, value) + 1, is_names=True)
    return BoundMethod(value, name)


def read_call(args: Args, kw: Keywords) -> Tokenizer:
    """``Tokenizer(num_words=20000)``."""
    words = resolve_number(args[0] if args else kw.get("num_words"))
    return Tokenizer(words if isinstance(words, int) else None)


def pad(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``pad_sequences(x, maxlen=60)``."""
    array = awaited_array.find(args, kw)
    length = resolve_number(args[1] if len(args) > 1 else kw.get("maxlen"))
    if array is None:
        return None
    if not isinstance(length, int) or length < 1:
        length = awaited_array.count(interp, node, array, _said_of_data.LONGEST_TEXT)
    array.said["length"] = length
    return replace(array, sizes=(length,), is_text=False)


HANDLERS: dict[type, Handlers] = {Tokenizer: Handlers(method=_method, attribute=_attribute)}
