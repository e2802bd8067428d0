"""Metrics for predicted numbers."""

from __future__ import annotations

from builder.catalog.entry import Entry
from builder.catalog.metrics.metric_table import REGRESSION, row

ENTRIES: tuple[Entry, ...] = (
    row(
        "MeanAbsoluteError()",
        REGRESSION,
        r"\operatorname{mean}\,|y-\hat y|",
        "How far off the predictions are on average, in the unit of the data. The easiest number "
        "to explain.",
        "A weather forecast that is off by two degrees on a typical day.",
        alias="mean_absolute_error",
        labels=("values", "one_hot"),
        better="down",
        aliases=("mae", "MAE"),
        page="regression_metrics",
    ),
    row(
        "RootMeanSquaredError()",
        REGRESSION,
        r"\sqrt{\operatorname{mean}\,(y-\hat y)^2}",
        "The typical size of the difference in the unit of the data, with large differences "
        "counting more.",
        "A critic who averages over the evening but cannot forget the one burnt course.",
        alias="root_mean_squared_error",
        labels=("values", "one_hot"),
        better="down",
        page="regression_metrics",
    ),
    row(
        "MeanSquaredError()",
        REGRESSION,
        r"\operatorname{mean}\,(y-\hat y)^2",
        "The mean of the squared differences. Its unit is squared too, so take its root.",
        "Penalty points on a driving test: a small slip one point, a big one a hundred.",
        alias="mean_squared_error",
        labels=("values", "one_hot"),
        better="down",
        aliases=("mse", "MSE"),
        page="regression_metrics",
    ),
    row(
        "R2Score(class_aggregation='uniform_average', num_regressors=0)",
        REGRESSION,
        r"R^2 = 1-\frac{\sum (y-\hat y)^2}{\sum (y-\bar y)^2}",
        "The share of the ups and downs in the data that the model explains. 1 is perfect, 0 is "
        "no better than always saying the average, below 0 is worse.",
        "How much better is your forecast than a calendar that prints the yearly mean every day?",
        alias="r2_score",
        labels=("values",),
        page="regression_metrics",
        averaged_by="class_aggregation",
    ),
    row(
        "MeanAbsolutePercentageError()",
        REGRESSION,
        r"100\cdot\operatorname{mean}\left|\frac{y-\hat y}{y}\right|",
        "How many percent the predictions are off on average. Useless when true values are near 0.",
        "A craftsman's estimate: it usually ends up ten percent off.",
        alias="mean_absolute_percentage_error",
        labels=("values",),
        better="down",
        aliases=("mape", "MAPE"),
        page="regression_metrics",
    ),
    row(
        "MeanSquaredLogarithmicError()",
        REGRESSION,
        r"\operatorname{mean}\left[\log(1+y)-\log(1+\hat y)\right]^2",
        "Squared error of the logarithms: compares ratios, so large and small numbers count alike.",
        "Judging how many zeros a guess has, not its exact digits.",
        alias="mean_squared_logarithmic_error",
        labels=("values",),
        better="down",
        aliases=("msle", "MSLE"),
        page="regression_metrics",
    ),
    row(
        "LogCoshError()",
        REGRESSION,
        r"\operatorname{mean}\,\log\cosh(\hat y-y)",
        "Like half the squared error for small differences and the absolute error for large ones.",
        "A patient referee: strict about small fouls, not shocked by a big one.",
        alias="log_cosh_error",
        key="logcosh",
        labels=("values", "one_hot"),
        better="down",
        page="regression_metrics",
    ),
    row(
        "PearsonCorrelation(axis=-1)",
        REGRESSION,
        r"r = \frac{\operatorname{cov}(y,\hat y)}{\sigma_y\,\sigma_{\hat y}}",
        "Do predictions rise when the truth rises? 1 is in step, 0 unrelated, −1 opposite. It "
        "ignores a constant offset or a wrong scale. With axis 0 it is taken over each batch.",
        "Two dancers: it only matters that they move in time, not how high they jump.",
        alias="pearson_correlation",
        labels=("values",),
        start={"axis": 0},
        page="classification_metrics",
    ),
    row(
        "ConcordanceCorrelation(axis=-1)",
        REGRESSION,
        r"\frac{2\operatorname{cov}(y,\hat y)}"
        r"{\sigma_y^2+\sigma_{\hat y}^2+(\bar y-\bar{\hat y})^2}",
        "Correlation that also punishes an offset or a wrong scale: 1 only if predictions equal "
        "the truth. With axis 0 it is taken over each batch.",
        "Two dancers who must move in time and also reach equally high.",
        alias="concordance_correlation",
        labels=("values",),
        start={"axis": 0},
        page="classification_metrics",
    ),
    row(
        "CosineSimilarity(axis=-1)",
        REGRESSION,
        r"\frac{y\cdot\hat y}{\lVert y\rVert\,\lVert\hat y\rVert}",
        "Do two vectors point the same way? 1 is the same direction, 0 a right angle, −1 the "
        "opposite. (The loss of that name has the opposite sign.)",
        "Two weather vanes on one roof: do they agree on where the wind comes from?",
        alias="cosine_similarity",
        labels=("values", "one_hot"),
        page="regression_metrics",
    ),
)
