"""Layerwise's engine room: spec, catalogue, checker, the engine around Keras, the run store.

Imports go downwards only (``tests/test_floors.py`` holds the table):

===== ============================== ==========================================================
floor module                         what it is
===== ============================== ==========================================================
F0    ``spec``, ``facts``, ``wire``  the values, what was learned about them, and their bytes
F1    ``catalog``                    what Keras offers, as tables
F2    ``edit check code parse``      spec → spec, spec → problems, spec ↔ Keras source
F3    ``engine``, ``exporters``      the only modules that import Keras; what is taken home
F4    ``runs``                       the only SQLite, child processes and disk writes
F5    ``cli``, ``pages``             the same verbs from a terminal and from a browser
===== ============================== ==========================================================

Nothing in ``builder`` imports Streamlit.
"""
