"""Opens what ``condyle export`` writes in OHIF, takes its pictures and measures where masks lie.

``PYTHONPATH=tests/e2e python docs/make_ohif_pictures.py [FOLDER]`` fetches OHIF's built page by
npm into a cache once, makes a simulated study and an oblique and an enhanced copy of it, exports
each, stores all in a clinic of its own, and opens them in Debian's chromium. Nothing leaves the
loopback but the fetch. Pictures go to FOLDER, ``docs/images`` by default.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import numpy as np
import pydicom
from clinic.browsing import FLAGS
from clinic.running import FIRST_USER, RunningClinic
from numpy.typing import NDArray
from ohif_page import fetched, served
from ohif_sources import enhanced, oblique
from PIL import Image
from playwright.sync_api import FloatRect, Page, sync_playwright

from condyle.workflows.simulate import simulate_lumbar

WEBGL = (
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
PASSWORD = "copper lantern river fox"
COLOURED = 30
"""Least difference of a pixel's channels that is a colour; the images are grey."""

LEAST_DICE = 0.95
_WAIT_MS = 120_000
_DRAWN_MS = 9_000


def main() -> int:
    """Goes through the three studies; 1 where a mask lies elsewhere than it should."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "images"
    page = fetched()
    worst = 1.0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        studies = _studies(home)
        clinic = RunningClinic(home, {"CONDYLE_WORKER": "0"})
        clinic.start()
        try:
            token = _token(clinic)
            for study, objects in studies.values():
                _store(clinic.address, token, [*study.rglob("*.dcm"), *objects.glob("*.dcm")])
            with served(page, clinic.address, token) as address:
                for name, (_, objects) in studies.items():
                    worst = min(worst, _look(address, name, objects, out))
        finally:
            clinic.stop()
    return 0 if worst >= LEAST_DICE else 1


def _studies(home: Path) -> dict[str, tuple[Path, Path]]:
    """Gives each study's folder, and that of what was exported of it."""
    plain = simulate_lumbar(home / "plain", seed=1)
    made = {"plain": plain}
    made |= {"oblique": oblique(plain, home / "oblique")}
    made |= {"enhanced": enhanced(plain, home / "enhanced")}
    found = {}
    for name, study in made.items():
        objects = home / f"{name}-objects"
        command = [sys.executable, "-m", "condyle", "export", str(study), "--to", "seg,sr"]
        subprocess.run([*command, "--out", str(objects), "--quiet"], check=True)
        found[name] = study, objects
    return found


def _token(clinic: RunningClinic) -> str:
    with httpx.Client(base_url=clinic.address, timeout=60) as client:
        first = clinic.first_password
        for password in (first, PASSWORD):
            body = {"name": FIRST_USER, "password": password}
            told = client.post("/api/v1/session", json=body).raise_for_status().json()
            client.headers["X-CSRF-Token"] = told["csrf"]
            if password == first:
                change = {"password": first, "new_password": PASSWORD}
                client.put("/api/v1/session/password", json=change).raise_for_status()
        made = client.post("/api/v1/tokens", json={"name": "ohif", "days": 1})
        return str(made.raise_for_status().json()["secret"])


def _store(address: str, token: str, files: list[Path]) -> None:
    edge = b"between-the-parts"
    parts = [
        b"--" + edge + b"\r\nContent-Type: application/dicom\r\n\r\n" + one.read_bytes() + b"\r\n"
        for one in files
    ]
    kind = f'multipart/related; type="application/dicom"; boundary={edge.decode()}'
    headers = {"Content-Type": kind, "Authorization": f"Bearer {token}"}
    body = b"".join(parts) + b"--" + edge + b"--\r\n"
    sent = httpx.post(f"{address}/dicomweb/studies", content=body, headers=headers, timeout=300)
    sent.raise_for_status()


