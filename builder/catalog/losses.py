"""The losses: how bad a prediction is, as tables reading like Keras's signatures.

In the formulas y is the truth, p or ŷ the prediction; the mean is over the examples of a batch.
``extra["activation"]``: what the last layer should use, best first (``linear`` when
``from_logits``). ``extra["binary"]``: integer labels are 0 or 1 and meet one output unit.
``extra["aliases"]``: Keras's further short names.
"""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Entry, line

_END = "reduction='sum_over_batch_size'"
_URL = "https://keras.io/api/losses/"
_CLASSES, _NUMBERS, _MARGIN, _SPECIAL = (
    "Classification",
    "Regression",
    "Maximum margin",
    "Segmentation, sequences, embeddings",
)
_PAGES = {
    _CLASSES: "probabilistic_losses",
    _NUMBERS: "regression_losses",
    _MARGIN: "hinge_losses",
}


def _row(
    text: str,
    group: str,
    formula: str,
    summary: str,
    analogy: str,
    *,
    alias: str,
    labels: tuple[str, ...],
    activation: tuple[str, ...],
    binary: bool = False,
    aliases: tuple[str, ...] = (),
    page: str = "",
    **more: Any,
) -> Entry:
    name = text.partition("(")[0]
    more.setdefault("tasks", ("regression",) if group == _NUMBERS else ("classification",))
    return line(
        "losses",
        text,
        group=group,
        formula=formula,
        summary=summary,
        analogy=analogy,
        alias=alias,
        labels=labels,
        url=f"{_URL}{page or _PAGES[group]}/#{name.lower()}-class",
        extra={"activation": activation, "binary": binary, "aliases": aliases},
        **more,
    )


