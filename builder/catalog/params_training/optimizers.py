"""Arguments of the optimizers."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.catalog.params_training.share import share

_LONG = 1_000_000_000


_STEPS = {
    "learning_rate": Param(
        "float",
        "How big each step is: too small learns slowly, too large never settles. Or a schedule.",
        min=0.0,
        max=100.0,
        step=0.0001,
        kind="schedules",
    ),
    "momentum": share(
        "How much of the last step carries over into the next; 0.9 is usual, 0 switches it off.",
        step=0.05,
    ),
    "nesterov": Param("bool", "Look ahead along the momentum before correcting."),
    "beta_1": share(
        "How long the direction is remembered; 0.9 is about 10 steps.",
        step=0.01,
    ),
    "beta_2": share(
        "How long the size of the gradients is remembered; 0.999 is about 1000 steps.",
        step=0.001,
    ),
    "rho": share(
        "How long the size of the gradients is remembered; 0.9 is about 10 steps.",
        step=0.01,
    ),
    "amsgrad": Param(
        "bool", "Never let a step size grow again, which is safer in theory.", advanced=True
    ),
    "centered": Param(
        "bool", "Also subtract the mean gradient; sometimes better, always slower.", advanced=True
    ),
    "weight_decay": Param(
        "float",
        "The share by which weights shrink at each step, times the learning rate; empty means "
        "none.",
        min=0.0,
        max=10.0,
        step=0.001,
        optional=True,
    ),
}

_GUARDS = {
    "clipnorm": Param(
        "float",
        "Shorten the gradient of each weight matrix to at most this length; only one of the three "
        "clip settings may be used.",
        min=0.0,
        step=0.1,
        optional=True,
        advanced=True,
    ),
    "clipvalue": Param(
        "float",
        "Cut each number of the gradient off at plus or minus this; only one of the three clip "
        "settings may be used.",
        min=0.0,
        step=0.1,
        optional=True,
        advanced=True,
    ),
    "global_clipnorm": Param(
        "float",
        "Shorten the gradient of all weights together to at most this length; only one of the "
        "three clip settings may be used.",
        min=0.0,
        step=0.1,
        optional=True,
        advanced=True,
    ),
    "use_ema": Param(
        "bool", "Keep a running average of the weights, which is often steadier.", advanced=True
    ),
    "ema_momentum": share(
        "How slowly that average follows the weights.",
        step=0.01,
        advanced=True,
    ),
    "ema_overwrite_frequency": Param(
        "int",
        "After how many steps the average replaces the weights; empty means at the end of "
        "training.",
        min=1,
        max=_LONG,
        optional=True,
        advanced=True,
    ),
    "loss_scale_factor": Param(
        "float",
        "Multiply the loss before the gradients and undo it after; only for low precision.",
        min=0.0,
        optional=True,
        advanced=True,
    ),
    "gradient_accumulation_steps": Param(
        "int",
        "Collect the gradients of this many batches before a step, as if the batch were larger.",
        min=2,
        max=1_000_000,
        optional=True,
        advanced=True,
    ),
}

_OF_ONE_OPTIMIZER = {
    "initial_accumulator_value": Param(
        "float", "What the sum of squared gradients starts from.", min=0.0, step=0.1, advanced=True
    ),
    "warmup_steps": Param(
        "int", "Over how many batches the learning rate rises at first.", min=0, max=_LONG
    ),
    "beta_2_decay": Param(
        "float",
        "How the memory grows with the steps: closer to 0 forgets faster.",
        min=-10.0,
        max=0.0,
        advanced=True,
    ),
    "epsilon_1": share(
        "A small number added to squared gradients.",
        advanced=True,
    ),
    "epsilon_2": share(
        "The smallest size a weight counts as.",
        advanced=True,
    ),
    "clip_threshold": Param(
        "float", "Updates larger than this are scaled down.", min=0.0, step=0.1, advanced=True
    ),
    "relative_step": Param(
        "bool", "Let the learning rate shrink with the number of steps.", advanced=True
    ),
    "learning_rate_power": Param(
        "float",
        "How fast steps shrink; -0.5 is the square root, 0 keeps them.",
        min=-10.0,
        max=0.0,
        advanced=True,
    ),
    "l1_regularization_strength": Param(
        "float", "How strongly useless weights are pushed to exactly 0.", min=0.0, step=0.001
    ),
    "l2_regularization_strength": Param(
        "float", "How strongly all weights are kept small.", min=0.0, step=0.001
    ),
    "l2_shrinkage_regularization_strength": Param(
        "float", "The same penalty, put on the gradient instead.", min=0.0, advanced=True
    ),
    "adam_beta_1": share(
        "How long AdamW, for biases and embeddings, remembers the direction.",
        advanced=True,
    ),
    "adam_beta_2": share(
        "How long AdamW, for biases and embeddings, remembers the size of the gradients.",
        advanced=True,
    ),
    "adam_weight_decay": Param(
        "float",
        "The weight decay of AdamW, for biases and embeddings.",
        min=0.0,
        max=10.0,
        advanced=True,
    ),
    "adam_lr_ratio": Param(
        "float", "AdamW's learning rate as a multiple of the main one.", min=0.0, advanced=True
    ),
    "exclude_layers": Param(
        "json",
        'Names of layers that use AdamW instead, e.g. ["dense_1"]; empty means none.',
        optional=True,
        advanced=True,
    ),
    "exclude_embeddings": Param("bool", "Use AdamW for embeddings.", advanced=True),
    "muon_a": Param("float", "First number of the Newton-Schulz iteration.", advanced=True),
    "muon_b": Param("float", "Second number of the Newton-Schulz iteration.", advanced=True),
    "muon_c": Param("float", "Third number of the Newton-Schulz iteration.", advanced=True),
    "ns_steps": Param("int", "Rounds of that iteration.", min=1, max=100, advanced=True),
    "rms_rate": Param(
        "float",
        "Scales updates so that Adam's learning rates fit; empty leaves them.",
        min=0.0,
        optional=True,
        advanced=True,
    ),
}

PARAMS: dict[str, Param] = {**_STEPS, **_GUARDS, **_OF_ONE_OPTIMIZER}
"""Argument name → how it is asked for."""
