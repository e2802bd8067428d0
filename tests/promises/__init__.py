"""Five made-up things, each added to a copy of the product as our own documents say it is done.

``additions`` holds the files and lines; ``builder_side`` and ``pages_side`` run inside the copy, in
processes of their own; ``new_keras`` makes the Keras there a newer one, with one more layer and
optimizer that nobody has heard of. ``tests/builder/test_promises.py`` asks for what came of it.
"""
