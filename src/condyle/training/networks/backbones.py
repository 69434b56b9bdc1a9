"""The classifiers, by the name that a recipe has for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from condyle.training.networks.alexnet import AlexNet
from condyle.training.networks.classifier import Classifier
from condyle.training.networks.efficientnet_lite import EfficientNetLite0
from condyle.training.networks.mobilenet import MobileNetV3
from condyle.training.networks.resnet import ResNet

BACKBONES: dict[str, Callable[..., Classifier]] = {
    "resnet18": partial(ResNet, "resnet18"),
    "resnet34": partial(ResNet, "resnet34"),
    "resnet50": partial(ResNet, "resnet50"),
    "mobilenetv3-small": partial(MobileNetV3, "mobilenet_v3_small"),
    "mobilenetv3-large": partial(MobileNetV3, "mobilenet_v3_large"),
    "efficientnet-lite0": EfficientNetLite0,
    "alexnet": AlexNet,
}
"""Each takes ``classes``, ``inputs`` and ``dropout`` at least."""
