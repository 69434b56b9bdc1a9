"""Times DICOMweb beside Orthanc's: the same client, the same instances, both durable, in turn.

    python benchmarks/dicomweb.py [--instances 2000] [--slices 300] [--studies 100000] [--analyzed]

Orthanc runs with its DICOMweb plugin and its own SQLite as it comes (``SyncStorageArea``), the
clinic as ``condyle serve`` runs it, without its worker. Calls go to the one and to the other in
turn, so that whatever else the machine does slows both; a ratio above 1 says that the clinic is
faster. Both are asked by one raw HTTP client, for dicomweb-client's own parsing takes longer than
either server. Seconds mean something only on a machine that does nothing else, ratios of one run
on any.

The studies that are searched were not sent: the clinic's rows are written as ``store`` leaves them,
and Orthanc's index is filled, while it does not run, with copies of the rows that it wrote itself
for one study. Neither server ever has SQLite count its rows, by which that chooses its indexes;
``--analyzed`` has it count both servers' (``ANALYZE``), as a careful administrator of Orthanc may.
The floor of STOW-RS and what was measured are in docs/decisions/0029.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import http.client
import io
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from sqlalchemy import insert, text

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.tables import InstanceRow, Patient, SeriesRow, StudyRow, StudyWord
from condyle.archive.words import folded, words_of
from condyle.service.opening import open_archive
from condyle.service.security.secrets import TOKEN_PREFIX, fingerprint, new_secret
from condyle.service.settings import Settings

ROOT = "1.2.826.0.1.3680043.10.3"
MR = "1.2.840.10008.5.1.4.1.1.4"
EDGE = "between-the-instances"
STOW = f'multipart/related; type="application/dicom"; boundary={EDGE}'
WADO = 'multipart/related; type="application/dicom"; transfer-syntax=*'
JSON = "application/dicom+json"
PER_CALL = 50
_IDLE_S = 1.0  # a server closes a connection on which nothing comes for some seconds
_SERIES, _STOWED, _SMALL = 1, 2, 3
_PORTION = 2000
_FIRST = 1_000_000  # row of the first study that is searched for


@dataclass
class Server:
    """Somebody who is asked.

    Attributes:
        name: For the table.
        port: On the loopback.
        prefix: Of its DICOMweb.
        pid: Its process.
        headers: Sent with each call.
    """

    name: str
    port: int
    prefix: str
    pid: int
    headers: dict[str, str] = field(default_factory=dict)
    _line: http.client.HTTPConnection | None = None
    _used: float = 0.0

    def call(self, method: str, path: str, accept: str, body: bytes | None = None) -> int:
        """Makes a call on a connection that stays open, and gives the bytes of its answer."""
        if self._line is None or time.monotonic() - self._used > _IDLE_S:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
            self._line.connect()
            self._line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = {**self.headers, "Accept": accept}
        headers |= {"Content-Type": STOW} if body is not None else {}
        self._line.request(method, self.prefix + path, body, headers)
        answer = self._line.getresponse()
        piece, size = bytearray(1 << 20), 0
        while got := answer.readinto(piece):
            size += got
        if answer.status not in (200, 204):
            raise SystemExit(f"{self.name} answered {answer.status} to {method} {path[:60]}")
        self._used = time.monotonic()
        return size

    def seconds(self) -> float:
        """Processor time of its process, so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def image(group: int, study: int, number: int, side: int) -> bytes:
    """Makes an instance of noise: as a file."""
    one = Dataset()
    one.SpecificCharacterSet = "ISO_IR 192"
    one.SOPClassUID, one.SOPInstanceUID = MR, f"{ROOT}.{group}.{study}.1.{number}"
    one.StudyInstanceUID, one.SeriesInstanceUID = (
        f"{ROOT}.{group}.{study}",
        f"{ROOT}.{group}.{study}.1",
    )
    one.PatientID, one.PatientName = f"B{group}-{study}", f"Name{study % 977}^Given{study % 89}"
    one.PatientBirthDate, one.PatientSex = "19700101", "O"
    one.StudyDate = (dt.date(2010, 1, 1) + dt.timedelta(days=study % 5000)).strftime("%Y%m%d")
    one.StudyTime, one.StudyID = "101500", str(study % 1000)
    one.AccessionNumber, one.ReferringPhysicianName = f"A{study}", "Doctor^A"
    one.StudyDescription, one.SeriesDescription, one.Modality = "Knee", "PD sag", "MR"
    one.SeriesNumber, one.InstanceNumber = 1, number
    one.ImagePositionPatient, one.PixelSpacing = [0, 0, number], [0.5, 0.5]
    one.Rows = one.Columns = side
    one.BitsAllocated, one.BitsStored, one.HighBit = 16, 12, 11
    one.PixelRepresentation, one.SamplesPerPixel = 0, 1
    one.PhotometricInterpretation = "MONOCHROME2"
    seed = group * 10_000_019 + study * 10_007 + number
    pixels = np.random.default_rng(seed).integers(0, 4096, side * side, dtype="<u2")
    one.PixelData = pixels.tobytes()
    one["PixelData"].VR = "OW"
    one.file_meta = FileMetaDataset()
    one.file_meta.MediaStorageSOPClassUID = UID(MR)
    one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    stream = io.BytesIO()
    one.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def body_of(contents: Sequence[bytes]) -> bytes:
    """Puts instances into the body of one call of STOW-RS."""
    head = f"--{EDGE}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return b"".join(head + one + b"\r\n" for one in contents) + f"--{EDGE}--\r\n".encode()


