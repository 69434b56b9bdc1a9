"""Times reading a lumbar study against the same networks in torch and MONAI, in one run.

    python benchmarks/read_speed.py [--times 5] [--threads 2]

The study is simulated: one T2-weighted series of 20 slices of 512 x 512. Of a series the 13 slices
around its middle get the five anatomy networks of `lumbar-anatomy`, each slice once, and the discs
of the mid-sagittal one the five of `lumbar-grading`. The peer reads the same files with MONAI's
transforms, runs networks of the same shapes in torch on as many slices and discs, and takes their
classes back to the images; it interprets and reports nothing. Imports are left out of both. A new
process has its imports, the opening of the bundles, and the report's files in its time.

All are read in turn, so that what else the machine does falls on each alike; its load is told. The
processor's seconds are told beside those of the clock, which another program's work lengthens.
What is not in a network is the time in which none runs: interpretation of a slice goes on while
the next one's networks run. The last table is of one thread: how fast one anatomy network goes
in each engine, beside what multiplying matrices reaches here with as many operations.
"""

from __future__ import annotations

import argparse
import os
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
from condyle.inference import open_session
from condyle.interpretation.crops import PLAIN_FACTS
from condyle.phantoms import LumbarParameters
from condyle.training.networks import build_network
from condyle.training.networks.grader import PretrainedExpert
from condyle.training.tasks.grading import BothExperts, TwoHeads
from condyle.workflows.open_study import open_study
from condyle.workflows.read_study import GRADING, LoadedBundles, read_opened
from condyle.workflows.reading.anatomy_reading import MAX_SLICES
from condyle.workflows.simulate import simulate_lumbar

SLICES, SIDE, DISCS = 20, 512, 7

OWN = "reading again in one process"
EIGHT = "the same with anatomy networks of 8 bits in OpenVINO"
PEER = "the same networks in torch with MONAI's transforms"


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
def network_time() -> Iterator[list[tuple[float, float]]]:
    """Notes from when to when ONNX Runtime runs, each run by itself."""
    taken: list[tuple[float, float]] = []
    original = onnxruntime.InferenceSession.run

    def run(self: onnxruntime.InferenceSession, *given: object, **named: object) -> object:
        began = time.perf_counter()
        try:
            return original(self, *given, **named)
        finally:
            taken.append((began, time.perf_counter()))

    onnxruntime.InferenceSession.run = run
    try:
        yield taken
    finally:
        onnxruntime.InferenceSession.run = original


def covered(runs: list[tuple[float, float]]) -> float:
    """Gives the seconds in which at least one of some runs went on."""
    total, until = 0.0, 0.0
    for began, ended in sorted(runs):
        total += max(0.0, ended - max(began, until))
        until = max(until, ended)
    return total


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
    outlining, grader = networks_of(anatomy), graders_of(grading)
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


def graders_of(bundle: Bundle) -> list[torch.nn.Module]:
    """Gives graders of a bundle's shape: the expert on the measures and the one on the image."""
    told = bundle.manifest.training.recipe["pretrained"]["network"]
    parameters = {key: value for key, value in told["parameters"].items() if key != "dropout"}
    findings = len(bundle.manifest.interpretation["findings"])
    grades = len(bundle.manifest.outputs()[0].classes)
    made = []
    for measures in networks_of(bundle):
        network = build_network(told["name"], {**parameters, "classes": 1, "inputs": 3})
        looking = PretrainedExpert(
            network, plain_facts=PLAIN_FACTS, outputs=grades + findings, dropout=0.0
        )
        heads = [TwoHeads(expert, grades=grades) for expert in (measures, looking)]
        made.append(BothExperts(*heads, alone=torch.zeros(findings)).eval())
    return made


def onnx_shapes(bundle: Bundle) -> dict[str, tuple[int, ...]]:
    """Gives the shape of an item of each input."""
    session = onnxruntime.InferenceSession(bundle.path / bundle.manifest.models[0])
    return {node.name: tuple(node.shape[1:]) for node in session.get_inputs()}


