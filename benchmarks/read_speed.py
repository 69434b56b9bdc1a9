"""Times reading a lumbar study against the same networks in torch and MONAI, in one run.

    python benchmarks/read_speed.py [--times 5] [--threads 2]

The study is simulated: one T2-weighted series of 20 slices of 512 x 512. Of a series the 13 slices
around its middle get the five anatomy networks of `lumbar-anatomy`, and the discs of the
mid-sagittal one the five of `lumbar-grading`. The peer reads the same files with MONAI's
transforms, runs networks of the same shapes in torch on as many slices and discs, and takes their
classes back to the images; it interprets and reports nothing. Imports are left out of both. A new
process has its imports, the opening of the bundles, and the report's files in its time.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from monai.transforms import (
    Compose,
    EnsureChannelFirst,
    LoadImage,
    Resize,
    ScaleIntensityRangePercentiles,
)
from pydicom import dcmread

from condyle.bundle import Bundle, find_bundle, find_required
from condyle.phantoms import LumbarParameters
from condyle.training.networks import build_network
from condyle.workflows.open_study import open_study
from condyle.workflows.read_study import GRADING, LoadedBundles, read_opened
from condyle.workflows.reading.anatomy_reading import MAX_SLICES
from condyle.workflows.simulate import simulate_lumbar

SLICES, SIDE, DISCS = 20, 512, 7


def series_of(folder: Path) -> Path:
    """Gives the folder of the T2-weighted series of a simulated study."""
    parameters = LumbarParameters(
        slices=SLICES, matrix=SIDE, pixel_mm=0.57, supersampling=1, planes=1
    )
    study = simulate_lumbar(folder, seed=1, parameters=parameters)
    headers = {path: dcmread(path, stop_before_pixels=True) for path in study.rglob("*.dcm")}
    wanted = max(headers.values(), key=lambda header: float(header.EchoTime)).SeriesInstanceUID
    out = folder / "series"
    out.mkdir()
    for path, header in headers.items():
        if header.SeriesInstanceUID == wanted:
            path.rename(out / f"{header.InstanceNumber:03}.dcm")
    return out


@contextmanager
def network_time() -> Iterator[list[float]]:
    """Notes the seconds that ONNX Runtime runs."""
    taken: list[float] = []
    original = onnxruntime.InferenceSession.run

    def run(self: onnxruntime.InferenceSession, *given: object, **named: object) -> object:
        began = time.perf_counter()
        try:
            return original(self, *given, **named)
        finally:
            taken.append(time.perf_counter() - began)

    onnxruntime.InferenceSession.run = run
    try:
        yield taken
    finally:
        onnxruntime.InferenceSession.run = original


def condyle_reader(series: Path, threads: int, *, int8: bool = False) -> Callable[[], object]:
    """Gives what reads the series with bundles that are loaded."""
    grading = find_bundle(GRADING)
    anatomy = find_required(grading.manifest.requires[0], near=grading.path)
    loaded = LoadedBundles(anatomy, grading, threads=threads, int8=int8)

    def read() -> object:
        with open_study([series]) as study:
            return read_opened(study, loaded)

    return read


def peer_reader(series: Path) -> Callable[[], object]:
    """Gives what reads the series with MONAI's transforms and the same networks in torch."""
    grading = find_bundle(GRADING)
    anatomy = find_required(grading.manifest.requires[0], near=grading.path)
    spec = anatomy.manifest.preprocessing
    size = (int(spec[1]["rows"]), int(spec[1]["columns"]))
    outlining, grader = networks_of(anatomy), networks_of(grading)
    shape = onnx_shapes(grading)
    files = sorted(str(path) for path in series.glob("*.dcm"))
    load = Compose([LoadImage(image_only=True), EnsureChannelFirst(channel_dim="no_channel")])
    scale = ScaleIntensityRangePercentiles(0.5, 99.5, 0.0, 1.0, clip=True)
    fit, back = Resize(size, mode="bilinear"), Resize((SIDE, SIDE), mode="nearest")

    @torch.inference_mode()
    def read() -> object:
        volume = torch.stack([load(name).squeeze(-1)[0] for name in files])
        first = (len(volume) - MAX_SLICES) // 2
        chosen = scale(volume)[first : first + MAX_SLICES]
        ready = fit(chosen).as_tensor()[:, None]
        parts = []
        for at in range(MAX_SLICES):
            several = [net(ready[at : at + 1]).softmax(1) for net in outlining]
            parts.append(torch.stack(several).mean(0).argmax(1).float())
        labels = back(torch.cat(parts))
        crops = torch.rand(DISCS, *shape["crop"])
        facts = torch.rand(DISCS, *shape["facts"])
        return labels, [net(crops, facts) for net in grader]

    return read


def networks_of(bundle: Bundle) -> list[torch.nn.Module]:
    """Gives networks of a bundle's shape; their weights matter to no time."""
    told = bundle.manifest.training.recipe["network"]
    made = [build_network(told["name"], told["parameters"]) for _ in bundle.manifest.models]
    return [network.eval() for network in made]


def onnx_shapes(bundle: Bundle) -> dict[str, tuple[int, ...]]:
    """Gives the shape of an item of each input."""
    session = onnxruntime.InferenceSession(bundle.path / bundle.manifest.models[0])
    return {node.name: tuple(node.shape[1:]) for node in session.get_inputs()}


def timed(read: Callable[[], object], times: int) -> list[float]:
    """Gives the seconds of each reading after a first one."""
    read()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        read()
        taken.append(time.perf_counter() - began)
    return taken


def new_processes(series: Path, out: Path, times: int) -> tuple[list[float], float]:
    """Gives the seconds of ``condyle read`` in new processes, and their most memory in MiB."""
    taken = []
    for number in range(times):
        command = [sys.executable, "-m", "condyle", "read", str(series)]
        began = time.perf_counter()
        subprocess.run(
            [*command, "--out", str(out / str(number))], check=True, stdout=subprocess.DEVNULL
        )
        taken.append(time.perf_counter() - began)
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def helps(times: int) -> list[float]:
    """Gives the seconds of ``condyle --help``."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        command = [sys.executable, "-m", "condyle", "--help"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return taken


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        series = series_of(folder / "patient")
        fresh, memory = new_processes(series, folder / "out", asked.times)
        own = condyle_reader(series, asked.threads)
        with network_time() as inside:
            warm = timed(own, asked.times)
        rest = np.median(warm) - sum(inside) / (asked.times + 1)
        short = timed(condyle_reader(series, asked.threads, int8=True), asked.times)
        peer = timed(peer_reader(series), asked.times)
    print(f"{asked.threads} threads, {SLICES} slices of {SIDE} x {SIDE}, median of {asked.times}\n")
    print("| what | seconds |\n|---|---|")
    print(f"| reading again in one process | {np.median(warm):.2f} |")
    print(f"| of it not in a network | {rest:.2f} |")
    print(f"| the same with anatomy networks of 8 bits in OpenVINO | {np.median(short):.2f} |")
    print(f"| the same networks in torch with MONAI's transforms | {np.median(peer):.2f} |")
    print(f"| `condyle read` in a new process, report included | {np.median(fresh):.2f} |")
    print(f"| `condyle --help` | {np.median(helps(11)):.2f} |")
    print(f"\ntorch over Condyle: {np.median(peer) / np.median(warm):.2f} times")
    print(f"torch over Condyle of 8 bits: {np.median(peer) / np.median(short):.2f} times")
    print(f"most memory of a new process: {memory:.0f} MiB")


if __name__ == "__main__":
    main()
