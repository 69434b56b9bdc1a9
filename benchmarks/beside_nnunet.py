"""`knee-unet` beside nnU-Net v2's own 2-D plan, given the same processor time.

The real set that the recipe is for is not at hand. Its stand-in is made of the T2-SPACE slices
of SPIDER with the mask of the thecal sac: 110 slices, patients drawn into 77 to train, 16 to
validate and 17 to test, spacing and names removed, sizes as they are. Four steps, one after
another:

    python benchmarks/beside_nnunet.py archive --spider SPIDER --out runs/peer
    python benchmarks/beside_nnunet.py condyle --out runs/peer
    PEER/bin/python benchmarks/beside_nnunet.py nnunet --out runs/peer
    python benchmarks/beside_nnunet.py compare --out runs/peer

PEER is an environment of its own with `nnunetv2`. Both sides run on one thread, so that what is
given to both is processor time: nnU-Net gets, for its steps alone, all that the whole run of
Condyle used, and its rate falls over that time. Its planning, its reading of the images anew and
its prediction are not counted, and it does not validate meanwhile.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

SIDES = {"train": 77, "val": 16, "test": 17}
SAC = 3
"""The thecal sac in SPIDER's masks as 8-bit pictures."""
NAME = "Dataset001_Sac"


def make_archive(spider: Path, out: Path, seed: int) -> None:
    """Images and masks under names that say nothing, with the split as text lists."""
    images = sorted((spider / "t2space" / "images").glob("*.png"))
    patients: dict[str, list[Path]] = {}
    for image in images:
        patients.setdefault(image.name.split("_")[0], []).append(image)
    order = sorted(patients)
    drawn = random.Random(seed)
    drawn.shuffle(order)
    for folder in ("images", "masks"):
        (out / "archive" / folder).mkdir(parents=True)
    number, told = 0, {}
    slices = sum(SIDES.values())
    for side in ("test", "val", "train"):
        many = round(len(patients) * SIDES[side] / slices)
        those = [drawn.sample(patients[order.pop()], k=5) for _ in range(many)]
        chosen = [turn for turns in zip(*those, strict=True) for turn in turns][: SIDES[side]]
        names = []
        for image in chosen:
            number += 1
            name = f"k{number:03d}.png"
            shutil.copy(image, out / "archive" / "images" / name)
            mask = np.asarray(Image.open(spider / "t2space" / "masks" / image.name)) == SAC
            Image.fromarray(mask.astype(np.uint8) * 255).save(out / "archive" / "masks" / name)
            names.append(name)
        (out / "archive" / f"{side}.txt").write_text("\n".join(names) + "\n")
        told[side] = {"slices": len(names), "patients": many}
    print(json.dumps(told))


def train_condyle(out: Path) -> None:
    """The recipe as it is shipped, nothing changed; its processor time is kept."""
    words = ["train", "knee-unet", "--data", str(out / "archive"), "--out", str(out / "condyle")]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "condyle", *words], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    (out / "condyle.json").write_text(json.dumps({"processor_seconds": used}))


def lay_for_nnunet(out: Path) -> Path:
    """The same slices in nnU-Net's layout."""
    raw = out / "nnunet" / "raw" / NAME
    for folder in ("imagesTr", "labelsTr", "imagesTs"):
        (raw / folder).mkdir(parents=True, exist_ok=True)
    for side in SIDES:
        for name in (out / "archive" / f"{side}.txt").read_text().split():
            stem = Path(name).stem
            image = Image.open(out / "archive" / "images" / name).convert("L")
            image.save(raw / ("imagesTs" if side == "test" else "imagesTr") / f"{stem}_0000.png")
            if side != "test":
                mask = np.asarray(Image.open(out / "archive" / "masks" / name)) > 0
                Image.fromarray(mask.astype(np.uint8)).save(raw / "labelsTr" / f"{stem}.png")
    taught = SIDES["train"] + SIDES["val"]
    about = {
        "channel_names": {"0": "MR"},
        "labels": {"background": 0, "sac": 1},
        "numTraining": taught,
        "file_ending": ".png",
    }
    (raw / "dataset.json").write_text(json.dumps(about))
    return raw


