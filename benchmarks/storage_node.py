"""Times the DICOM node beside Orthanc: the same sender, the same images, both durable, in turn.

    python benchmarks/storage_node.py

Orthanc runs with ``SyncStorageArea`` and its own SQLite as it comes; the node as ``condyle serve``
runs it, its receiver and its taker each a process. The sender is DCMTK's storescu with
``TCP_NODELAY=1``, which Orthanc gets as well, one association or four at a time. Blocks of images
go to the one and to the other in turn, so that whatever else the machine does slows both; a ratio
above 1 says that the node is faster. Then ten associations of 100 MB objects are sent to the node,
for its memory.
Seconds mean something only on a machine that does nothing else, ratios of one run on any.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from condyle.archive.archive import Archive
from condyle.archive.spool import Spool, spool_folder
from condyle.service.opening import open_archive
from condyle.service.pacs.processes import RECEIVE, TAKE_IN
from condyle.service.settings import Settings

ROOT = "1.2.826.0.1.3680043.10.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
MIB = 1 << 20


@dataclass(frozen=True)
class Server:
    """Somebody who receives."""

    name: str
    title: str
    port: int
    pids: tuple[int, ...]

    def peak_mib(self) -> float:
        """Largest memory of the process that receives, so far."""
        lines = Path(f"/proc/{self.pids[0]}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

    def seconds(self) -> float:
        """Processor time of its processes, so far."""
        ticks = 0
        for pid in self.pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def image(number: int, side: int, *, frames: int = 0, seed: bytes = b"") -> FileDataset:
    """Makes an image of noise, in series of a hundred and studies of five hundred."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID(SecondaryCaptureImageStorage if frames else MR)
    meta.MediaStorageSOPInstanceUID = UID(f"{ROOT}.3.{number}")
    made = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    made.SOPClassUID, made.SOPInstanceUID = meta.MediaStorageSOPClassUID, f"{ROOT}.3.{number}"
    made.StudyInstanceUID = f"{ROOT}.1.{number // 500}"
    made.SeriesInstanceUID = f"{ROOT}.2.{number // 100}"
    made.PatientID = made.PatientName = f"BENCH{number // 500}"
    made.StudyDate, made.StudyTime, made.Modality = "20260101", "101010", "MR"
    made.PatientBirthDate, made.PatientSex, made.AccessionNumber = "19700101", "F", "1"
    made.SeriesDescription, made.BodyPartExamined = "T2 SAG", "LSPINE"
    made.SeriesNumber, made.InstanceNumber = number // 100 % 5 + 1, number % 100 + 1
    made.ImagePositionPatient, made.PixelSpacing = [0, 0, number % 100], [0.5, 0.5]
    made.ImageOrientationPatient, made.SliceThickness = [1, 0, 0, 0, 1, 0], 4
    made.FrameOfReferenceUID = f"{ROOT}.4"
    made.Rows = made.Columns = side
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    made.PixelRepresentation, made.SamplesPerPixel = 0, 1
    made.PhotometricInterpretation = "MONOCHROME2"
    if frames:
        made.NumberOfFrames = frames
        made.PixelData = seed * frames
    else:
        rng = np.random.default_rng(number)
        made.PixelData = rng.integers(0, 4096, (side, side), dtype=np.uint16).tobytes()
    return made


def write_images(folder: Path, numbers: range) -> list[Path]:
    """Writes 256 x 256 images."""
    paths = [folder / f"{number}.dcm" for number in numbers]
    for number, path in zip(numbers, paths, strict=True):
        image(number, 256).save_as(path, enforce_file_format=True)
    return paths


def write_large(folder: Path, count: int) -> list[Path]:
    """Writes objects of 100 MB: 50 frames of 1000 x 1000."""
    paths = [folder / f"large-{number}.dcm" for number in range(count)]
    frame = np.random.default_rng(0).integers(0, 4096, 1_000_000, dtype=np.uint16).tobytes()
    for number, path in enumerate(paths):
        large = image(900_000 + number, 1000, frames=50, seed=frame)
        large.save_as(path, enforce_file_format=True)
    return paths


def free_port() -> int:
    """Gives a port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    """Waits until somebody listens on a port."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nobody listens on port {port}")


@contextmanager
def orthanc(folder: Path) -> Iterator[Server]:
    """Runs Orthanc, synced."""
    port = free_port()
    options = {
        "StorageDirectory": str(folder / "orthanc"),
        "IndexDirectory": str(folder / "orthanc"),
        "SyncStorageArea": True,
        "DicomAet": "ORTHANC",
        "DicomPort": port,
        "HttpPort": free_port(),
        "RemoteAccessAllowed": False,
        "DicomAlwaysAllowStore": True,
    }
    path = folder / "orthanc.json"
    path.write_text(json.dumps(options))
    # Without it Orthanc answers in two small packets, the second one 40 ms late.
    with running(["Orthanc", str(path)], {**os.environ, "TCP_NODELAY": "1"}) as process:
        wait_for(port)
        yield Server("Orthanc", "ORTHANC", port, (process.pid,))


