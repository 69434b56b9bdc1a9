"""Makes detection.json by faster-coco-eval: average precision of two classes of boxes.

Run as `python make_detection.py` in an environment that has faster-coco-eval. Boxes are
(row0, column0, row1, column1), half-open, as Condyle has them.
"""

from __future__ import annotations

import contextlib
import io
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster


def boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draws boxes of 20 to 60 pixels."""
    corner = rng.integers(0, 150, size=(count, 2))
    return np.concatenate([corner, corner + rng.integers(20, 60, size=(count, 2))], axis=1)


def coco(box: list[int]) -> list[int]:
    """Gives x, y, width, height."""
    return [box[1], box[0], box[3] - box[1], box[2] - box[0]]


def evaluated(classes: list[list[dict]], *, only: list[int]) -> tuple[float, float, float]:
    """Gives AP at 0.5:0.95, 0.5 and 0.75 of some of the classes."""
    annotations, found = [], []
    for category, images in enumerate(classes):
        for image, at in enumerate(images):
            for box in at["reference"]:
                annotations.append(
                    {"id": len(annotations) + 1, "image_id": image, "category_id": category,
                     "bbox": coco(box), "area": coco(box)[2] * coco(box)[3], "iscrowd": 0}
                )  # fmt: skip
            for box, score in zip(at["found"], at["scores"], strict=True):
                found.append(
                    {"image_id": image, "category_id": category, "bbox": coco(box), "score": score}
                )
    truth = {
        "images": [{"id": i, "width": 256, "height": 256} for i in range(len(classes[0]))],
        "categories": [{"id": c, "name": str(c)} for c in range(len(classes))],
        "annotations": annotations,
    }
    with contextlib.redirect_stdout(io.StringIO()):
        reference = COCO(truth)
        run = COCOeval_faster(reference, reference.loadRes(found), iouType="bbox")
        run.params.catIds = only
        run.evaluate()
        run.accumulate()
        run.summarize()
    return tuple(float(x) for x in run.stats[:3])


def main() -> None:
    """Writes boxes and average precisions beside this file."""
    rng = np.random.default_rng(41)
    classes = []
    for _ in range(2):
        images = []
        for _ in range(25):
            reference = boxes(rng, int(rng.integers(0, 4)))
            near = np.clip(reference + rng.integers(-8, 9, size=reference.shape), 0, 255)
            found = np.concatenate([near, boxes(rng, int(rng.integers(0, 3)))])
            found = found[(found[:, 2:] > found[:, :2]).all(axis=1)]
            images.append(
                {
                    "reference": reference.tolist(),
                    "found": found.tolist(),
                    "scores": np.round(rng.uniform(size=len(found)), 4).tolist(),
                }
            )
        classes.append(images)
    names = ("0.5:0.95", "0.5", "0.75")
    found = {
        "versions": {name: version(name) for name in ("faster-coco-eval", "numpy")},
        "classes": classes,
        "average_precision": {
            str(at): dict(zip(names, evaluated(classes, only=[at]), strict=True)) for at in (0, 1)
        },
        "mean": dict(zip(names, evaluated(classes, only=[0, 1]), strict=True)),
    }
    Path(__file__).with_name("detection.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
