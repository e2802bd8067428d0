"""The architectures of ``keras.applications``: their age, their size, and what they are."""

from __future__ import annotations

from dataclasses import dataclass

from builder.spec import Config, ObjectSpec

PIXELS, UNIT, CAFFE, TORCH = "pixels", "-1 to 1", "caffe", "torch"
"""What an architecture reads: 0 to 255 (it scales by itself); -1 to 1; 0 to 255 in the order blue,
green, red without ImageNet's mean; or colors of 0 to 1 brought to mean 0 and deviation 1."""

IMAGENET_CLASSES = 1000
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
IMAGENET_CAFFE = (103.939, 116.779, 123.68)
"""What PyTorch's and Caffe's models of ImageNet were trained with, and these after them."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """One of them.

    Args:
        name: as in ``keras.applications``.
        year: of its paper.
        params: number of weights with its own head of 1000 classes.
        size: height and width of the pictures it was made for.
        least: the smallest height and width it can read.
        reads: ``PIXELS``, ``UNIT``, ``CAFFE`` or ``TORCH``.
        sentence: what it is, for a learner.
    """

    name: str
    year: int
    params: int
    size: int
    least: int
    reads: str
    sentence: str

    @property
    def url(self) -> str:
        """Keras's page."""
        return "https://keras.io/api/applications/"


_CONVNEXT = "A ResNet rebuilt step by step after the example of transformers."
_DENSE = "Every layer reads all layers before it, so features are used again instead of relearned."
_EFFICIENT = "Width, depth and picture size grow together; larger numbers are larger models."
_EFFICIENT2 = "An EfficientNet that trains faster; its first blocks use plain convolutions."
_RES = "Shortcuts add the input to the output of every block, so very deep models can be trained."
_RES2 = "A ResNet that normalizes before each convolution instead of after it."
_NAS = "Its cells were found by a search instead of by a person."
_VGG = "Nothing but 3 × 3 convolutions and pooling: easy to understand, heavy to use."

ARCHITECTURES = tuple(
    Architecture(*row)
    for row in (
        ("MobileNetV2", 2018, 3_538_984, 224, 32, UNIT,
         "Made for phones: thin layers with shortcuts between them. A good first choice."),
        ("EfficientNetB0", 2019, 5_330_571, 224, 32, PIXELS, _EFFICIENT),
        ("ResNet50", 2015, 25_636_712, 224, 32, CAFFE, _RES),
        ("MobileNet", 2017, 4_253_864, 224, 32, UNIT,
         "Made for phones: each convolution is split into two cheap ones."),
        ("MobileNetV3Small", 2019, 2_554_968, 224, 32, PIXELS,
         "The smallest here; partly found by a search for speed on phones."),
        ("MobileNetV3Large", 2019, 5_507_432, 224, 32, PIXELS,
         "The larger sister of MobileNetV3Small."),
        ("DenseNet121", 2017, 8_062_504, 224, 32, TORCH, _DENSE),
        ("DenseNet169", 2017, 14_307_880, 224, 32, TORCH, _DENSE),
        ("DenseNet201", 2017, 20_242_984, 224, 32, TORCH, _DENSE),
        ("VGG16", 2014, 138_357_544, 224, 32, CAFFE, _VGG),
        ("VGG19", 2014, 143_667_240, 224, 32, CAFFE, _VGG),
        ("InceptionV3", 2015, 23_851_784, 299, 75, UNIT,
         "Each block looks through windows of several sizes at once and joins what it saw."),
        ("Xception", 2016, 22_910_480, 299, 71, UNIT,
         "An Inception of separable convolutions: channels and places are treated apart."),
        ("InceptionResNetV2", 2016, 55_873_736, 299, 75, UNIT,
         "Inception's windows of several sizes with ResNet's shortcuts."),
        ("ResNet101", 2015, 44_707_176, 224, 32, CAFFE, _RES),
        ("ResNet152", 2015, 60_419_944, 224, 32, CAFFE, _RES),
        ("ResNet50V2", 2016, 25_613_800, 224, 32, UNIT, _RES2),
        ("ResNet101V2", 2016, 44_675_560, 224, 32, UNIT, _RES2),
        ("ResNet152V2", 2016, 60_380_648, 224, 32, UNIT, _RES2),
        ("NASNetMobile", 2017, 5_326_716, 224, 32, UNIT, _NAS),
        ("NASNetLarge", 2017, 88_949_818, 331, 32, UNIT, _NAS),
        ("EfficientNetB1", 2019, 7_856_239, 240, 32, PIXELS, _EFFICIENT),
        ("EfficientNetB2", 2019, 9_177_569, 260, 32, PIXELS, _EFFICIENT),
        ("EfficientNetB3", 2019, 12_320_535, 300, 32, PIXELS, _EFFICIENT),
        ("EfficientNetB4", 2019, 19_466_823, 380, 32, PIXELS, _EFFICIENT),
        ("EfficientNetB5", 2019, 30_562_527, 456, 32, PIXELS, _EFFICIENT),
        ("EfficientNetB6", 2019, 43_265_143, 528, 32, PIXELS, _EFFICIENT),
        ("EfficientNetB7", 2019, 66_658_687, 600, 32, PIXELS, _EFFICIENT),
        ("EfficientNetV2B0", 2021, 7_200_312, 224, 32, PIXELS, _EFFICIENT2),
        ("EfficientNetV2B1", 2021, 8_212_124, 240, 32, PIXELS, _EFFICIENT2),
        ("EfficientNetV2B2", 2021, 10_178_374, 260, 32, PIXELS, _EFFICIENT2),
        ("EfficientNetV2B3", 2021, 14_467_622, 300, 32, PIXELS, _EFFICIENT2),
        ("EfficientNetV2S", 2021, 21_612_360, 384, 32, PIXELS, _EFFICIENT2),
        ("EfficientNetV2M", 2021, 54_431_388, 480, 32, PIXELS, _EFFICIENT2),
        ("EfficientNetV2L", 2021, 119_027_848, 480, 32, PIXELS, _EFFICIENT2),
        ("ConvNeXtTiny", 2022, 28_589_128, 224, 32, PIXELS, _CONVNEXT),
        ("ConvNeXtSmall", 2022, 50_223_688, 224, 32, PIXELS, _CONVNEXT),
        ("ConvNeXtBase", 2022, 88_591_464, 224, 32, PIXELS, _CONVNEXT),
        ("ConvNeXtLarge", 2022, 197_767_336, 224, 32, PIXELS, _CONVNEXT),
        ("ConvNeXtXLarge", 2022, 350_196_968, 224, 32, PIXELS, _CONVNEXT),
    )
)  # fmt: skip
"""What a learner tries first stands first."""

