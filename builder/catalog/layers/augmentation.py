"""Augmentation layers: change pictures at random in training, so that a model sees more of them."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import layer

_row = partial(
    layer,
    group="Augmentation",
    section="preprocessing_layers/image_augmentation",
    ndim=(4,),
    random=True,
    shape="same",
    values="same",
)

_RANGE = {"value_range": (0, 1)}
_MIRROR = {"factor": "-f"}
_FROM_0 = {"factor": 0}

ENTRIES = (
    _row(
        "RandomFlip(mode='horizontal_and_vertical', seed=None, data_format=None)",
        "Mirrors pictures at random. Good for photos, where left and right do not matter; wrong "
        "for digits and letters.",
        "Looking at the sandwich in a mirror: still a sandwich.",
        start={"mode": "horizontal"},
        upright=0.0,
    ),
    _row(
        "RandomRotation(factor, fill_mode='reflect', interpolation='bilinear', seed=None, "
        "fill_value=0.0, data_format=None)",
        "Turns pictures by a random angle, so that the model recognizes tilted things.",
        "Tilting your head to read a crooked sign.",
        start={"factor": 0.05},
        pair=_MIRROR,
        upright=0.2,
    ),
    _row(
        "RandomTranslation(height_factor, width_factor, fill_mode='reflect', "
        "interpolation='bilinear', seed=None, fill_value=0.0, data_format=None)",
        "Shifts pictures at random, so that the model finds things that are not in the middle.",
        "Pushing the plate around on the table.",
        start={"height_factor": 0.1, "width_factor": 0.1},
    ),
    _row(
        "RandomZoom(height_factor, width_factor=None, fill_mode='reflect', "
        "interpolation='bilinear', seed=None, fill_value=0.0, data_format=None)",
        "Enlarges or shrinks pictures at random, so that size matters less.",
        "Stepping closer and farther away.",
        start={"height_factor": 0.1},
    ),
    _row(
        "RandomCrop(height, width, seed=None, data_format=None)",
        "Cuts a random piece of the given size out of every picture in training. When predicting, "
        "the whole picture is brought to that size and its middle is kept.",
        "A cookie cutter set down wherever it lands.",
        start={"height": 24, "width": 24},
        shape="last_axis",
        values="new",
    ),
    _row(
        "RandomBrightness(factor, value_range=(0, 255), seed=None)",
        "Makes pictures brighter or darker at random.",
        "The same kitchen in the morning and in the evening.",
        formula=r"y = x + \delta",
        start={"factor": 0.2, **_RANGE},
        pair=_MIRROR,
    ),
    _row(
        "RandomContrast(factor, value_range=(0, 255), seed=None)",
        "Makes the difference between dark and bright larger or smaller at random.",
        "The same view in sunshine and in fog.",
        formula=r"y = (x - \bar{x}) \cdot c + \bar{x}",
        start={"factor": 0.2, **_RANGE},
        pair=_FROM_0,
    ),
    _row(
        "RandomErasing(factor=1.0, scale=(0.02, 0.33), fill_value=None, value_range=(0, 255), "
        "seed=None, data_format=None)",
        "Covers a random patch of a picture, so that the model does not rely on one detail.",
        "A bite is missing from the sandwich, and you still know what it was.",
        start={"factor": 0.5, **_RANGE},
        pair=_FROM_0,
    ),
    _row(
        "RandomGaussianBlur(factor=1.0, kernel_size=3, sigma=1.0, value_range=(0, 255), "
        "data_format=None, seed=None)",
        "Blurs pictures at random.",
        "Looking through a steamed-up oven door.",
        start=_RANGE,
        pair={"factor": 0, "sigma": 0},
    ),
    _row(
        "RandomElasticTransform(factor=1.0, scale=1.0, interpolation='bilinear', "
        "fill_mode='reflect', fill_value=0.0, value_range=(0, 255), seed=None, "
        "data_format=None)",
        "Warps pictures as if they were printed on rubber: helpful for handwriting.",
        "A drawing on dough that is pulled here and there.",
        start=_RANGE,
        pair={"factor": 0, "scale": 0},
    ),
    _row(
        "RandomPerspective(factor=1.0, scale=1.0, interpolation='bilinear', fill_value=0.0, "
        "seed=None, data_format=None)",
        "Moves the corners of pictures at random, as if they were seen from the side.",
        "Looking at the menu from across the table.",
        start={"scale": 0.3},
        pair=_FROM_0,
    ),
    _row(
        "RandomInvert(factor=1.0, value_range=(0, 255), seed=None, data_format=None)",
        "Turns pictures into their negatives at random: dark becomes bright.",
        "Chalk on a blackboard instead of ink on paper.",
        formula=r"y = \max + \min - x",
        start={"factor": 0.5, **_RANGE},
        pair=_FROM_0,
    ),
    _row(
        "RandomSharpness(factor, value_range=(0, 255), data_format=None, seed=None)",
        "Makes pictures softer or sharper at random.",
        "Glasses on, glasses off.",
        start={"factor": 0.5, **_RANGE},
        pair=_FROM_0,
    ),
    _row(
        "RandomPosterization(factor, value_range=(0, 255), data_format=None, seed=None)",
        "Reduces the number of brightness levels at random, as on an old poster.",
        "Painting with only a few colors.",
        start={"factor": 4, **_RANGE},
        pair={"factor": 1},
    ),
    _row(
        "Solarization(addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255), seed=None)",
        "Inverts the pixels that are brighter than a threshold.",
        "A photo left in the sun for too long.",
        formula=r"y = \max + \min - x \quad \text{if } x \ge \text{threshold}",
        start={"threshold_factor": 0.5, **_RANGE},
        pair={"addition_factor": 0, "threshold_factor": 0},
    ),
    _row(
        "RandomGrayscale(factor=0.5, data_format=None, seed=None)",
        "Takes the color out of some pictures, so that the model looks at shapes; gray pictures "
        "stay as they are.",
        "An old film in black and white: the story stays the same.",
    ),
    _row(
        "RandomHue(factor, value_range=(0, 255), data_format=None, seed=None)",
        "Turns the colors along the rainbow at random. Needs color pictures.",
        "The same fruit in candlelight and in neon light.",
        start={"factor": 0.2, **_RANGE},
        pair=_FROM_0,
        channels=3,
    ),
    _row(
        "RandomSaturation(factor, value_range=(0, 255), data_format=None, seed=None)",
        "Makes colors stronger or paler at random. Needs color pictures.",
        "A pinch more or less of food coloring.",
        start={"factor": 0.5, **_RANGE},
        pair=_MIRROR,
        channels=3,
    ),
    _row(
        "RandomColorDegeneration(factor, value_range=(0, 255), data_format=None, seed=None)",
        "Mixes pictures with their gray version at random; gray pictures stay as they are.",
        "Colors washed out by many summers.",
        start={"factor": 0.5, **_RANGE},
        pair=_MIRROR,
    ),
    _row(
        "RandomColorJitter(value_range=(0, 255), brightness_factor=None, contrast_factor=None, "
        "saturation_factor=None, hue_factor=None, seed=None, data_format=None)",
        "Changes brightness, contrast, saturation and hue together at random. The last two need "
        "color pictures.",
        "The same dish photographed by four different phones.",
        start={
            "brightness_factor": 0.2,
            "contrast_factor": 0.2,
            "saturation_factor": 0.2,
            "hue_factor": 0.05,
            **_RANGE,
        },
        channels=3,
    ),
    _row(
        "RandAugment(value_range=(0, 255), num_ops=2, factor=0.5, interpolation='bilinear', "
        "seed=None, data_format=None)",
        "Applies a few changes picked at random from a long list: augmentation without choosing.",
        "A surprise menu: you say how many courses, the kitchen picks.",
        start=_RANGE,
        pair=_FROM_0,
    ),
    _row(
        "AugMix(value_range=(0, 255), num_chains=3, chain_depth=3, factor=0.3, alpha=1.0, "
        "all_ops=True, interpolation='bilinear', seed=None, data_format=None)",
        "Changes several copies of a picture differently and blends them. Makes models robust "
        "against noise and weather.",
        "Several cooks season the same soup, and the pots are poured together.",
        start=_RANGE,
        pair=_FROM_0,
    ),
)
"""In palette order."""
