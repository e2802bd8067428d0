"""Metrics for pictures colored in pixel by pixel."""

from __future__ import annotations

from builder.catalog.entry import Entry
from builder.catalog.metrics.metric_table import SEGMENTS, row

ENTRIES: tuple[Entry, ...] = (
    row(
        "MeanIoU(num_classes, ignore_class=None, sparse_y_true=True, sparse_y_pred=True, axis=-1)",
        SEGMENTS,
        r"\operatorname{mean}_c\ \frac{TP_c}{TP_c+FP_c+FN_c}",
        "The overlap of predicted and true regions, averaged over the classes. The standard for "
        "coloring pictures in pixel by pixel.",
        "Coloring inside the lines, marked for each color and then averaged.",
        alias="",
        key="mean_io_u",
        labels=("integers",),
        start={"sparse_y_pred": False},
        page="segmentation_metrics",
    ),
    row(
        "IoU(num_classes, target_class_ids, ignore_class=None, sparse_y_true=True, "
        "sparse_y_pred=True, axis=-1)",
        SEGMENTS,
        r"\frac{TP}{TP+FP+FN}",
        "The overlap of predicted and true region for the classes you name, divided by what "
        "either covers.",
        "Two blankets on a lawn: the part covered twice, compared with all that is covered.",
        alias="",
        key="io_u",
        labels=("integers",),
        start={"sparse_y_pred": False},
        page="segmentation_metrics",
    ),
    row(
        "BinaryIoU(target_class_ids=(0, 1), threshold=0.5)",
        SEGMENTS,
        r"\frac{TP}{TP+FP+FN}",
        "The overlap for two classes, object and background, from one sigmoid output.",
        "Cutting a cookie along its outline: what was lost and what dough was left on?",
        alias="binary_io_u",
        labels=("integers",),
        binary=True,
        page="segmentation_metrics",
    ),
    row(
        "OneHotIoU(num_classes, target_class_ids, ignore_class=None, sparse_y_pred=False, axis=-1)",
        SEGMENTS,
        r"\frac{TP}{TP+FP+FN}",
        "The overlap for the classes you name, for one-hot labels.",
        "The blankets again, from a plan that has one sheet per class.",
        alias="",
        key="one_hot_io_u",
        labels=("one_hot",),
        page="segmentation_metrics",
    ),
    row(
        "OneHotMeanIoU(num_classes, ignore_class=None, sparse_y_pred=False, axis=-1)",
        SEGMENTS,
        r"\operatorname{mean}_c\ \frac{TP_c}{TP_c+FP_c+FN_c}",
        "The overlap averaged over all classes, for one-hot labels.",
        "The coloring book again, from a plan that has one sheet per color.",
        alias="",
        key="one_hot_mean_io_u",
        labels=("one_hot",),
        page="segmentation_metrics",
    ),
)