def timed(
    readers: dict[str, Callable[[], object]], times: int
) -> dict[str, list[tuple[float, float, float]]]:
    """Gives what each reading in turn took after a first one.

    Returns:
        By reader, a row a reading: seconds by the clock, seconds of the processor, and seconds
        by the clock in which no network of ONNX Runtime ran.
    """
    for read in readers.values():
        read()
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in readers}
    for _ in range(times):
        for name, read in readers.items():
            clock, processor = time.perf_counter(), time.process_time()
            with network_time() as runs:
                read()
            wall = time.perf_counter() - clock
            taken[name].append((wall, time.process_time() - processor, wall - covered(runs)))
    return taken


def engines(times: int) -> dict[str, float]:
    """Gives the milliseconds of the processor that a slice takes in each engine, on one thread."""
    grading = find_bundle(GRADING)
    anatomy = find_required(grading.manifest.requires[0], near=grading.path)
    model = anatomy.read(anatomy.manifest.models[0])
    session = open_session(model, threads=1)
    network = networks_of(anatomy)[0]
    image = np.random.default_rng(1).random((1, 1, 256, 256), dtype=np.float32)
    tensor = torch.from_numpy(image)
    operations = operations_of(network, tensor)
    side = round((operations / 2) ** (1 / 3))
    square = torch.from_numpy(np.ones((side, side), dtype=np.float32))
    runs: dict[str, Callable[[], object]] = {
        "ONNX Runtime": lambda: session.run(None, {session.get_inputs()[0].name: image}),
        "torch, eager": lambda: network(tensor).softmax(1),
        f"matrices, {operations / 1e9:.2f} thousand million operations": lambda: square @ square,
    }
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    taken: dict[str, list[float]] = {name: [] for name in runs}
    with torch.inference_mode():
        for turn in range(times + 1):
            for name, run in runs.items():
                began = time.process_time()
                run()
                if turn:
                    taken[name].append(time.process_time() - began)
    torch.set_num_threads(threads)
    return {name: 1e3 * float(np.median(values)) for name, values in taken.items()}


def operations_of(network: torch.nn.Module, image: torch.Tensor) -> float:
    """Gives the additions and multiplications of a network's convolutions on an image."""
    counts = []

    def count(layer: torch.nn.Conv2d, _: object, made: torch.Tensor) -> None:
        counts.append(2.0 * layer.weight.numel() * made.shape[-2] * made.shape[-1])

    layers = [layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.inference_mode():
        network(image)
    for hook in hooks:
        hook.remove()
    return sum(counts)


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
        before = os.getloadavg()[0]
        fresh, memory = new_processes(series, folder / "out", asked.times)
        readers = {
            OWN: condyle_reader(series, asked.threads),
            EIGHT: condyle_reader(series, asked.threads, int8=True),
            PEER: peer_reader(series),
        }
        taken = {name: np.array(rows) for name, rows in timed(readers, asked.times).items()}
        after = os.getloadavg()[0]
    print(f"{asked.threads} threads, {SLICES} slices of {SIDE} x {SIDE}, median of {asked.times};")
    print(f"load of the machine {before:.1f} before, {after:.1f} after\n")
    print("| what | seconds | of the processor |\n|---|---|---|")
    for name, rows in taken.items():
        wall, processor, rest = np.median(rows, axis=0)
        print(f"| {name} | {wall:.2f} | {processor:.2f} |")
        if name == OWN:
            print(f"| of it no network runs | {rest:.2f} | |")
    print(f"| `condyle read` in a new process, report included | {np.median(fresh):.2f} | |")
    print(f"| `condyle --help` | {np.median(helps(11)):.2f} | |")
    for name in (OWN, EIGHT):
        ratios = np.median(taken[PEER][:, :2], axis=0) / np.median(taken[name][:, :2], axis=0)
        told = f"{ratios[0]:.2f} times by the clock, {ratios[1]:.2f} by the processor"
        print(f"\ntorch over {name}: {told}")
    print(f"\nmost memory of a new process: {memory:.0f} MiB")
    print("\n| a slice through one network, one thread | ms |\n|---|---|")
    for name, milliseconds in engines(asked.times).items():
        print(f"| {name} | {milliseconds:.1f} |")


if __name__ == "__main__":
    main()
