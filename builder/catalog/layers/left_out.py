"""What of ``keras.layers``, and of our own, the tables of stacks leave out, and why."""

from __future__ import annotations

_TWO_INPUTS = "It joins several inputs; a stack has one."
_ATTENTION = "It compares two inputs, a query and a value, even when both are the same tensor."
_CELL = "It is one step of a recurrent layer; LSTM, GRU and SimpleRNN contain it."
_FOREIGN = "It wraps code of another framework, which a saved project cannot hold."
_BASE = "It is a base class without a computation of its own."

NOT_IN_A_STACK: dict[str, str] = {
    "Add": _TWO_INPUTS,
    "Average": _TWO_INPUTS,
    "Concatenate": _TWO_INPUTS,
    "Dot": _TWO_INPUTS,
    "Maximum": _TWO_INPUTS,
    "Minimum": _TWO_INPUTS,
    "Multiply": _TWO_INPUTS,
    "Subtract": _TWO_INPUTS,
    "Sampling": _TWO_INPUTS,
    "HashedCrossing": _TWO_INPUTS,
    "AdditiveAttention": _ATTENTION,
    "Attention": _ATTENTION,
    "GroupQueryAttention": _ATTENTION,
    "MultiHeadAttention": _ATTENTION,
    "CutMix": "It mixes pictures together with their labels; inside a stack it sees no labels.",
    "MixUp": "It mixes pictures together with their labels; inside a stack it sees no labels.",
    "MaxNumBoundingBoxes": "It prepares bounding boxes, not pictures.",
    "RandomShear": (
        "A model that holds it is saved but cannot be opened again (Keras 3.15 writes a negative"
        " factor that it then refuses); RandomRotation or RandomTranslation do."
    ),
    "GRUCell": _CELL,
    "LSTMCell": _CELL,
    "SimpleRNNCell": _CELL,
    "StackedRNNCells": _CELL,
    "RNN": "It needs a cell written in Python or a list of cells; LSTM, GRU and SimpleRNN are it.",
    "ReversibleEmbedding": (
        "It differs from Embedding only when it is called a second time, backwards."
    ),
    "Pipeline": "It is a list of layers one after the other: the stack itself.",
    "Lambda": "It holds Python code, which would run when a stranger's project is opened.",
    "FlaxLayer": _FOREIGN,
    "JaxLayer": _FOREIGN,
    "TFSMLayer": _FOREIGN,
    "TorchModuleWrapper": _FOREIGN,
    "InputSpec": "It describes what a layer accepts and is no layer.",
    "Layer": _BASE,
    "Wrapper": _BASE,
}
"""Public class of ``keras.layers`` → why it is no entry.

Every attention layer of Keras needs a second input; self-attention comes with graphs, where a
node may read the same node twice.
"""

CARRY_CODE = frozenset({"Lambda", "FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"})
"""Of these a project keeps the record, but never makes one."""

UNEXPORTED: dict[str, str] = {
    "LayerScale": "A part of ConvNeXt that Keras does not export.",
    "StochasticDepth": "A part of ConvNeXt that Keras does not export.",
    "CustomScaleLayer": "A part of InceptionResNetV2 that Keras does not export.",
}
"""Layers of ``keras.applications`` that opened models may hold, but no palette offers."""

NOT_ASKED: dict[str, str] = {
    "name": "The node's name is the layer's name.",
    "dtype": "Every layer has it, so the form asks for it and no table; only InputLayer's differs.",
    "trainable": "Freeze, beside the layer's other tools, sets it; no field asks for it.",
    "input_tensor": "A spec holds no tensors.",
    "batch_shape": "It is shape and batch_size in one.",
    "weights": "Weights belong to a run's file, not to a spec.",
    "quantization_config": "Quantization is done to a trained model.",
    "gptq_unpacked_column_size": "Quantization is done to a trained model.",
}
"""Argument → why no entry lists it (``**kwargs`` of the base class included)."""
