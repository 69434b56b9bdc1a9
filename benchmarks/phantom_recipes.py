"""What each recipe reaches on simulated patients, and with labels dealt at random.

Every recipe is trained on a stated set of simulated patients, once as it is and once as a
control; the first shall beat chance by its interval, and the second shall not:

    python benchmarks/phantom_recipes.py --out runs/phantom [--patients 100] [--only knee-unet ...]

Runs that are there already are kept, so that it can be stopped and gone on with. The table is
written to `phantom_recipes.md` in the folder.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from condyle.domain.progress import Progress
from condyle.training.execution import Execution
from condyle.workflows.simulate_archive import ArchiveRequest, simulate_archive
from condyle.workflows.train_recipe import train_recipe


@dataclass(frozen=True)
class Trial:
    """One recipe on one set.

    Attributes:
        recipe: Its name.
        anatomy: Of the simulated patients.
        layout: Of the archive.
        figure: (task, figure) that is told; the task by the end of its name, and of slices where
            it is told of patients too, since fifteen patients tell little.
        chance: What guessing would give.
        settings: Changes of the recipe that fit it to a CPU.
    """

    recipe: str
    anatomy: str
    layout: str
    figure: tuple[str, str]
    chance: str
    settings: dict[str, str]


SMALL = "[{step: window, low: 0.5, high: 99.5}, {step: fit, rows: 128, columns: 128}]"
SHORT = {
    "schedule.epochs": "12",
    "schedule.epoch_steps": "50",
    "schedule.most_epoch_steps": "50",
    "schedule.warmup": "20",
}
# These two call nothing a lesion for longer than the plain one does.
LONG = {**SHORT, "schedule.epochs": "16"}
BOXES = {
    "data.split": "60/15/25",
    "schedule.epochs": "12",
    "preprocessing": "[{step: window, low: 0.5, high: 99.5}, {step: fit, rows: 256, columns: 256}]",
}
TRIALS = (
    Trial("knee-unet", "knee", "pairs", ("dice-lesion", "dice"), "0", SHORT),
    Trial("knee-sharp-unet", "knee", "pairs", ("dice-lesion", "dice"), "0", LONG),
    Trial("knee-mobile-unet", "knee", "pairs", ("dice-lesion", "dice"), "0", LONG),
    Trial("knee-resnet18", "knee", "pairs", ("lesion", "auc"), "0.5", SHORT),
    Trial("knee-mobilenetv3", "knee", "pairs", ("lesion", "auc"), "0.5", SHORT),
    Trial(
        "knee-mrnet",
        "knee",
        "mrnet",
        ("acl-tear", "auc"),
        "0.5",
        {
            "network": "{name: series-max, parameters: {backbone: mobilenetv3-small}}",
            "data.split": "45/15/40",
            "optimiser.learning_rate": "0.0005",
            "schedule.epochs": "12",
        },
    ),
    Trial(
        "ankle-olt-resnet50",
        "ankle",
        "folders",
        ("", "auc"),
        "0.5",
        {
            "network": "{name: resnet18, parameters: {normalisation: imagenet}}",
            "schedule.epochs": "6",
        },
    ),
    Trial("lumbar-yolov3", "lumbar", "voc", ("", "average-precision"), "0", BOXES),
    Trial("lumbar-yolov5", "lumbar", "voc", ("", "average-precision"), "0", BOXES),
    Trial("lumbar-ppyolov2", "lumbar", "voc", ("", "average-precision"), "0", BOXES),
    Trial("lumbar-rtdetr", "lumbar", "voc", ("", "average-precision"), "0", BOXES),
)


def main() -> None:
    """Trains what is not there yet and writes the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--slices", type=int, default=5)
    parser.add_argument("--difficulty", type=float, default=0.2)
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args()
    (asked.out / "archives").mkdir(parents=True, exist_ok=True)
    rows = []
    for trial in TRIALS:
        if asked.only and trial.recipe not in asked.only:
            continue
        data = asked.out / "archives" / f"{trial.anatomy}-{trial.layout}"
        if not data.exists():
            request = ArchiveRequest(
                trial.anatomy,
                patients=asked.patients,
                layout=trial.layout,
                seed=1,
                difficulty=asked.difficulty,
                size=asked.size,
                slices=asked.slices,
            )
            simulate_archive(data, request)
        told = [_figure(trial, data, asked.out, shuffled=shuffled) for shuffled in (False, True)]
        rows.append(f"| `{trial.recipe}` | {' | '.join(told)} | {trial.chance} |")
        print(rows[-1], flush=True)
    head = "| recipe | as it is | labels dealt at random | chance |\n|---|---|---|---|\n"
    (asked.out / "phantom_recipes.md").write_text(head + "\n".join(rows) + "\n")


def _figure(trial: Trial, data: Path, out: Path, *, shuffled: bool) -> str:
    run = out / f"{trial.recipe}{'-shuffled' if shuffled else ''}"
    if not list(run.rglob("manifest.json")):
        profile = "reduced" if trial.anatomy == "lumbar" else None
        settings = {
            "preprocessing": SMALL,
            **trial.settings,
            "data.shuffled": str(shuffled).lower(),
        }
        train_recipe(
            trial.recipe,
            data=data,
            out=run,
            settings=settings,
            profile=profile,
            execution=Execution("cpu", resume=run.exists(), progress=_tell),
        )
    return "; ".join(_told(path, trial.figure) for path in sorted(run.rglob("metrics.json")))


def _told(path: Path, figure: tuple[str, str]) -> str:
    found = []
    for task in json.loads(path.read_text())["tasks"]:
        for score in task["scores"]:
            of_patients = task["name"].endswith("-by-patient")
            wanted = task["name"].endswith(figure[0]) and not of_patients
            if wanted and score["name"] == figure[1]:
                told = score["estimate"]
                if told["value"] is not None and score["counted"] == "all":
                    low, high = (
                        told[k] if told[k] is not None else float("nan") for k in ("low", "high")
                    )
                    name = task["name"].removeprefix("detect-")
                    found.append(f"{name} {told['value']:.2f} ({low:.2f} to {high:.2f})")
    return ", ".join(found)


def _tell(step: Progress) -> None:
    if step.total and step.done == step.total:
        print(f"  {step.stage}: {step.detail}", flush=True)


if __name__ == "__main__":
    main()
