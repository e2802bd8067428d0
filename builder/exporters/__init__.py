"""What a project or a run can be taken home as, one module a file; ``contract`` says how each is.

A new exporter is one new file here: the Export page, ``export --to`` and the pages' child find it.
"""
