"""What two steps of each recipe take, from an archive to a bundle: wall and processor seconds.

Each recipe is trained for two steps on a few small simulated patients, in a process of its own
on so many threads, so that importing, scoring, exporting, and the bundle are in its time:

    python benchmarks/two_steps.py [--threads 1] [--only knee-unet ...] [--without-pages]

`--without-pages` leaves away the report's pages and figures, as most tests do. The grading
recipe stands on an anatomy run, which is not counted; as two steps teach it no disc, the networks
of the bundle that comes with Condyle are put into that run.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

STAGE = "--one"
SIZE = 64
SLICE_SPEC = (
    f"[{{step: window, low: 0.5, high: 99.5}}, {{step: fit, rows: {SIZE}, columns: {SIZE}}}]"
)
SCHEDULE = (
    "{epochs: 1, epoch_steps: 2, most_epoch_steps: 2, batch: 2, warmup: 0, average_decay: 0.5}"
)
IMAGES = {"preprocessing": SLICE_SPEC, "schedule": SCHEDULE, "data.split": "60/20/20"}
LUMBAR = {
    "schedule": "{steps: 2, batch: 2, warmup: 0, average_decay: 0.5}",
    "data.layout": "spider",
    "data.split": "2-fold",
}
GRADED = {
    "interpretation.findings": "[disc-herniation, disc-bulging, spondylolisthesis]",
    "network.parameters.outputs": "8",
}
"""The findings that some simulated disc has and some has not."""


@dataclass(frozen=True)
class Trial:
    """One recipe and what it is trained on.

    Attributes:
        recipe: Its name.
        anatomy: Of the simulated patients.
        layout: Of their archive.
        settings: Changes of the recipe.
    """

    recipe: str
    anatomy: str
    layout: str
    settings: dict[str, str]


TRIALS = (
    Trial("knee-unet", "knee", "pairs", IMAGES),
    Trial("knee-sharp-unet", "knee", "pairs", IMAGES),
    Trial("knee-mobile-unet", "knee", "pairs", IMAGES),
    Trial("knee-resnet18", "knee", "pairs", IMAGES),
    Trial("knee-mobilenetv3", "knee", "pairs", IMAGES),
    Trial("knee-mrnet", "knee", "mrnet", IMAGES),
    Trial("ankle-olt-resnet50", "ankle", "folders", IMAGES),
    Trial("lumbar-yolov3", "lumbar", "voc", IMAGES),
    Trial("lumbar-yolov5", "lumbar", "voc", IMAGES),
    Trial("lumbar-ppyolov2", "lumbar", "voc", IMAGES),
    Trial("lumbar-rtdetr", "lumbar", "voc", IMAGES | {"network.parameters.queries": "20"}),
    Trial("lumbar-anatomy", "lumbar", "spider", LUMBAR),
    Trial("lumbar-grading", "lumbar", "spider", LUMBAR | GRADED),
)


def archive_for(trial: Trial, folder: Path) -> Path:
    """Gives the archive of a trial, made once for all that share it."""
    from condyle.workflows.simulate_archive import ArchiveRequest, simulate_archive

    out = folder / f"{trial.anatomy}-{trial.layout}"
    if not out.exists():
        size = 256 if trial.layout == "spider" else SIZE
        asked = ArchiveRequest(trial.anatomy, 10, layout=trial.layout, size=size, slices=3)
        simulate_archive(out, asked)
    return out


def train(trial: Trial, data: Path, out: Path, anatomy_run: str, *, pages: bool) -> None:
    """Trains a recipe for two steps, in this process."""
    from condyle.training.execution import Execution
    from condyle.workflows.train_recipe import train_recipe
    from condyle.workflows.training import image_recipes

    if not pages:
        image_recipes.run_files = lambda *given: {}
    settings = dict(trial.settings)
    if anatomy_run:
        settings["anatomy_run"] = anatomy_run
    train_recipe(
        trial.recipe,
        data=data,
        out=out,
        settings=settings,
        profile="fast",
        execution=Execution("cpu"),
        replicates=200,
    )


def anatomy_for(trial: Trial, data: Path, folder: Path) -> str:
    """Gives the run that a recipe stands on, or nothing where it stands on none."""
    from condyle.bundle import find_bundle

    if trial.recipe != "lumbar-grading":
        return ""
    out = folder / "anatomy"
    anatomy = next(one for one in TRIALS if one.recipe == "lumbar-anatomy")
    train(anatomy, data, out, "", pages=False)
    bundle = find_bundle("lumbar-anatomy")
    for number, name in enumerate(bundle.manifest.models[:2]):
        shutil.copy(bundle.path / name, out / "folds" / str(number) / "model.onnx")
    return str(out)


def timed(command: list[str], threads: int) -> tuple[float, float, bool]:
    """Gives the wall and the processor seconds of a process, and whether it succeeded."""
    limit = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=False, env={**os.environ, **limit})
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return wall, spent, done.returncode == 0


def main() -> None:
    """Prints a row a recipe."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=[trial.recipe for trial in TRIALS])
    parser.add_argument("--without-pages", action="store_true")
    parser.add_argument(STAGE, nargs=4, metavar=("RECIPE", "DATA", "OUT", "ANATOMY"))
    asked = parser.parse_args()
    trials = {trial.recipe: trial for trial in TRIALS}
    if asked.one:
        name, data, out, anatomy_run = asked.one
        pages = not asked.without_pages
        train(trials[name], Path(data), Path(out), anatomy_run, pages=pages)
        return
    print(f"two steps at {SIZE} x {SIZE} pixels, {asked.threads} thread, simulated patients\n")
    print("| recipe | seconds | processor seconds |\n|---|---|---|")
    with TemporaryDirectory() as folder:
        for name in asked.only:
            data = archive_for(trials[name], Path(folder))
            stage = [name, str(data), str(Path(folder) / name)]
            stage.append(anatomy_for(trials[name], data, Path(folder)))
            command = [sys.executable, __file__, STAGE, *stage]
            if asked.without_pages:
                command.append("--without-pages")
            wall, spent, whole = timed(command, asked.threads)
            said = "" if whole else ", failed"
            print(f"| `{name}` | {wall:.1f}{said} | {spent:.1f} |", flush=True)


if __name__ == "__main__":
    main()
