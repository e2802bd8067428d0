"""The rules of the interpreter: Python's syntax, datasets and Keras put together."""

from __future__ import annotations

from builder.parse import own_code, ready_networks, wrapped_models
from builder.parse.awaited import (
    awaited_functions,
    awaited_methods,
    awaited_readers,
    awaited_scalers,
    awaited_shapes,
    awaited_windows,
    positions,
    tokenizer,
)
from builder.parse.data import array_methods, loaders, splits, written_numbers
from builder.parse.interpreter import (
    expressions,
    functions,
    python_builtins,
    references,
    statements,
)
from builder.parse.interpreter.interpreter import Rules, merge_handlers
from builder.parse.keras import keras_library, symbolic_handlers, user_classes

RULES = Rules(
    expressions=expressions.HANDLERS,
    statements=statements.HANDLERS,
    targets=statements.TARGETS,
    values=merge_handlers(
        python_builtins.HANDLERS,
        references.HANDLERS,
        functions.HANDLERS,
        array_methods.HANDLERS,
        splits.HANDLERS,
        written_numbers.HANDLERS,
        positions.HANDLERS,
        tokenizer.HANDLERS,
        awaited_readers.HANDLERS,
        awaited_scalers.HANDLERS,
        awaited_shapes.HANDLERS,
        awaited_windows.HANDLERS,
        awaited_methods.HANDLERS,
        symbolic_handlers.HANDLERS,
        keras_library.HANDLERS,
        user_classes.HANDLERS,
        wrapped_models.HANDLERS,
    ),
    operators=(
        symbolic_handlers.OPERATORS,
        awaited_methods.OPERATORS,
        array_methods.OPERATORS,
        written_numbers.OPERATORS,
    ),
    library=(
        ready_networks.read_call,
        wrapped_models.read_call,
        keras_library.read_call,
        awaited_functions.read_call,
        written_numbers.read_call,
        loaders.read_call,
        keras_library.read_constructor,
    ),
    own_functions=own_code.read_function,
    own_classes=own_code.read_class,
    is_known=keras_library.is_known,
    name_result=symbolic_handlers.name_result,
)
"""Tensors come before data where both are calculated with; Keras's functions before its classes."""
