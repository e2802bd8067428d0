"""The laws of the house as functions of a root folder: each gives a sentence for each offender.

``tests/builder/test_house_laws.py`` asks them of this repository, and
``tests/builder/test_house_laws_fail.py`` of small trees that break them.
"""
