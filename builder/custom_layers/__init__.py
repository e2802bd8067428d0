"""Layers of our own, one class a file, written as a tutorial writes it; found by folder.

Only the engine imports them. Scripts carry a class's text as it stands in its file, and a text
that holds the same class is known again (``builder.code.custom_layer_source`` reads both as text).
A file has one docstring, ``import keras`` and the class; the line in
``catalog/layers/own.py`` that offers it repeats the signature of ``__init__``; a test compares.
"""
