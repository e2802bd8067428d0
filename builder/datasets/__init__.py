"""The datasets, one plugin a file; files beginning with an underscore are what several share."""
