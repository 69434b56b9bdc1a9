"""Tiny detectors; where there is no torch nothing here is tested."""

from importlib.util import find_spec

import pytest

collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]

ANCHORS = [
    [[6, 8], [8, 12], [12, 10]],
    [[16, 16], [12, 24], [24, 12]],
    [[32, 24], [24, 32], [40, 40]],
]

YOLO3 = {
    "backbone": "darknet53",
    "neck": "darknet-pyramid",
    "head": "exponential",
    "activation": "leaky-relu",
}
YOLO5 = {
    "backbone": "csp-darknet",
    "neck": "csp-paths",
    "head": "squared-sigmoid",
    "activation": "silu",
    "grid_sensitive": 2.0,
}
PPYOLO2 = {
    "backbone": "resnet50-vd",
    "neck": "mish-paths",
    "head": "exponential",
    "activation": "mish",
    "grid_sensitive": 1.05,
    "iou_aware": 0.5,
}
FAMILY = {"yolov3": YOLO3, "yolov5": YOLO5, "ppyolov2": PPYOLO2}


@pytest.fixture
def tiny():
    """Builds a member of the family, as small as it can be."""
    import torch

    from condyle.training.detector.network import Detector

    def build(name, **changed):
        torch.manual_seed(1)
        values = {"classes": 3, "anchors": ANCHORS, "width": 0.125, "depth": 0.1}
        return Detector(**{**FAMILY[name], **values, **changed})

    return build