def in_turn(servers: Sequence[Server], rounds: int, act: Callable[[Server, int], object]) -> str:
    """Has each server do the same, in turn, and words the ratio of the medians."""
    times: dict[str, list[float]] = {one.name: [] for one in servers}
    spent = {one.name: -one.seconds() for one in servers}
    for turn in range(rounds):
        for one in servers if turn % 2 else servers[::-1]:
            began = time.perf_counter()
            act(one, turn)
            times[one.name].append(time.perf_counter() - began)
    for one in servers:
        spent[one.name] += one.seconds()
    ours, theirs = servers
    middle = {name: statistics.median(found) for name, found in times.items()}
    pairs = sorted(b / a for a, b in zip(times[ours.name], times[theirs.name], strict=True))
    return (
        f"{middle[theirs.name] / middle[ours.name]:6.2f}"
        f"   {pairs[len(pairs) // 4]:5.2f} to {pairs[-1 - len(pairs) // 4]:5.2f}"
        f"   {middle[ours.name] * 1000:9.1f} {middle[theirs.name] * 1000:9.1f}"
        f"   {spent[ours.name]:6.1f} {spent[theirs.name]:6.1f}"
    )


def time_store(servers: Sequence[Server], instances: int) -> str:
    """Times STOW-RS of 256 x 256 images, fifty a call."""
    calls = max(instances // PER_CALL, 2)

    def act(server: Server, turn: int) -> None:
        server.call("POST", "/studies", JSON, bodies[turn])

    bodies = [
        body_of([image(_STOWED, call, number, 256) for number in range(PER_CALL)])
        for call in range(calls)
    ]
    return in_turn(servers, calls, act)


def time_series(servers: Sequence[Server], slices: int, rounds: int) -> str:
    """Times WADO-RS of a whole series of 256 x 256 slices."""
    for start in range(0, slices, PER_CALL):
        numbers = range(start, min(start + PER_CALL, slices))
        body = body_of([image(_SERIES, 1, number, 256) for number in numbers])
        for server in servers:
            server.call("POST", "/studies", JSON, body)
    path = f"/studies/{ROOT}.{_SERIES}.1/series/{ROOT}.{_SERIES}.1.1"

    def act(server: Server, turn: int) -> None:
        if server.call("GET", path, WADO) < slices * 256 * 256 * 2:
            raise SystemExit(f"{server.name} gave less than the series")

    return in_turn(servers, rounds, act)


def time_searches(servers: Sequence[Server], studies: int, rounds: int) -> dict[str, str]:
    """Times QIDO-RS of several kinds."""
    asked: dict[str, Callable[[int], str]] = {
        "by Patient ID": lambda turn: f"/studies?PatientID=B{_SMALL}-{turn * 37 % studies}",
        "by Study Instance UID": lambda turn: (
            f"/studies?StudyInstanceUID={ROOT}.{_SMALL}.{turn * 41 % studies}"
        ),
        "by accession number": lambda turn: f"/studies?AccessionNumber=A{turn * 43 % studies}",
        "by name with a wildcard": lambda turn: f"/studies?PatientName=Name{turn % 977}*&limit=50",
        "by a day": lambda turn: f"/studies?StudyDate=201{turn % 9}0615&limit=50",
        "series of a study": lambda turn: f"/studies/{ROOT}.{_SMALL}.{turn * 47 % studies}/series",
        "the first 100": lambda turn: "/studies?limit=100",
    }
    for name, path in asked.items():
        if len({server.call("GET", path(1), JSON) > len("[]") for server in servers}) > 1:
            raise SystemExit(f"one of them finds nothing {name}")
    return {
        name: in_turn(
            servers, rounds, lambda server, turn, path=path: server.call("GET", path(turn), JSON)
        )
        for name, path in asked.items()
    }


def fill_clinic(archive: Archive, studies: int) -> None:
    """Puts studies of one instance each into the clinic's database, as ``store`` leaves them."""
    at = archive.clock()
    for start in range(0, studies, _PORTION):
        rows: dict[type[Any], list[dict[str, Any]]] = {
            table: [] for table in (Patient, StudyRow, SeriesRow, InstanceRow, StudyWord)
        }
        for study in range(start, min(start + _PORTION, studies)):
            for table, row in _clinic_rows(study, at):
                rows[table].append(row)
        with archive.database.write_connection() as connection:
            for table, some in rows.items():
                connection.execute(insert(table), some)


def _clinic_rows(study: int, at: dt.datetime) -> Iterator[tuple[type[Any], dict[str, Any]]]:
    said = _said(study)
    number, uid, name = _FIRST + study, said["study"], said["name"]
    own = {"id": number, "study_id": number}
    sizes = {"number": 1, "instance_count": 1}
    yield (
        Patient,
        {"id": number, "identifier": said["patient"], "issuer": "", "name": name, "sex": "O"}
        | {"pseudonym": f"P-{number:010X}", "birth_date": dt.date(1970, 1, 1)},
    )
    date = dt.datetime.strptime(said["date"], "%Y%m%d").date()
    yield (
        StudyRow,
        {"id": number, "uid": uid, "patient_id": number, "patient_sort": folded(name)}
        | {"accession": said["accession"], "description": "Knee", "modalities": "MR"}
        | {"study_date": date, "date_sort": date, "study_time": dt.time(10, 15), "anatomy": "knee"}
        | {"source": "pacs", "simulated": False, "priority_rank": 2, "state": "received"}
        | {"received_at": at, "revision": number, "series_count": 1, "instance_count": 1}
        | {"finding_count": 0},
    )
    series = {"uid": said["series"], "description": "PD sag", "modality": "MR"}
    yield SeriesRow, own | sizes | series | {"body_part": "knee", "kind": "dicom"}
    yield (
        InstanceRow,
        own
        | {"series_id": number, "uid": said["instance"], "class_uid": MR, "number": 1, "frames": 1}
        | {"transfer_syntax": str(ExplicitVRLittleEndian), "rows": 8, "columns": 8, "size": 1}
        | {"object": f"{study:064x}", "header": zlib.compress(b"{}"), "frames_at": []}
        | {"received_at": at},
    )
    for word in words_of(name, said["patient"], said["accession"], "Knee"):
        yield StudyWord, {"word": word, "study_id": number}


def fill_orthanc(index: Path, studies: int) -> None:
    """Copies the rows that Orthanc itself wrote for one study, for so many others.

    It does not run meanwhile. Storing 100,000 studies through it would take an hour; a search
    reads the index alone. Its log of changes, which none reads, is not copied.
    """
    example = {value: name for name, value in _said(0).items()}
    example |= {value.upper(): f"{name} upper" for value, name in example.items()}
    tables = ("MainDicomTags", "DicomIdentifiers", "Metadata", "AttachedFiles")
    with closing(sqlite3.connect(index)) as rows, rows:
        (last,) = rows.execute("SELECT max(internalId) FROM Resources").fetchone()
        chain = [last - 3 + step for step in range(4)]  # instance, series, study and patient
        for table in tables:
            columns = len(rows.execute(f"SELECT * FROM {table} LIMIT 1").fetchone())
            copied = rows.execute(f"SELECT * FROM {table} WHERE id > ?", (last - 4,)).fetchall()
            insert_row = f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"
            for study in range(1, studies):
                said = _said(study)
                said |= {f"{name} upper": value.upper() for name, value in said.items()}
                new = [
                    (one[0] + 4 * study, *(said.get(example.get(v, ""), v) for v in one[1:]))
                    for one in copied
                ]
                rows.executemany(insert_row, new)
        for study in range(1, studies):
            said = _said(study)
            names = [said[each] for each in ("patient", "study", "series", "instance")]
            new_ids = [one + 4 * study for one in chain]
            above = [*new_ids[1:], None]
            resources = [
                (number, 4 - step, _public("|".join(names[: 4 - step])), parent)
                for step, (number, parent) in enumerate(zip(new_ids, above, strict=True))
            ]
            rows.executemany("INSERT INTO Resources VALUES (?, ?, ?, ?)", resources)


def analyze(archive: Archive, index: Path) -> None:
    """Has SQLite count the rows of both; Orthanc does not run."""
    with archive.database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    with closing(sqlite3.connect(index)) as rows, rows:
        rows.execute("ANALYZE")


def _public(said: str) -> str:
    """Gives Orthanc's name of a resource: a SHA-1 in five groups."""
    digest = hashlib.sha1(said.encode()).hexdigest()
    return "-".join(digest[at : at + 8] for at in range(0, 40, 8))


def _said(study: int) -> dict[str, str]:
    """Gives what tells one of the searched studies from another, as ``image`` writes it."""
    date = dt.date(2010, 1, 1) + dt.timedelta(days=study % 5000)
    base = f"{ROOT}.{_SMALL}.{study}"
    return {
        "patient": f"B{_SMALL}-{study}",
        "name": f"Name{study % 977}^Given{study % 89}",
        "date": date.strftime("%Y%m%d"),
        "accession": f"A{study}",
        "study": base,
        "series": f"{base}.1",
        "instance": f"{base}.1.1",
    }


@contextmanager
def clinic(folder: Path) -> Iterator[tuple[Archive, Server]]:
    """Runs the clinic, and gives its archive as well."""
    port = _free_port()
    settings = Settings(home=folder / "clinic", worker=False, port=port)
    archive = open_archive(settings)
    secret = TOKEN_PREFIX + new_secret()
    now = archive.clock()
    with archive.database.write() as session:
        user = accounts.add_user(
            session, accounts.NewAccount("bench", "Bench", "clinician", "none"), now
        )
        expires = now + dt.timedelta(days=1)
        new = accounts.NewAccessToken(
            user_id=user.id, name="bench", secret_hash=fingerprint(secret),
            expires_at=expires, read_only=False,
        )  # fmt: skip
        accounts.add_token(session, new, now)
    environment = {
        **os.environ,
        "CONDYLE_HOME": str(settings.home),
        "CONDYLE_PORT": str(port),
        "CONDYLE_WORKER": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "condyle", "serve"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {secret}"}
    server = Server("condyle", port, "/dicomweb", process.pid, headers)
    try:
        _wait(port)
        yield archive, server
    finally:
        process.terminate()
        process.wait()
        archive.database.close()


@contextmanager
def orthanc(folder: Path) -> Iterator[Server]:
    """Runs Orthanc with its DICOMweb plugin."""
    port = _free_port()
    home = folder / "orthanc"
    home.mkdir(exist_ok=True)
    (home / "orthanc.json").write_text(
        json.dumps(
            {
                "StorageDirectory": str(home),
                "IndexDirectory": str(home),
                "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
                "DicomPort": _free_port(),
                "HttpPort": port,
                "RemoteAccessAllowed": False,
                "AuthenticationEnabled": False,
                "SyncStorageArea": True,
                "KeepAlive": True,
                "TcpNoDelay": True,
                "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
            }
        )
    )
    process = subprocess.Popen(
        [shutil.which("Orthanc") or "Orthanc", str(home / "orthanc.json")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        yield Server("Orthanc", port, "/dicom-web", process.pid)
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + 300
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise SystemExit("a server did not start") from None
            time.sleep(0.1)


def main() -> None:
    """Runs both and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=2000, help="of STOW-RS; 0 for none")
    parser.add_argument("--slices", type=int, default=300, help="of WADO-RS; 0 for none")
    parser.add_argument("--studies", type=int, default=100_000, help="of QIDO-RS; 0 for none")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--analyzed", action="store_true", help="count the rows of both indexes")
    asked = parser.parse_args()
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="dicomweb-")))
        archive, ours = running.enter_context(clinic(folder))
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        head = f"{'':28}  ratio   middle half     median ms      processor s"
        print(head + f"\n{'':28} of both   of pairs      Condyle   Orthanc   Condyle Orthanc")
        with orthanc(folder) as theirs:
            servers = (ours, theirs)
            if asked.slices:
                wado = time_series(servers, asked.slices, asked.rounds)
                print(f"{f'WADO-RS of {asked.slices} slices':28} {wado}", flush=True)
            if asked.instances:
                stow = time_store(servers, asked.instances)
                print(f"{f'STOW-RS, {PER_CALL} a call':28} {stow}", flush=True)
            theirs.call("POST", "/studies", JSON, body_of([image(_SMALL, 0, 1, 8)]))
        if asked.studies:
            fill_clinic(archive, asked.studies)
            fill_orthanc(folder / "orthanc" / "index", asked.studies)
            if asked.analyzed:
                analyze(archive, folder / "orthanc" / "index")
            with orthanc(folder) as theirs:
                print(f"QIDO-RS over {asked.studies:,} studies:", flush=True)
                found = time_searches((ours, theirs), asked.studies, asked.rounds)
                for name, told in found.items():
                    print(f"  {name:26} {told}", flush=True)
        print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
