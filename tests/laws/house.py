"""This house's own numbers: full folders, words, floors, and where class names may be listed."""

from __future__ import annotations

CROWDED = {
    "builder/catalog": "one file for each kind of thing that Keras offers",
    "builder/catalog/layers": "one file for each group of the palette",
    "builder/cli": "one file for each verb",
    "builder/code": "one file for each part of a script",
    "builder/datasets": "one file for each dataset",
    "builder/engine/inference": "one file for each question to a trained model",
    "builder/tables/reading": "one file for each form of a table, and one for each step to it",
    "pages/widgets/evaluate": "one file for each view of the exam",
    "pages/widgets/data": "one file for each thing the page shows, and each way to bring data in",
    "builder/kinds": "one file for each kind of data",
    "builder/exporters": "one file for each form to take a project home in",
}
"""Folders of more than 12 modules, whose list of files is the list of their concepts."""

DOMAIN_WORDS = {
    "callbacks",
    "contract",
    "data",
    "evaluate",
    "export",
    "notebook",
    "optimizers",
    "predict",
    "preprocessing",
    "registry",
    "schedules",
    "script",
    "train",
    "weights",
}
"""Words of the field that name a file in more than one room."""

LADDERS = {
    "": ({"builder"}, {"pages"}, {"app"}),
    "builder": (
        {"spec", "document", "errors", "facts", "binding", "formatting"},
        {"catalog", "kinds"},
        {"tables", "media"},
        {"datasets"},
        {"edit", "check", "code", "parse", "starters", "diagnose", "compare"},
        {"suggest"},
        {"engine", "custom_layers"},
        {"exporters"},
        {"runs"},
        {"cli"},
        {"__main__"},
    ),
    "builder.catalog": (
        {"traits"},
        {"entry"},
        {"operation_arguments", "params", "params_training", "completeness"},
        {
            *(
                "activations",
                "applications",
                "architecture_layers",
                "callbacks",
                "cells",
                "constraints",
            ),
            *("epoch_schedules", "initializers", "layers", "losses", "metrics", "ops"),
            *("old_defaults", "older_files", "optimizers", "regularizers", "schedules"),
            "static_shapes",
        },
        {"lookup"},
        {"canonical_values"},
    ),
    "builder.check": ({"repair"}, {"values"}, {"outputs"}, {"graph", "training"}),
    "builder.parse": (
        {"text"},
        {"interpreter"},
        {"data"},
        {"awaited"},
        {"keras"},
        {"missing_model", "own_code", "ready_networks", "wrapped_models"},
        {"language", "project"},
    ),
    "builder.engine": (
        {"data"},
        {"build"},
        {"files"},
        {"training"},
        {"inference"},
        {"analysis", "forecasting"},
    ),
    "builder.suggest": (
        {"draft", "outputs", "series_dataset", "table_dataset"},
        {"further_files", "media", "opened_model", "ratings_model", "series_model"},
        {"table_model"},
        {"bind"},
    ),
    "builder.engine.files": (
        {"initial_weights", "reproducible_archive"},
        {"older_weights"},
        {"foreign"},
        {"archive"},
        {"records"},
        {"application_specs", "call_names", "vocabulary", "weights_reader"},
        {"model_files"},
    ),
    "builder.tables": ({"table_records"}, {"reading"}, {"profiling"}, {"table_overview"}),
    "builder.runs": ({"disk"}, {"store", "engine_process"}, {"scheduler"}, {"queries"}),
    "pages.widgets": (
        {"session"},
        {"shared"},
        {"forms"},
        {"data"},
        {"home"},
        {"code", "evaluate", "runs"},
        {"draw", "model", "predict", "train"},
    ),
}
"""Package → what it holds by floor, F0 first: an import never leads upwards."""

KIND_NAMES = {
    "builder/tables/": "cells have types of these names, and what a column is, is guessed there",
}
"""Where a kind of data may be known by its name beside its own file, and why."""

TABLES = {
    "builder/catalog/": "what Keras offers is written here",
    "builder/parse/keras/legacy.py": "names of older Kerases are known to the reader alone",
    "pages/widgets/evaluate/report.py": "Precision and Recall are the headings of a table",
}
"""Where a collection may name several classes of the catalogue, and why."""

TYPED = {
    "builder/cli/": "its user typed that path",
    "builder/runs/disk/output_file.py": "the file that a terminal's user named with -o",
}
"""Where a sentence may name a whole path, and why."""
