"""Form for a model of keras.applications: architecture, picture size, head and weights."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from builder import check, formatting, starters
from builder.catalog.applications import ARCHITECTURES, BY_NAME, IMAGENET_CLASSES, Architecture
from builder.catalog.entry import Param
from builder.facts import DataFacts
from builder.kinds.registry import find_kind
from builder.runs.disk import weight_files
from builder.runs.engine_process import client
from builder.spec import Config, TrainingSpec
from pages.widgets.forms import field
from pages.widgets.session import current_project
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md

SECONDS = 300
"""How long making one may take: the largest ones, and the way of ImageNet's weights."""

LARGEST = 640
"""Pixels of the largest side offered."""


def show() -> None:
    """The choices and the button that opens the model as a project of its own."""
    if st.toggle(
        "From a known architecture",
        key="known",
        help="MobileNet, ResNet, EfficientNet …: the models of keras.applications",
    ):
        with st.container(border=True, key="known-choices"):
            _choices()


def _choices() -> None:
    name = st.selectbox(
        "Architecture",
        [a.name for a in ARCHITECTURES],
        format_func=_option_label,
        key="known-name",
        help="The first ones are a good start.",
    )
    architecture = BY_NAME[name]
    st.caption(f"{architecture.sentence} [Keras's page]({architecture.url})")
    data = _picture_data()
    head = _head(data)
    side, freeze, imagenet = _settings(architecture, data if head else None)
    if st.button("Open as a project", key="known-open", type="primary"):
        with st.spinner(f"Making {name} …"):
            training = _make_training(architecture, side, data if head else None, freeze, imagenet)
        current_project.open_training(training, name)
        page_frame.go("model")


def _settings(architecture: Architecture, data: DataFacts | None) -> tuple[int, bool, bool]:
    """The side of its pictures, whether it is frozen under a new head, and ImageNet's weights."""
    usual, key = _side(architecture, data), f"known-side-{architecture.name}-{data is not None}"
    help = "Pictures are scaled to this size; larger ones see more and take longer."
    label = "Height and width of its pictures"
    side = field.number(key, label, usual, Param("int", help), help, int)
    if not architecture.least <= side <= LARGEST:
        st.caption(f"{architecture.least} to {LARGEST} points are possible; {usual} are taken.")
        side = usual
    freeze = data is not None and st.checkbox(
        "Freeze it: train the head only",
        key="known-freeze",
        help="Useful with weights that were trained before; without them it learns little.",
    )
    imagenet = st.checkbox(
        "Begin with the weights trained on ImageNet",
        key="known-imagenet",
        help="They are fetched from Google's store, so this machine needs a network.",
    )
    return side, freeze, imagenet


def _option_label(name: str) -> str:
    architecture = BY_NAME[name]
    return f"{name} · {architecture.year} · {formatting.number(architecture.params)} parameters"


def _picture_data() -> DataFacts | None:
    """The data of the open project, if it is pictures to be told apart."""
    data = current_project.data_facts()
    usable = data is not None and find_kind(data.input.kind).has_pixels and data.target.classes
    return data if usable and len(data.input.shape) in (2, 3) else None


def _head(data: DataFacts | None) -> bool:
    """Whether it gets a head for the open project's classes instead of ImageNet's."""
    own = f"Its own: the {IMAGENET_CLASSES} classes of ImageNet"
    if data is None:
        st.caption(f"{own}. Open a project with pictures to give it a head for those.")
        return False
    mine = f"A new one for {escape_md(data.title)}: {len(data.target.classes)} classes"
    return st.radio("Head", [mine, own], key="known-head") == mine


def _side(architecture: Architecture, data: DataFacts | None) -> int:
    """What the data has, but not less than the architecture can read."""
    return max(architecture.least, data.input.shape[0]) if data else architecture.size


def _make_training(
    architecture: Architecture, side: int, data: DataFacts | None, freeze: bool, imagenet: bool
) -> TrainingSpec:
    with tempfile.TemporaryDirectory(prefix="layerwise-open-") as folder:
        keep = Path(folder) / "weights.npz"
        call = partial(client.call_online, writes=(Path(folder),)) if imagenet else client.call
        template = call(
            "application_specs.template",
            architecture.name,
            side=side,
            classes=len(data.target.classes) if data else None,
            reads=data.input.shape if data else None,
            largest=(255.0 if data.input.high > 1 else 1.0) if data else None,
            freeze=freeze,
            imagenet=imagenet,
            keep=str(keep) if imagenet else None,
            timeout=SECONDS,
        )
        weights = Config()
        if template["weights"]:
            weights = Config(
                file=weight_files.keep_file(keep), name=f"{architecture.name} (ImageNet)"
            )
    if data is None:
        return replace(starters.project_for_model(template["model"]), weights=weights)
    loss, metrics, _ = check.recommend_loss(data)
    training = replace(
        current_project.training(), model=template["model"], weights=weights, columns=Config()
    )
    return training.with_compile(loss=loss, metrics=metrics)
