"""The optimizers: how weights follow their gradients, as tables reading like Keras's signatures.

In the formulas w is a weight, g its gradient, t the number of this step, and η the learning rate;
they are Keras's own update rules, weight decay and clipping left out.
"""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Entry, line

_CLIP = "clipnorm=None, clipvalue=None, global_clipnorm=None"
_EMA = "use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None"
_TAIL = f"{_CLIP}, {_EMA}, loss_scale_factor=None, gradient_accumulation_steps=None"
_SHARED = f"weight_decay=None, {_TAIL}"
_BETAS = "beta_1=0.9, beta_2=0.999, epsilon=1e-07"

FIRST, MOMENTUM, PER_WEIGHT, SPECIAL = (
    "Most used",
    "Adam's relatives",
    "One rate per weight",
    "Large models and special cases",
)


def _row(text: str, group: str, formula: str, summary: str, analogy: str, **more: Any) -> Entry:
    name = text.partition("(")[0]
    more.setdefault("alias", name.lower())
    more.setdefault("url", f"https://keras.io/api/optimizers/{name.lower()}/")
    return line(
        "optimizers", text, group=group, formula=formula, summary=summary, analogy=analogy, **more
    )


ENTRIES: tuple[Entry, ...] = (
    _row(
        f"Adam(learning_rate=0.001, {_BETAS}, amsgrad=False, {_SHARED})",
        FIRST,
        r"""m \leftarrow \beta_1 m + (1-\beta_1)\,g,\quad v \leftarrow \beta_2 v + (1-\beta_2)\,g^2,
\quad w \leftarrow w - \eta\,\frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t}\,
\frac{m}{\sqrt{v}+\epsilon}""",
        "Gives every weight its own step size: it remembers the recent direction (momentum) and "
        "how large the gradients were (as RMSprop does). It works well without tuning, so start "
        "with it.",
        "A chef who tastes after every spoonful, remembers which way the dish has been going, and "
        "adjusts each spice by its own amount.",
        slots=2,
        slot_switches=("amsgrad",),
    ),
    _row(
        f"SGD(learning_rate=0.01, momentum=0.0, nesterov=False, {_SHARED})",
        FIRST,
        r"v \leftarrow \mu\,v - \eta\,g,\quad w \leftarrow w + v",
        "Stochastic gradient descent: the plain rule, one step downhill on every batch. With "
        "momentum 0.9 and a well chosen learning rate it often ends as good as Adam or better, "
        "but it needs more patience. Good for understanding what training does.",
        "A chef who follows one rule only: too salty, a little less; too bland, a little more; "
        "always by the same measure.",
        slots=0,
        slot_switches=("momentum",),
        largest_rate=1.0,
    ),
    _row(
        "RMSprop(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, centered=False, "
        f"{_SHARED})",
        FIRST,
        r"""v \leftarrow \rho\,v + (1-\rho)\,g^2,\quad
w \leftarrow w - \eta\,\frac{g}{\sqrt{v+\epsilon}}""",
        "Divides each step by the recent size of that weight's gradients, so steep directions get "
        "small steps and flat ones large steps. A classic choice for recurrent networks.",
        "A chef who pours carefully from the bottle that splashed last time and boldly from the "
        "one that only drips.",
        slots=1,
        slot_switches=("momentum", "centered"),
    ),
    _row(
        "AdamW(learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-07, "
        f"amsgrad=False, {_TAIL})",
        FIRST,
        r"""w \leftarrow w - \eta\,\lambda\,w,\quad
w \leftarrow w - \eta\,\frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t}\,\frac{m}{\sqrt{v}+\epsilon}""",
        "Adam that also shrinks every weight a little at each step (weight decay λ), which "
        "works against overfitting. Take it when Adam learns the training data but does worse on "
        "validation, and for transformers.",
        "Adam's chef with a doctor's advice: at every tasting, use a little less of everything "
        "that is not needed.",
        slots=2,
        slot_switches=("amsgrad",),
    ),
    _row(
        f"Nadam(learning_rate=0.001, {_BETAS}, {_SHARED})",
        MOMENTUM,
        r"""\hat m = \frac{\mu_{t+1}\,m}{1-\prod_{i\le t+1}\mu_i}
+ \frac{(1-\mu_t)\,g}{1-\prod_{i\le t}\mu_i},\quad
\mu_t=\beta_1\left(1-\tfrac12\,0.96^{\,t}\right),\quad
w \leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat v}+\epsilon}""",
        "Adam with Nesterov momentum: it looks one step ahead along its momentum before it "
        "corrects. Sometimes a little faster than Adam; try it as a drop-in replacement.",
        "A chef who imagines how the next spoonful will taste before pouring it.",
        url="https://keras.io/api/optimizers/Nadam/",
        slots=2,
    ),
    _row(
        f"Adamax(learning_rate=0.001, {_BETAS}, {_SHARED})",
        MOMENTUM,
        r"""m \leftarrow \beta_1 m + (1-\beta_1)\,g,\quad u \leftarrow \max(\beta_2\,u,\ |g|),\quad
w \leftarrow w - \frac{\eta}{1-\beta_1^t}\,\frac{m}{u+\epsilon}""",
        "Adam that scales its steps by the largest recent gradient instead of their average. "
        "Steadier when a few batches give very large gradients, for instance with embeddings.",
        "A chef who never forgets the spiciest pepper of the week and doses with that one in mind.",
        slots=2,
    ),
    _row(
        f"Lion(learning_rate=0.001, beta_1=0.9, beta_2=0.99, {_SHARED})",
        MOMENTUM,
        r"""w \leftarrow w - \eta\,\operatorname{sign}\!\left(\beta_1 m + (1-\beta_1)\,g\right),
\quad m \leftarrow \beta_2 m + (1-\beta_2)\,g""",
        "Uses only the sign of the momentum, so every weight moves by the same amount. Needs less "
        "memory than Adam; use a learning rate three to ten times smaller than Adam's.",
        "A chef who only ever says more or less and always moves by exactly one pinch.",
        slots=1,
    ),
    _row(
        "ScheduleFreeAdamW(learning_rate=0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-08, "
        f"warmup_steps=0, {_SHARED})",
        MOMENTUM,
        r"""z \leftarrow z - \eta\,\frac{g}{\sqrt{\hat v}+\epsilon},\quad
x = \left(1-\tfrac1t\right)\frac{w-(1-\beta_1)\,z}{\beta_1} + \tfrac1t\,z,\quad
w \leftarrow (1-\beta_1)\,z + \beta_1\,x""",
        "AdamW that averages the weights as it goes and so needs no learning-rate schedule. Take "
        "it when you do not know beforehand how many epochs you will train.",
        "A chef who keeps adjusting one pot boldly and serves the average of all the versions.",
        url="https://keras.io/api/optimizers/",
        slots=2,
        largest_rate=1.0,
    ),
    _row(
        f"Adagrad(learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-07, {_SHARED})",
        PER_WEIGHT,
        r"G \leftarrow G + g^2,\quad w \leftarrow w - \eta\,\frac{g}{\sqrt{G+\epsilon}}",
        "Adds up all past squared gradients of a weight and takes smaller and smaller steps for "
        "those that moved often. Good for sparse data such as rare words; for long training its "
        "steps become too small.",
        "A chef who trusts a spice less each time it has been used, while the rarely touched jar "
        "still gets a full spoon.",
        slots=1,
        largest_rate=1.0,
    ),
    _row(
        f"Adadelta(learning_rate=0.001, rho=0.95, epsilon=1e-07, {_SHARED})",
        PER_WEIGHT,
        r"""G \leftarrow \rho\,G + (1-\rho)\,g^2,\quad
\Delta = -\sqrt{\frac{D+\epsilon}{G+\epsilon}}\;g,\quad
D \leftarrow \rho\,D + (1-\rho)\,\Delta^2,\quad w \leftarrow w + \eta\,\Delta""",
        "Adagrad that forgets the distant past and finds the size of its steps by itself. With "
        "Keras's learning rate of 0.001 it is very slow; the original paper uses 1.0.",
        "A chef who measures the next pinch by how big the last pinches were and how much they "
        "changed the taste.",
        slots=2,
        largest_rate=100.0,
    ),
    _row(
        "Ftrl(learning_rate=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1, "
        "l1_regularization_strength=0.0, l2_regularization_strength=0.0, "
        f"l2_shrinkage_regularization_strength=0.0, beta=0.0, {_SHARED})",
        SPECIAL,
        r"""n' = n + g^2,\quad z \leftarrow z + g - \frac{\sqrt{n'}-\sqrt{n}}{\eta}\,w,\quad
w \leftarrow \frac{\operatorname{clip}(z,-\lambda_1,\lambda_1)-z}{\sqrt{n'}/\eta + 2\lambda_2}""",
        "Follow the regularized leader: made for wide linear models with millions of sparse "
        "features, such as predicting clicks. Its L1 strength sets useless weights to exactly 0.",
        "A chef with a huge spice rack who throws out every jar that has not earned its place.",
        slots=2,
        largest_rate=1.0,
    ),
    _row(
        "Adafactor(learning_rate=0.001, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=0.001, "
        f"clip_threshold=1.0, relative_step=True, {_SHARED})",
        SPECIAL,
        r"""\hat V = \frac{R\,C}{\operatorname{mean}(R)},\quad u = \frac{g}{\sqrt{\hat V}},\quad
w \leftarrow w - \max(\epsilon_2, \operatorname{rms}(w))\,\min\!\left(\eta,\tfrac1{\sqrt t}\right)
\frac{u}{\max(1,\operatorname{rms}(u)/d)}""",
        "Remembers one number per row and column of a weight matrix instead of one per weight, so "
        "it needs far less memory than Adam. For very large models, such as language models.",
        "A chef with a small notebook who notes one mark per shelf and per column of the spice "
        "rack instead of one per jar.",
        slots=1,
        largest_rate=1.0,
    ),
    _row(
        f"Lamb(learning_rate=0.001, {_BETAS}, {_SHARED})",
        SPECIAL,
        r"""r = \frac{\hat m}{\sqrt{\hat v}+\epsilon},\quad
w \leftarrow w - \eta\,\frac{\lVert w\rVert}{\lVert r\rVert}\,r""",
        "Adam that scales each layer's step by the size of that layer's weights. Made for very "
        "large batches, of thousands of examples.",
        "A chef in a canteen who adds salt in proportion to each pot: a pinch for the small one, a "
        "handful for the big one.",
        alias="",
        slots=2,
    ),
    _row(
        "Muon(learning_rate=0.001, adam_beta_1=0.9, adam_beta_2=0.999, adam_weight_decay=0.004, "
        f"epsilon=1e-07, weight_decay=0.004, {_TAIL}, exclude_layers=None, "
        "exclude_embeddings=True, muon_a=3.4445, muon_b=-4.775, muon_c=2.0315, adam_lr_ratio=1, "
        "momentum=0.95, ns_steps=5, nesterov=True, rms_rate=0.2)",
        SPECIAL,
        r"""M \leftarrow \mu\,M + g,\quad O = \operatorname{NewtonSchulz}(g + \mu\,M),\quad
w \leftarrow w - 0.2\,\eta\,\sqrt{\max(\text{rows},\text{columns})}\;O""",
        "Makes the update of each weight matrix orthogonal, so that all directions learn equally "
        "fast; biases and embeddings use AdamW. New, and strong for transformers and other models "
        "made of large dense layers.",
        "A head chef who makes sure that no single flavor shouts the others down: every direction "
        "of taste gets the same attention.",
        slots=1,
    ),
)

NOT_OFFERED: dict[str, str] = {
    "LossScaleOptimizer": "Keras wraps the optimizer in it by itself for float16 training.",
    "MultiOptimizer": "Needs a hand-written map from weights to optimizers.",
    "Optimizer": "The base class; it has no update rule.",
    "OptimizerMap": "A helper of MultiOptimizer, no optimizer.",
}
"""Public classes that are no choice for a learner, with the reason."""
