"""What a project or a run can be taken home as, one module a file.

Each has ``NAME`` (``--to NAME``), ``TITLE`` for people, ``SUFFIX`` of the file, ``NEEDS``
(``project``, or ``run`` when it needs trained weights) and

    export(training, artefact=None, facts=None, title="", **options) -> bytes

with the run's ``.keras`` as ``artefact`` and what Keras said of the model as ``facts``; options
are its own and named in its docstring. Beside that it may have ``ABOUT``, a sentence for people,
and ``REQUIRES``, packages that the app can do without
(``registry.missing_packages`` says which are missing).
"""
