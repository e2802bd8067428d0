"""The datasets, one module each; files beginning with an underscore are shared."""
