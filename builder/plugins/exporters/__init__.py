"""What a project or a run can be taken home as, one plugin a file.

Each has ``NAME`` (``--to NAME``), ``TITLE`` for people, ``SUFFIX`` of the file, ``NEEDS``
(``project``, or ``run`` when it needs trained weights) and

    export(training, artefact=None, facts=None, title="") -> bytes

with the run's ``.keras`` as ``artefact`` and what Keras said of the model as ``facts``.
"""
