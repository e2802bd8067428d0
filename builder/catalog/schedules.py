"""Learning-rate schedules of an optimizer: the rate as a function of the step.

In the formulas s is the number of steps (batches) so far and η₀ the initial learning rate.
"""

from __future__ import annotations

from builder.catalog.entry import Entry, line

_URL = "https://keras.io/api/optimizers/learning_rate_schedules/"


def _row(text: str, page: str, formula: str, summary: str, analogy: str) -> Entry:
    return line(
        "schedules",
        text,
        group="Schedules",
        url=f"{_URL}{page}/",
        formula=formula,
        summary=summary,
        analogy=analogy,
    )


ENTRIES: tuple[Entry, ...] = (
    _row(
        "ExponentialDecay(initial_learning_rate, decay_steps, decay_rate, staircase=False)",
        "exponential_decay",
        r"\eta(s) = \eta_0\,r^{\,s/\text{decay\_steps}}",
        "Multiplies the learning rate by the decay rate every so many steps, smoothly or as a "
        "staircase. The simple first choice when a constant rate makes the loss jump at the end.",
        "A bouncing ball: each bounce reaches the same fraction of the one before.",
    ),
    _row(
        "CosineDecay(initial_learning_rate, decay_steps, alpha=0.0, warmup_target=None, "
        "warmup_steps=0)",
        "cosine_decay",
        r"""\eta(s) = \eta_0\left[(1-\alpha)\,\tfrac12\left(1+\cos\frac{\pi s}{\text{decay\_steps}}
\right)+\alpha\right]""",
        "Starts high, falls along half a cosine wave and ends gently; can begin with a linear "
        "warm-up. Popular for image models when you know how long you will train: set the decay "
        "steps to that length.",
        "Landing an airplane: stay up, descend steadily, touch down softly.",
    ),
    _row(
        "PiecewiseConstantDecay(boundaries, values)",
        "piecewise_constant_decay",
        r"\eta(s) = \text{values}_i\quad\text{for}\quad b_{i-1} < s \le b_i",
        "Uses one fixed rate up to a step you choose, then the next, and so on. Take it when you "
        "have seen from the curves where learning stalls. Give one more value than boundaries.",
        "The gears of a car: you decide at which marks on the road to shift.",
    ),
    _row(
        "PolynomialDecay(initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, "
        "cycle=False)",
        "polynomial_decay",
        r"""\eta(s) = (\eta_0-\eta_{\text{end}})\left(1-\frac{s}{\text{decay\_steps}}\right)^{p}
+ \eta_{\text{end}}""",
        "Goes from the initial rate to an end rate within a given number of steps; power 1 is a "
        "straight line. Common after a warm-up when fine-tuning language models.",
        "A ramp in a parking garage: straight down to the level you chose, then flat.",
    ),
    _row(
        "InverseTimeDecay(initial_learning_rate, decay_steps, decay_rate, staircase=False)",
        "inverse_time_decay",
        r"\eta(s) = \frac{\eta_0}{1 + r\,s/\text{decay\_steps}}",
        "Falls fast at first and then ever more slowly, but never reaches zero. The classic choice "
        "in the theory of stochastic gradient descent.",
        "Learning an instrument: big progress in the first weeks, ever finer polish later.",
    ),
    _row(
        "CosineDecayRestarts(initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, "
        "alpha=0.0)",
        "cosine_decay_restarts",
        r"""\eta(s) = \eta_0\left[(1-\alpha)\,\tfrac12\,m^i\left(1+\cos\frac{\pi s_i}{T_i}\right)
+\alpha\right],\quad T_i = t^{\,i}\,T_0""",
        "Falls along a cosine and then jumps back up, each round longer than the last. The jumps "
        "can carry training out of a poor solution.",
        "Shaking the jar of coffee beans now and then so that they settle more densely.",
    ),
)

NOT_OFFERED: dict[str, str] = {
    "LearningRateSchedule": "The base class; it has no formula.",
}
"""Public classes that are no choice for a learner, with the reason."""