BY_NAME = {a.name: a for a in ARCHITECTURES}

MODULES = {
    "densenet": TORCH,
    "imagenet_utils": CAFFE,
    "inception_resnet_v2": UNIT,
    "inception_v3": UNIT,
    "mobilenet": UNIT,
    "mobilenet_v2": UNIT,
    "nasnet": UNIT,
    "resnet": CAFFE,
    "resnet50": CAFFE,
    "resnet_v2": UNIT,
    "vgg16": CAFFE,
    "vgg19": CAFFE,
    "xception": UNIT,
}
"""Module of ``keras.applications`` → what its ``preprocess_input`` makes; others change nothing."""


def reads_of_module(module: str) -> str:
    """``PIXELS``, ``UNIT``, ``CAFFE`` or ``TORCH``, by the module's name."""
    return MODULES.get(module, PIXELS)


def scaling(reads: str, largest: float | None) -> tuple[ObjectSpec, ...]:
    """The layers between pictures of 0 to ``largest`` and what an architecture reads."""
    if largest is None:
        return ()
    to = {PIXELS: 255.0, CAFFE: 255.0, TORCH: 1.0}
    if reads == UNIT:
        return (_rescale(2 / largest, -1.0),)
    rescale = () if largest == to[reads] else (_rescale(to[reads] / largest, 0.0),)
    if reads == PIXELS:
        return rescale
    if reads == TORCH:
        variance = tuple(round(d * d, 6) for d in IMAGENET_DEVIATION)
        return (*rescale, _normal(IMAGENET_MEAN, variance))
    flip = ObjectSpec("ops.flip", Config(axis=-1))  # red, green, blue → blue, green, red
    return (*rescale, flip, _normal(IMAGENET_CAFFE, (1.0, 1.0, 1.0)))


def _rescale(scale: float, offset: float) -> ObjectSpec:
    more = {"offset": offset} if offset else {}
    return ObjectSpec("Rescaling", Config({"scale": scale} | more))


def _normal(mean: tuple[float, ...], variance: tuple[float, ...]) -> ObjectSpec:
    return ObjectSpec("Normalization", Config(mean=mean, variance=variance))
