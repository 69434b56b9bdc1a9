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

from clinic import browsing
from clinic.browsing import Watched
from clinic.running import FIRST_USER, RunningClinic
from playwright.sync_api import Browser, Page, expect

from condyle.workflows.simulate import simulate_lumbar

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"

PASSWORD = "copper lantern river fox"
_READ_MS = 300_000
STAFF = (("Clara Clinician", "clara", "clinician"), ("Rosa Researcher", "rosa", "researcher"))


def shoot(page: Page, name: str) -> None:
    """Takes a picture of a page."""
    path = IMAGES / f"clinic-{name}.png"
    page.screenshot(path=path, animations="disabled")
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def enter(browser: Browser, clinic: RunningClinic) -> Page:
    """Takes the log-in's picture, and gives the page of the administrator."""
    page = browsing.new_page(browser, Watched(clinic.address))
    page.goto("/")
    expect(page.get_by_label("Name", exact=True)).to_be_visible()
    shoot(page, "log-in")
    browsing.log_in(page, FIRST_USER, clinic.first_password)
    expect(page.get_by_label("New password again")).to_be_visible()
    shoot(page, "first-password")
    browsing.change_password(page, clinic.first_password, PASSWORD)
    return page


def administer(page: Page) -> None:
    """Adds users, and takes the pictures of the administrator's pages."""
    for full_name, name, role in STAFF:
        browsing.add_user(page, full_name=full_name, name=name, role=role, password=PASSWORD)
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
        study = simulate_lumbar(folder / str(seed), seed=seed)
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


def read(page: Page) -> None:
    """Takes the pictures of a study: as it opens, with a finding chosen, and in Spanish."""
    page.goto("/studies/1")
    browsing.panes_drawn(page)
    shoot(page, "study")
    page.locator(".finding-name").first.click()
    expect(page.locator(".shape-chosen").first).to_be_attached()
    page.get_by_role("button", name="0.3", exact=True).click()
    shoot(page, "study-finding")
    page.locator("select.bar-language").select_option("es")
    # The pages' own words change at once; what the service says, when it has answered again.
    expect(page.locator(".not-assessed")).to_contain_text("Forámenes intervertebrales")
    shoot(page, "study-spanish")


def main() -> None:
    """Writes all pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("The pictures need chromium on the path.")
    with tempfile.TemporaryDirectory() as folder, browsing.chromium(chromium) as browser:
        clinic = RunningClinic(Path(folder))
        clinic.start()
        try:
            page = enter(browser, clinic)
            administer(page)
            bring(page, Path(folder))
            read(page)
        finally:
            clinic.stop()


if __name__ == "__main__":
    main()
