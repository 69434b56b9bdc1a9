"""Times bringing a series of 300 slices over HTTP, and scrolling through it, in one run.

Run as `python benchmarks/images.py`; with a PostgreSQL as
`python benchmarks/images.py --url postgresql://USER@/EMPTY_DATABASE?host=SOCKET_FOLDER`.
A real server runs in a process of its own. The slices are sent six at a time, as a browser does.
Scrolling asks for one slice every 33 ms, whether or not earlier ones are answered: a fetch is
dropped where its slice is not there after a second, and a time is counted from when the request
was due. Then the whole series is fetched at once, six at a time, as a viewer's prefetch does.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from running_server import AT_ONCE, running_server

from condyle.dicom import derived_uid

STEP_S = 1 / 30
DROPPED_S = 1.0
STUDY, SERIES = derived_uid("benchmark"), derived_uid("benchmark", "series")


def slice_of(number: int, side: int) -> bytes:
    """Gives one MR slice of noise, which no file system and no network makes smaller."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = MRImageStorage, ExplicitVRLittleEndian
    one = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    one.SOPClassUID = MRImageStorage
    one.SOPInstanceUID = derived_uid("benchmark", str(number))
    meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    one.StudyInstanceUID, one.SeriesInstanceUID = STUDY, SERIES
    one.PatientID, one.PatientName, one.Modality = "BENCHMARK", "Bench^Mark", "MR"
    one.SeriesNumber, one.InstanceNumber = 1, number
    one.ImagePositionPatient, one.ImageOrientationPatient = [0, 0, number], [1, 0, 0, 0, 1, 0]
    one.PixelSpacing, one.SliceThickness = [0.5, 0.5], 1
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.Rows = one.Columns = side
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    noise = np.random.default_rng(number).integers(0, 4096, (side, side), dtype=np.uint16)
    one.PixelData = noise.tobytes()
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, one, enforce_file_format=True)
    return stream.getvalue()


def bring(client: httpx.Client, slices: list[bytes]) -> None:
    """Sends the slices and waits until they are sorted."""
    offer = {
        "files": [{"name": f"{n}.dcm", "size": len(one)} for n, one in enumerate(slices)],
        "exclusions": [],
    }
    upload = client.post("/api/v1/uploads", json=offer).raise_for_status().json()
    address = f"/api/v1/uploads/{upload['id']}"
    began = time.perf_counter()

    def send(place: int) -> None:
        number = upload["files"][place]["id"]
        client.put(f"{address}/files/{number}", content=slices[place]).raise_for_status()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(send, range(len(slices))))
    sent = time.perf_counter()
    client.post(f"{address}/finish").raise_for_status()
    while client.get(address).json()["state"] != "done":
        time.sleep(0.05)
    done = time.perf_counter()
    print(f"sent {len(slices)} files in {sent - began:.2f} s, sorted them in {done - sent:.2f} s")


def frame(client: httpx.Client, number: int) -> int:
    """Fetches one slice, and gives its bytes."""
    address = f"/dicomweb/studies/{STUDY}/series/{SERIES}/instances"
    uid = derived_uid("benchmark", str(number))
    headers = {"Accept": 'multipart/related; type="application/octet-stream"; transfer-syntax=*'}
    return len(client.get(f"{address}/{uid}/frames/1", headers=headers).raise_for_status().content)


def scroll(client: httpx.Client, count: int) -> None:
    """Asks for one slice after another at the pace of a fast scroll."""
    times: list[float] = []
    lock = threading.Lock()
    start = time.perf_counter()

    def fetch(place: int) -> None:
        due = start + place * STEP_S
        frame(client, place + 1)
        with lock:
            times.append(time.perf_counter() - due)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for place in range(count):
            time.sleep(max(start + place * STEP_S - time.perf_counter(), 0))
            pool.submit(fetch, place)
    dropped = count - sum(one <= DROPPED_S for one in times)
    tell(f"scrolled at {1 / STEP_S:.0f} slices/s, {dropped} of {count} dropped", times)


def prefetch(client: httpx.Client, count: int) -> None:
    """Fetches all slices as quickly as they come."""
    times: list[float] = []

    def fetch(number: int) -> int:
        began = time.perf_counter()
        size = frame(client, number)
        times.append(time.perf_counter() - began)
        return size

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        size = sum(pool.map(fetch, range(1, count + 1)))
    took = time.perf_counter() - began
    tell(
        f"fetched all in {took:.2f} s, {count / took:.0f}/s, {size / took / 2**20:.0f} MiB/s", times
    )


def tell(what: str, times: list[float]) -> None:
    """Prints the spread of times."""
    p50, p95, p99 = np.percentile(times, [50, 95, 99]) * 1000
    print(f"{what}; ms: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, most {max(times) * 1000:.1f}")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="", help="a PostgreSQL database without tables")
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--side", type=int, default=512)
    given = parser.parse_args()
    slices = [slice_of(n, given.side) for n in range(1, given.slices + 1)]
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), given.url) as running,
    ):
        client = running.client
        bring(client, slices)
        began = time.perf_counter()
        address = f"/dicomweb/studies/{STUDY}/series/{SERIES}/metadata"
        found = client.get(address).raise_for_status().json()
        print(f"metadata of {len(found)} in {(time.perf_counter() - began) * 1000:.0f} ms")
        scroll(client, given.slices)
        prefetch(client, given.slices)


if __name__ == "__main__":
    main()
