"""All of Layerwise below its pages; ``builder/README.md`` is the map.

Imports lead downwards only (``tests/laws/house.py`` has the floors of every room):

===== ======================================== ===============================================
floor rooms                                    what they are
===== ======================================== ===============================================
F0    ``spec document errors facts binding``   the values, and what was learned about them;
      ``formatting``                           numbers and sizes as text
F1    ``catalog``                              what Keras offers, as tables
F2    ``tables datasets``                      tables into columns; what there is to learn from
F3    ``edit check code parse compare``        spec → spec, spec → problems, spec ↔ source
F4    ``engine custom_layers``                 the only modules that import Keras
F5    ``exporters``                            what is taken home, one file each
F6    ``runs``                                 the only SQLite, child processes, disk writes
F7    ``cli``, and ``pages`` above             the same verbs, from terminal and browser
===== ======================================== ===============================================

Nothing in ``builder`` imports Streamlit.
"""
