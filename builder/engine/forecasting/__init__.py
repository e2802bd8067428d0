"""Use a model of a series: what comes next, and how such forecasts would have done before."""