@contextmanager
def condyle(folder: Path) -> Iterator[tuple[Server, Archive, Spool]]:
    """Runs the node as ``condyle serve`` does."""
    port = free_port()
    settings = Settings(home=folder / "home", dicom_port=port, dicom_spare_mib=0)
    archive = open_archive(settings)
    environment = {
        **os.environ,
        "CONDYLE_HOME": str(settings.home),
        "CONDYLE_DICOM_PORT": str(port),
        "CONDYLE_DICOM_SPARE_MIB": "0",
        "CONDYLE_BUNDLES": str(folder / "no-bundles"),
    }
    with ExitStack() as stack:
        processes = [
            stack.enter_context(running(list(command), environment))
            for command in (RECEIVE, TAKE_IN)
        ]
        wait_for(port)
        server = Server("Condyle", "CONDYLE", port, tuple(one.pid for one in processes))
        yield server, archive, Spool(spool_folder(settings.home))


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a process while it is entered."""
    log = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def send(server: Server, paths: Sequence[Path], associations: int) -> float:
    """Sends images over so many associations at once; gives how long it took, in seconds."""
    command = ["storescu", "-aec", server.title, "127.0.0.1", str(server.port)]
    environment = {**os.environ, "TCP_NODELAY": "1"}
    begun = time.perf_counter()
    senders = [
        subprocess.Popen([*command, *map(str, paths[at::associations])], env=environment)
        for at in range(associations)
    ]
    ends = [sender.wait() for sender in senders]
    if any(ends):
        raise SystemExit(f"{server.name} did not take everything")
    return time.perf_counter() - begun


def compare(
    servers: Sequence[Server],
    paths: list[Path],
    settle: Callable[[], float],
    *,
    at_once: int,
    block: int,
) -> None:
    """Sends blocks of images to both in turn, and tells rates and their ratio.

    After each block it is waited until the archive holds it, so that what the node does after
    its answers slows nobody else; how long that took is told beside.
    """
    settled = 0.0
    took: dict[str, list[float]] = {server.name: [] for server in servers}
    used = {server.name: server.seconds() for server in servers}
    for number, begin in enumerate(range(0, len(paths), block)):
        some = paths[begin : begin + block]
        for server in servers[:: 1 if number % 2 else -1]:
            took[server.name].append(send(server, some, at_once))
            settled += settle()
    theirs, ours = (took[server.name] for server in servers)
    ratios = [one / other for one, other in zip(theirs, ours, strict=True)]
    print(f"{len(paths)} images of 256 x 256, {at_once} association(s):")
    for server in servers:
        rate = len(paths) / sum(took[server.name])
        cost = 1000 * (server.seconds() - used[server.name]) / len(paths)
        print(f"  {server.name:8} {rate:7.1f} a second, {cost:.2f} ms of processor an image")
    print(
        f"  ratio    {sum(theirs) / sum(ours):7.2f} in all; blocks: median"
        f" {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}"
    )
    print(f"  and {settled / len(ratios):.1f} s after a block of {block} until the archive held it")


def await_empty(spool: Spool) -> float:
    """Waits until nothing is left in the spool; gives for how long, in seconds."""
    begun = time.perf_counter()
    while spool.count():
        if time.perf_counter() > begun + 300:
            raise SystemExit("what was received is not taken in")
        time.sleep(0.05)
    return time.perf_counter() - begun


def main() -> int:
    """Runs the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=2000, help="of each number of associations")
    parser.add_argument("--associations", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--block", type=int, default=250)
    parser.add_argument("--large", type=int, default=10, help="objects of 100 MB; 0 for none")
    given = parser.parse_args()
    for program in ("Orthanc", "storescu"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not installed")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        theirs = stack.enter_context(orthanc(folder))
        ours, archive, spool = stack.enter_context(condyle(folder))
        stack.callback(archive.database.close)
        for server in (theirs, ours):  # what both do but once
            send(server, write_images(folder, range(100_000, 100_010)), 1)
        for at, associations in enumerate(given.associations):
            numbers = range(at * given.images, (at + 1) * given.images)
            paths = write_images(folder, numbers)
            both = (theirs, ours)
            settle = partial(await_empty, spool)
            compare(both, paths, settle, at_once=associations, block=given.block)
            for path in paths:
                path.unlink()
        print(f"memory: Orthanc {theirs.peak_mib():.0f} MiB, receiver {ours.peak_mib():.0f} MiB")
        if given.large:
            took = send(ours, write_large(folder, given.large), given.large)
            print(
                f"{given.large} associations of 100 MB objects: {took:.1f} s,"
                f" receiver at most {ours.peak_mib():.0f} MiB"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