ENTRIES: tuple[Entry, ...] = (
    _row(
        f"CategoricalCrossentropy(from_logits=False, label_smoothing=0.0, axis=-1, {_END})",
        _CLASSES,
        r"L = -\sum_{c} y_c\,\log p_c",
        "Looks only at the probability the model gave to the true class: near 1 costs almost "
        "nothing, near 0 costs very much. For several classes with one-hot labels and a softmax "
        "output.",
        "A guest who asks how sure the chef was about the right dish: confidently wrong tastes "
        "worst.",
        alias="categorical_crossentropy",
        labels=("one_hot",),
        activation=("softmax",),
        counterparts={"integers": "SparseCategoricalCrossentropy"},
    ),
    _row(
        f"SparseCategoricalCrossentropy(from_logits=False, ignore_class=None, {_END}, axis=-1)",
        _CLASSES,
        r"L = -\log p_{y}",
        "The same number as categorical crossentropy, but the labels are class numbers (0, 1, 2 …) "
        "instead of one-hot rows. Saves memory when there are many classes.",
        "The same strict guest, who writes down the number of the dish instead of ticking a box on "
        "a long menu.",
        alias="sparse_categorical_crossentropy",
        labels=("integers",),
        activation=("softmax",),
        counterparts={"one_hot": "CategoricalCrossentropy"},
    ),
    _row(
        f"BinaryCrossentropy(from_logits=False, label_smoothing=0.0, axis=-1, {_END})",
        _CLASSES,
        r"L = -\left[\,y\log p + (1-y)\log(1-p)\,\right]",
        "Crossentropy for yes-or-no questions: one sigmoid output gives the probability of yes. "
        "Also for several independent yes-or-no questions at once.",
        "A guest who asks one thing only, is it cooked or not, and resents a confident wrong "
        "answer the most.",
        alias="binary_crossentropy",
        labels=("integers", "one_hot"),
        activation=("sigmoid",),
        binary=True,
        aliases=("bce", "BCE"),
    ),
    _row(
        "CategoricalFocalCrossentropy(alpha=0.25, gamma=2.0, from_logits=False, "
        f"label_smoothing=0.0, axis=-1, {_END})",
        _CLASSES,
        r"L = -\alpha\sum_c (1-p_c)^{\gamma}\,y_c\,\log p_c",
        "Categorical crossentropy that hardly counts what the model already does well, so that "
        "the hard examples decide. For unbalanced classes, with one-hot labels and softmax.",
        "A critic who skips the dishes that always succeed and dwells on the difficult ones.",
        alias="categorical_focal_crossentropy",
        labels=("one_hot",),
        activation=("softmax",),
        counterparts={"integers": "SparseCategoricalCrossentropy"},
    ),
    _row(
        "BinaryFocalCrossentropy(apply_class_balancing=False, alpha=0.25, gamma=2.0, "
        f"from_logits=False, label_smoothing=0.0, axis=-1, {_END})",
        _CLASSES,
        r"L = -(1-p_t)^{\gamma}\,\log p_t,\quad p_t = y\,p + (1-y)(1-p)",
        "Binary crossentropy that hardly counts easy examples. Take it when yes is rare, such as "
        "finding a defect among thousands of good parts.",
        "A lifeguard who does not watch the good swimmers but keeps an eye on the one who "
        "struggles.",
        alias="binary_focal_crossentropy",
        labels=("integers", "one_hot"),
        activation=("sigmoid",),
        binary=True,
    ),
    _row(
        f"KLDivergence({_END})",
        _CLASSES,
        r"L = \sum_c y_c\,\log\frac{y_c}{p_c}",
        "Measures how far the predicted distribution is from the true one; 0 means they are "
        "equal. For labels that are themselves probabilities, such as the answers of a larger "
        "model.",
        "Comparing two pie charts and asking how surprised you would be to get the second when "
        "you expected the first.",
        alias="kl_divergence",
        labels=("one_hot",),
        activation=("softmax",),
        aliases=("kld", "KLD"),
        counterparts={"integers": "SparseCategoricalCrossentropy"},
    ),
    _row(
        f"CategoricalGeneralizedCrossEntropy(q=0.5, {_END})",
        _CLASSES,
        r"L = \frac{1-p_{y}^{\,q}}{q}",
        "Between crossentropy (q near 0) and absolute error (q = 1): a wrong label cannot pull the "
        "model arbitrarily far. For data with mistakes in the labels; the labels are class "
        "numbers.",
        "A calm guest who suspects that some menu cards are misprinted and so never gets too "
        "angry about a single dish.",
        alias="",
        labels=("integers",),
        activation=("softmax",),
        page="hinge_losses",
        counterparts={"one_hot": "CategoricalCrossentropy"},
    ),
    _row(
        f"MeanSquaredError({_END})",
        _NUMBERS,
        r"L = \operatorname{mean}\,(y-\hat y)^2",
        "The mean of the squared differences: twice as far off costs four times as much. The "
        "standard for predicting numbers; a few wild values in the data can dominate it.",
        "A guest who forgives a pinch too much salt but is furious about a whole spoonful.",
        alias="mean_squared_error",
        labels=("values", "one_hot"),
        activation=("linear",),
        aliases=("mse", "MSE"),
    ),
    _row(
        f"MeanAbsoluteError({_END})",
        _NUMBERS,
        r"L = \operatorname{mean}\,|y-\hat y|",
        "The mean of the differences without their sign: twice as far off costs twice as much. "
        "Take it when the data holds outliers that should not dominate.",
        "A taxi meter: every mile off costs the same, the tenth no more than the first.",
        alias="mean_absolute_error",
        labels=("values", "one_hot"),
        activation=("linear",),
        aliases=("mae", "MAE"),
    ),
    _row(
        f"Huber(delta=1.0, {_END})",
        _NUMBERS,
        r"""L = \operatorname{mean}\begin{cases}\tfrac12 e^2 & |e|\le\delta\\
\delta\,|e|-\tfrac12\delta^2 & \text{otherwise}\end{cases}\qquad e = y-\hat y""",
        "Squared error for small differences, absolute error for those beyond delta. Exact near "
        "the goal and calm about outliers: a good choice for messy measurements.",
        "A teacher who marks small slips precisely but takes off no more than a fixed rate for "
        "wild guesses.",
        alias="huber",
        labels=("values", "one_hot"),
        activation=("linear",),
    ),
    _row(
        f"LogCosh({_END})",
        _NUMBERS,
        r"L = \operatorname{mean}\,\log\cosh(\hat y - y)",
        "Almost the same as Huber but smooth everywhere: like half the squared error for small "
        "differences, like the absolute error for large ones. Nothing to tune.",
        "A spring with a soft stop: firm and exact in the middle, never harsher than a steady pull "
        "at the ends.",
        alias="log_cosh",
        labels=("values", "one_hot"),
        activation=("linear",),
    ),
    _row(
        f"MeanAbsolutePercentageError({_END})",
        _NUMBERS,
        r"L = 100\cdot\operatorname{mean}\left|\frac{y-\hat y}{y}\right|",
        "The difference in percent of the true value. Take it when 10 off matters for 20 but not "
        "for 2000; it breaks down when true values are near 0.",
        "Judging a price by how many percent it is off: one dollar matters for bread, not for a "
        "car.",
        alias="mean_absolute_percentage_error",
        labels=("values",),
        activation=("linear", "relu", "softplus"),
        aliases=("mape", "MAPE"),
    ),
    _row(
        f"MeanSquaredLogarithmicError({_END})",
        _NUMBERS,
        r"L = \operatorname{mean}\left[\log(1+y)-\log(1+\hat y)\right]^2",
        "Squared error of the logarithms: it compares the ratio, not the difference. For positive "
        "numbers that span several powers of ten, such as prices or populations.",
        "Judging a guess by its number of digits: 90 for 100 is about as good as 9,000 for 10,000.",
        alias="mean_squared_logarithmic_error",
        labels=("values",),
        activation=("relu", "softplus", "linear"),
        aliases=("msle", "MSLE"),
    ),
    _row(
        f"Poisson({_END})",
        _NUMBERS,
        r"L = \operatorname{mean}\left(\hat y - y\,\log\hat y\right)",
        "For counts: how many visitors, calls or bicycles in an hour. The prediction must be "
        "positive, so end with softplus or exponential.",
        "Guessing how many buses will come in an hour: being off by two is bad for three buses and "
        "fine for fifty.",
        alias="poisson",
        labels=("values",),
        activation=("softplus", "exponential", "relu"),
        page="probabilistic_losses",
    ),
    _row(
        f"CosineSimilarity(axis=-1, {_END})",
        _NUMBERS,
        r"L = -\,\frac{y\cdot\hat y}{\lVert y\rVert\,\lVert\hat y\rVert}",
        "Compares only the direction of two vectors: −1 is the same direction, 0 a right angle, 1 "
        "the opposite. For embeddings, where length does not matter.",
        "Two hikers with compasses: it only matters that they walk the same way, not how far.",
        alias="cosine_similarity",
        labels=("values", "one_hot"),
        activation=("linear", "tanh"),
    ),
    _row(
        f"Hinge({_END})",
        _MARGIN,
        r"L = \operatorname{mean}\,\max(0,\ 1-y\,\hat y),\qquad y\in\{-1,1\}",
        "The loss of support vector machines: no cost once the answer is right by a margin of 1. "
        "For two classes; labels 0 and 1 are turned into −1 and 1. End with tanh or no activation.",
        "A high jumper: clearing the bar with room to spare counts as done, nobody asks how high.",
        alias="hinge",
        labels=("integers",),
        activation=("tanh", "linear"),
        binary=True,
    ),
    _row(
        f"SquaredHinge({_END})",
        _MARGIN,
        r"L = \operatorname{mean}\,\max(0,\ 1-y\,\hat y)^2,\qquad y\in\{-1,1\}",
        "Hinge, squared: smoother, and harder on answers that are far on the wrong side.",
        "The same high jump, but touching the bar costs little and running under it costs a lot.",
        alias="squared_hinge",
        labels=("integers",),
        activation=("tanh", "linear"),
        binary=True,
    ),
    _row(
        f"CategoricalHinge({_END})",
        _MARGIN,
        r"""L = \max\!\left(0,\ 1 + \max_{c}\,(1-y_c)\,\hat y_c - \sum_c y_c\,\hat y_c\right)""",
        "Hinge for several classes: the score of the true class must beat the best wrong one by at "
        "least 1. For one-hot labels, with no activation at the end.",
        "A race that only counts as won when the runner-up is a full length behind.",
        alias="categorical_hinge",
        labels=("one_hot",),
        activation=("linear", "tanh", "softmax"),
    ),
    _row(
        f"Dice({_END}, axis=None)",
        _SPECIAL,
        r"L = 1-\frac{2\sum y\,p}{\sum y+\sum p}",
        "One minus the overlap of two masks. For segmentation, where the object is small and most "
        "of the picture is background.",
        "Two paper cut-outs laid on top of each other: only what covers both counts.",
        alias="dice",
        labels=("one_hot", "integers"),
        activation=("sigmoid", "softmax"),
        tasks=("segmentation",),
        page="regression_losses",
    ),
    _row(
        f"Tversky(alpha=0.5, beta=0.5, {_END}, axis=None)",
        _SPECIAL,
        r"L = 1-\frac{\sum y\,p}{\sum y\,p+\alpha\sum y\,(1-p)+\beta\sum (1-y)\,p}",
        "Dice with two knobs: in Keras, alpha weighs what was missed and beta what was wrongly "
        "marked. With both at 0.5 it is the Dice loss.",
        "A lawn mower who decides which is worse: a patch left standing or a flower cut down.",
        alias="tversky",
        labels=("one_hot", "integers"),
        activation=("sigmoid", "softmax"),
        tasks=("segmentation",),
        page="regression_losses",
    ),
    _row(
        f"CTC({_END})",
        _SPECIAL,
        r"L = -\log\sum_{\pi\,\to\,y}\ \prod_t p_t(\pi_t)",
        "For texts of unknown timing, such as speech or handwriting: it adds up every way the "
        "letters could be spread over time. The labels are rows of class numbers; class 0 means "
        "nothing and pads the row.",
        "Following karaoke: it does not matter when exactly each syllable starts, only that all "
        "come in the right order.",
        alias="ctc",
        labels=("integers",),
        activation=("linear",),
        tasks=("sequences",),
        page="probabilistic_losses",
    ),
    _row(
        f"Circle(gamma=80.0, margin=0.4, remove_diagonal=True, {_END})",
        _SPECIAL,
        r"""L = \log\!\left(1+\sum_{+} e^{-\gamma\,w_+\,(m-d_+)}\;
\sum_{-} e^{\gamma\,w_-\,(1-m-d_-)}\right)""",
        "Teaches an embedding: examples of one class are pulled together, others pushed apart. The "
        "labels are class numbers and the output must have length 1 (UnitNormalization last).",
        "Seating at a wedding: families close together, rivals at far tables.",
        alias="circle",
        labels=("integers",),
        activation=("linear",),
        tasks=("embedding",),
        page="hinge_losses",
    ),
)

NOT_OFFERED: dict[str, str] = {
    "Loss": "The base class; it computes nothing.",
}
"""Public classes that are no choice for a learner, with the reason."""
