"""Load, validate and prepare the arrays a model trains on."""