def train_nnunet(out: Path, seconds: float | None) -> None:
    """Its own plan, network, losses and augmentation, for as long as it is given."""
    base = out / "nnunet"
    os.environ |= {
        "nnUNet_raw": str(base / "raw"),
        "nnUNet_preprocessed": str(base / "preprocessed"),
        "nnUNet_results": str(base / "results"),
        "nnUNet_n_proc_DA": "0",
    }
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    np.random.seed(0)
    raw = lay_for_nnunet(out)
    prepared = base / "preprocessed" / NAME
    bin_folder = Path(sys.executable).parent
    if not (prepared / "nnUNetPlans.json").exists():
        plan = [str(bin_folder / "nnUNetv2_plan_and_preprocess"), "-d", "1", "-c", "2d", "-np", "1"]
        subprocess.run(plan, check=True, env=os.environ | {"nnUNet_n_proc_DA": "1"})
    sides = {
        s: [Path(n).stem for n in (out / "archive" / f"{s}.txt").read_text().split()] for s in SIDES
    }
    folds = [{"train": sides["train"], "val": sides["val"]}]
    (prepared / "splits_final.json").write_text(json.dumps(folds))
    given = seconds or json.loads((out / "condyle.json").read_text())["processor_seconds"]

    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

    plans = json.loads((prepared / "nnUNetPlans.json").read_text()) | {"continue_training": False}
    about = json.loads((prepared / "dataset.json").read_text())
    trainer = nnUNetTrainer(plans, "2d", 0, about, torch.device("cpu"))
    trainer.initialize()
    trainer.on_train_start()
    trainer.network.train()
    begun = time.process_time()
    steps, losses = 0, []
    while (used := time.process_time() - begun) < given:
        for group in trainer.optimizer.param_groups:
            group["lr"] = trainer.initial_lr * (1 - used / given) ** 0.9
        losses.append(float(trainer.train_step(next(trainer.dataloader_train))["loss"]))
        steps += 1
        if steps % 10 == 0:
            print(
                f"{steps} steps, {used:.0f} of {given:.0f} s, {np.mean(losses[-10:]):.3f}",
                flush=True,
            )
    trainer.save_checkpoint(str(Path(trainer.output_folder) / "checkpoint_final.pth"))
    kept = {"steps": steps, "processor_seconds": time.process_time() - begun, "given": given}
    (out / "nnunet.json").write_text(
        json.dumps(
            kept | {"plan": trainer.plans_manager.plans["configurations"]["2d"]}, default=str
        )
    )

    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    predictor = nnUNetPredictor(device=torch.device("cpu"), allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(
        str(Path(trainer.output_folder).parent),
        use_folds=(0,),
        checkpoint_name="checkpoint_final.pth",
    )
    (base / "predicted").mkdir(exist_ok=True)
    predictor.predict_from_files_sequential(str(raw / "imagesTs"), str(base / "predicted"))


def interval(values: np.ndarray) -> str:
    """Gives a mean with its interval of 95 in 100, by drawing slices."""
    from scipy.stats import bootstrap

    drawn = bootstrap((values,), np.mean, method="BCa", rng=np.random.default_rng(0))
    low, high = drawn.confidence_interval
    return f"{values.mean():.3f} ({low:.3f} to {high:.3f})"


def compare(out: Path) -> None:
    """Prints what both used, and the Dice of both a slice with their difference."""
    from condyle.evaluation.overlap import overlap

    names = (out / "archive" / "test.txt").read_text().split()
    with (out / "condyle" / "predictions.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["task"] == "dice-lesion"]
    told = {row["unit"]: float(row["prediction"]) for row in rows}
    ours = np.array([told[Path(name).stem] for name in names])
    theirs = np.array(
        [
            overlap(
                np.asarray(Image.open(out / "nnunet" / "predicted" / name)) > 0,
                np.asarray(Image.open(out / "archive" / "masks" / name)) > 0,
            ).dice
            for name in names
        ]
    )
    used, given = (json.loads((out / f"{side}.json").read_text()) for side in ("condyle", "nnunet"))
    plan = given["plan"]
    print("| | processor minutes | steps | Dice |\n|---|---|---|---|")
    print(f"| `knee-unet` | {used['processor_seconds'] / 60:.0f} | | {interval(ours)} |")
    print(
        f"| nnU-Net, patch {plan['patch_size']}, batch {plan['batch_size']} "
        f"| {given['processor_seconds'] / 60:.0f} | {given['steps']} | {interval(theirs)} |"
    )
    print(f"\ndifference a slice {interval(ours - theirs)}, ", end="")
    print(f"for `knee-unet` on {(ours > theirs).sum()} of {len(names)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=("archive", "condyle", "nnunet", "compare"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--spider", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, help="processor time for nnU-Net")
    asked = parser.parse_args()
    if asked.step == "archive":
        make_archive(asked.spider, asked.out, asked.seed)
    elif asked.step == "condyle":
        train_condyle(asked.out)
    elif asked.step == "nnunet":
        train_nnunet(asked.out, asked.seconds)
    else:
        compare(asked.out)
