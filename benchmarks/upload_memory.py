"""Measures how the server's memory grows with the uploads that it takes, in one run.

Run as `python benchmarks/upload_memory.py [--uploads 1000]`. A real server runs in a process of
its own; studies of a few slices are sent to it one after another, as a browser sends them. Its
memory is what is its own and not shared with other processes (USS), read from the system.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import httpx
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO
from running_server import running_server

from condyle.dicom import derived_uid
from images import slice_of

EVERY = 100
FIRST = 100
MIB = 2**20


def own_memory(pid: int) -> float:
    """Gives the memory that a process has for itself, in MiB."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    lines = (line.split() for line in told.splitlines())
    return sum(int(line[1]) for line in lines if line[0].startswith("Private_")) / 1024


def study(number: int, template: bytes, slices: int) -> list[bytes]:
    """Gives the files of a study: the same slice under other UIDs."""
    files = []
    for place in range(slices):
        one = dcmread(DicomBytesIO(template))
        one.StudyInstanceUID = derived_uid("memory", str(number))
        one.SeriesInstanceUID = derived_uid("memory", str(number), "series")
        one.SOPInstanceUID = derived_uid("memory", str(number), str(place))
        one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
        one.PatientID, one.InstanceNumber = f"MEMORY-{number}", place + 1
        stream = DicomBytesIO()
        one.save_as(stream, enforce_file_format=True)
        files.append(stream.getvalue())
    return files


def bring(client: httpx.Client, files: list[bytes]) -> None:
    """Sends the files of one upload and waits until they are sorted."""
    offers = [{"name": f"{n}.dcm", "size": len(file)} for n, file in enumerate(files)]
    body = {"files": offers, "exclusions": []}
    upload = client.post("/api/v1/uploads", json=body).raise_for_status().json()
    address = f"/api/v1/uploads/{upload['id']}"
    for file, offer in zip(files, upload["files"], strict=True):
        client.put(f"{address}/files/{offer['id']}", content=file).raise_for_status()
    client.post(f"{address}/finish").raise_for_status()
    while client.get(address).raise_for_status().json()["state"] != "done":
        time.sleep(0.005)


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=1000)
    parser.add_argument("--slices", type=int, default=4)
    parser.add_argument("--side", type=int, default=256)
    given = parser.parse_args()
    template = slice_of(1, given.side)
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as running:
        began, first = time.perf_counter(), 0.0
        for number in range(1, given.uploads + 1):
            bring(running.client, study(number, template, given.slices))
            if number == FIRST:
                first = own_memory(running.pid)
            if number % EVERY == 0:
                now = own_memory(running.pid)
                rate = number / (time.perf_counter() - began)
                print(
                    f"{number:5} uploads: {now:6.1f} MiB, {now - first:+5.1f}, {rate:.1f} a second"
                )


if __name__ == "__main__":
    main()
