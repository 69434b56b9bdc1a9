"""Takes the pictures of ``docs/clinic.md``.

``PYTHONPATH=tests/e2e python docs/make_clinic_pictures.py``, as it goes through the pages by what
the tests go through them by.

It runs a clinic of its own in a temporary folder, on simulated patients only, and goes through
its pages in a browser: it needs Debian's chromium on the path, and the built viewer.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import clinic_outside_pictures as outside
import clinic_room_pictures as rooms
import clinic_study_pictures as reading
from clinic import browsing
from clinic.running import FIRST_USER, RunningClinic
from clinic_camera import FIRST, PASSWORD, STAFF, People, shoot
from playwright.sync_api import Page, expect

from condyle.phantoms import LumbarParameters
from condyle.workflows.simulate import simulate_lumbar

_READ_MS = 1_800_000  # a machine that is busy with other things is no failure
_SMALL = LumbarParameters(slices=5, supersampling=1, planes=1)


def enter(people: People, first_password: str) -> Page:
    """Takes the log-in's picture, and gives the page of the administrator."""
    page = people.arrive()
    page.goto("/")
    expect(page.get_by_label("Name", exact=True)).to_be_visible()
    shoot(page, "log-in")
    browsing.log_in(page, FIRST_USER, first_password)
    expect(page.get_by_label("New password again")).to_be_visible()
    shoot(page, "first-password")
    browsing.change_password(page, first_password, PASSWORD)
    return page


def administer(page: Page) -> None:
    """Adds users, and takes the pictures of the administrator's pages."""
    for full_name, name, role in STAFF:
        browsing.add_user(page, full_name=full_name, name=name, role=role, password=FIRST)
    expect(page.locator("tbody tr")).to_have_count(1 + len(STAFF))
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1 + len(STAFF))
    shoot(page, "users")
    page.goto("/bundles")
    expect(page.locator("main .card").first).to_be_visible()
    shoot(page, "bundles")


def bring(page: Page, folder: Path) -> None:
    """Uploads simulated patients, and takes the pictures of that and of the worklist."""
    for seed in (1, 2, 3):
        size = LumbarParameters() if seed == 1 else _SMALL
        study = simulate_lumbar(folder / str(seed), seed=seed, parameters=size)
        browsing.upload(page, sorted(study.rglob("*.dcm")))
        if seed == 1:
            shoot(page, "upload-result")
    page.get_by_role("button", name="New upload").click()
    expect(page.get_by_label("None of these")).to_be_visible()
    shoot(page, "upload")
    page.goto("/")
    expect(page.locator("td.column-state progress").first).to_be_visible()
    shoot(page, "worklist")
    expect(page.locator(".state.read")).to_have_count(3, timeout=_READ_MS)


def main() -> None:
    """Writes all pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("The pictures need chromium on the path.")
    with tempfile.TemporaryDirectory() as folder, browsing.chromium(chromium) as browser:
        clinic = RunningClinic(Path(folder))
        clinic.start()
        try:
            people = People(browser, clinic.address)
            administrator = enter(people, clinic.first_password)
            administer(administrator)
            bring(administrator, Path(folder))
            clinician = people.first_entry("clara")
            reading.take_all(clinician)
            rooms.annotate(people, clinician)
            rooms.teach(people, clinician)
            silent = simulate_lumbar(Path(folder) / "4", seed=4, parameters=_SMALL)
            rooms.stay_silent(administrator, clinician, silent)
            outside.tell_of_others(administrator, 5, Path(folder) / "5", _SMALL)
            rooms.oversee(administrator, clinician)
        finally:
            clinic.stop()


if __name__ == "__main__":
    main()