def _look(address: str, name: str, objects: Path, out: Path) -> float:
    """Opens a study's masks and its report, takes a picture of each, and gives the masks' Dice."""
    seg = pydicom.dcmread(sorted(objects.glob("seg-*.dcm"))[0])
    chromium = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *WEBGL])
        page = browser.new_page(viewport={"width": 1500, "height": 950})
        page.set_default_timeout(_WAIT_MS)
        _open(page, f"{address}/viewer?StudyInstanceUIDs={seg.StudyInstanceUID}")
        number = int(seg.SeriesNumber)
        page.get_by_text(f"S:{number}", exact=True).dblclick()
        page.get_by_role("button", name="Yes", exact=True).click()
        page.wait_for_timeout(_DRAWN_MS)
        _to_middle(page)
        drawn = _shot(page, out / f"ohif-seg-{name}.png")
        dice = _dice(drawn, page, seg)
        sys.stdout.write(f"{name}: the masks' Dice with the exported ones on the page {dice:.3f}\n")
        _open(page, page.url)
        page.get_by_text("Condyle report").first.dblclick()
        _nudge(page)
        _shot(page, out / f"ohif-sr-{name}.png")
        browser.close()
    return dice


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("canvas").first.wait_for()
    page.wait_for_timeout(_DRAWN_MS)
    skip = page.get_by_text("Skip all")
    if skip.count():
        skip.click()


def _to_middle(page: Page) -> None:
    """Scrolls to the slice in the middle of the series."""
    box = _viewport(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(60):
        found = re.search(r"\((\d+)/(\d+)\)", page.locator("body").inner_text())
        if found and 2 * int(found[1]) == int(found[2]) + 1:
            break
        page.mouse.wheel(0, 100)
        page.wait_for_timeout(700)
    page.wait_for_timeout(3_000)


def _viewport(page: Page) -> FloatRect:
    box = page.locator("canvas").first.bounding_box()
    if box is None:
        raise LookupError("there is no viewport on the page")
    return box


def _nudge(page: Page) -> None:
    """Scrolls to and fro: an annotation that was just added is drawn with the next picture.

    Raises:
        TimeoutError: No measurement of the report is drawn.
    """
    page.wait_for_timeout(_DRAWN_MS)
    for _ in range(10):
        page.mouse.move(800, 500)
        for way in (100, -100):
            page.mouse.wheel(0, way)
            page.wait_for_timeout(2_000)
        if page.get_by_text("Certainty of Finding").count():
            return
    raise TimeoutError("the report's regions are not drawn")


def _shot(page: Page, path: Path) -> Image.Image:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.mouse.move(750, 4)
    page.screenshot(path=path)
    taken = Image.open(path).convert("RGB")
    few = taken.resize((1000, 633)).quantize(128, Image.Quantize.MAXCOVERAGE)
    few.save(path, optimize=True)
    sys.stdout.write(f"{path}\n")
    return taken


def _dice(drawn: Image.Image, page: Page, seg: pydicom.Dataset) -> float:
    """Compares what is coloured on the page with the mask of the middle slice, laid on the image.

    OHIF fits the whole image into the viewport, centred.
    """
    box = _viewport(page)
    mask = _middle_mask(seg)
    scale = min(box["width"] / mask.shape[1], box["height"] / mask.shape[0])
    rows, columns = np.mgrid[0 : round(box["height"]), 0 : round(box["width"])]
    row = np.floor((rows - box["height"] / 2) / scale + mask.shape[0] / 2).astype(int)
    column = np.floor((columns - box["width"] / 2) / scale + mask.shape[1] / 2).astype(int)
    inside = (row >= 0) & (row < mask.shape[0]) & (column >= 0) & (column < mask.shape[1])
    wanted = np.zeros(row.shape, bool)
    wanted[inside] = mask[row[inside], column[inside]]
    x, y = round(box["x"]), round(box["y"])
    seen = np.asarray(drawn)[y : y + row.shape[0], x : x + row.shape[1]].astype(int)
    found = np.ptp(seen, axis=2) > COLOURED
    # The viewport's own frame and tools are coloured too; nothing of them lies on the image.
    found &= inside
    return float(2 * (found & wanted).sum() / (found.sum() + wanted.sum()))


def _middle_mask(seg: pydicom.Dataset) -> NDArray[np.bool_]:
    """Gives all segments together on the slice in the middle of those that were read."""
    pixels = seg.pixel_array > 0
    planes: dict[tuple[float, ...], NDArray[np.bool_]] = {}
    for group, one in zip(seg.PerFrameFunctionalGroupsSequence, pixels, strict=True):
        place = tuple(map(float, group.PlanePositionSequence[0].ImagePositionPatient))
        planes[place] = planes.get(place, np.zeros(one.shape, bool)) | one
    ordered = [planes[place] for place in sorted(planes)]
    return ordered[len(ordered) // 2]


if __name__ == "__main__":
    sys.exit(main())
