"""Studies with images, a list of their cases, and people who draw on them, for tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests.service.conftest import CHEAP, PASSWORD, START, Client
from tests.workflows.clinic.brought import Bringer, mr, written

from condyle.archive import accounts, annotation
from condyle.archive.annotation import NewCase, NewList
from condyle.archive.archive import Archive
from condyle.dicom import derived_uid

API = "/api/v1/annotation"
SLICES = 3
LABELS = [
    {"name": "Disc herniation", "kind": "box", "colour": "#ff8800"},
    {"name": "Disc", "kind": "mask", "colour": "#00aaff"},
    {"name": "Quality", "kind": "case", "colour": "#44cc44", "answers": ["good", "poor"]},
]


def bring_studies(archive: Archive, *names: str, series: tuple[str, ...] = ("e",)) -> None:
    """Brings sagittal studies of three slices, whose every pixel differs from its neighbours."""
    bringer = Bringer(archive)
    for name in names:
        files = {
            f"{name}-{each}-{n}": slice_of(name, each, n, number)
            for number, each in enumerate(series, 1)
            for n in range(SLICES)
        }
        assert set(bringer.states(files).values()) == {"stored"}


def slice_of(study: str, series: str, n: int, number: int = 1) -> bytes:
    rows, columns = np.mgrid[0:20, 0:24]
    pixels = (rows * 24 + columns + 10 * n + sum(map(ord, study))).astype("<u2")
    return written(
        mr(
            str(n),
            study=study,
            series=series,
            InstanceNumber=n + 1,
            SeriesNumber=number,
            SeriesDescription=f"Weighted {series}",
            AccessionNumber=f"ACC-{study}",
            ImageOrientationPatient=[0, 1, 0, 0, 0, -1],
            ImagePositionPatient=[4.0 * n, 0, 0],
            PixelSpacing=[0.5, 0.5],
            SliceThickness=4.0,
            PixelData=pixels.tobytes(),
        )
    )


def add_annotators(archive: Archive, *names: str) -> None:
    """Adds people who may draw, beside the one whom every test's database has."""
    with archive.database.write() as session:
        for name in names:
            new = accounts.NewAccount(name, f"Dr {name}", "annotator", CHEAP.hash(PASSWORD))
            accounts.add_user(session, new, START)


def make_list(client: Client, people: list[int], **more: Any) -> dict[str, Any]:
    body = {"name": "Discs", "labels": LABELS, "annotators": people, "studies": ["1", "2"]}
    answer = client.post(f"{API}/lists", json=body | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def people_of(client: Client) -> dict[str, int]:
    return {one["name"]: one["id"] for one in client.get(f"{API}/people").json()}


def place(study: str = "s", n: int = 1, series: str = "e") -> dict[str, Any]:
    return {
        "series_uid": derived_uid(study, series),
        "instance_uid": derived_uid(study, series, str(n)),
        "frame": 0,
    }


def box(at: tuple[float, float, float, float], **where: Any) -> dict[str, Any]:
    return {"id": f"b{at}".translate({ord(c): "_" for c in "(), "}), "label": "disc-herniation",
            "box": list(at), "place": place(**where)}  # fmt: skip


def area(row0: int, column0: int, row1: int, column1: int, **where: Any) -> dict[str, Any]:
    """Gives a rectangle of whole pixels, drawn along their edges."""
    top, left, bottom, right = row0 - 0.5, column0 - 0.5, row1 - 0.5, column1 - 0.5
    ring = [[top, left], [top, right], [bottom, right], [bottom, left]]
    return {"id": "m", "label": "disc", "outlines": [ring], "place": place(**where)}


def answer(value: str) -> dict[str, Any]:
    return {"id": "q", "label": "quality", "answer": value}


def save(
    client: Client, case: int, *marks: dict[str, Any], edition: int = 0, **more: Any
) -> dict[str, Any]:
    body = {"edition": edition, "state": "done", "marks": list(marks)} | more
    saved = client.put(f"{API}/cases/{case}/work", json=body)
    assert saved.status_code == 200, saved.text
    told: dict[str, Any] = saved.json()
    return told


def let_draw(archive: Archive, name: str, *, study_id: int) -> None:
    """Puts a study on a list of which somebody is the annotator, below the interface."""
    with archive.database.write() as session:
        user = accounts.find_user(session, name)
        assert user is not None
        new = NewList(
            name="L",
            labels=[],
            cases=[NewCase(study_id)],
            annotators=[user.id],
            seed=1,
            user_id=user.id,
            at=START,
        )
        annotation.make_list(session, new)
