"""What takes the pictures of ``docs/clinic.md``: the people who look, and the shutter."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic import browsing
from clinic.browsing import Watched
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"

PASSWORD = "copper lantern river fox"
FIRST = "a first password for now"
STAFF = (
    ("Clara Clinician", "clara", "clinician"),
    ("Rafael Resident", "rafael", "viewer"),
    ("Rosa Researcher", "rosa", "researcher"),
    ("Ana Annotator", "ana", "annotator"),
    ("Bea Annotator", "bea", "annotator"),
)

_CALL = """async ([method, path, body]) => {
  const { csrf } = await (await fetch("/api/v1/session")).json();
  const headers = { "X-CSRF-Token": csrf, "Content-Type": "application/json" };
  const answer = await fetch("/api/v1" + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return await answer.json();
}"""


@dataclass(frozen=True)
class People:
    """A browser on a clinic, in which each person has a page of their own."""

    browser: Browser
    address: str

    def arrive(self) -> Page:
        """Gives the page of somebody who is not logged in."""
        return browsing.new_page(self.browser, Watched(self.address))

    def first_entry(self, name: str) -> Page:
        """Gives the page of one of the staff, who chose a password of their own."""
        page = self.arrive()
        browsing.log_in(page, name, FIRST)
        page.get_by_label("Password that you were given").fill(FIRST)
        page.get_by_label("New password", exact=True).fill(PASSWORD)
        page.get_by_label("New password again").fill(PASSWORD)
        page.get_by_role("button", name="Change the password").click()
        expect(page.locator(".bar-who")).to_be_visible()
        return page


def shoot(page: Page, name: str) -> None:
    """Takes a picture of a page, in few enough colours to be small."""
    # No pointer on anything, so that the picture is no picture of a tooltip.
    page.mouse.move(1000, 4)
    seen = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    path = IMAGES / f"clinic-{name}.png"
    few = seen.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def do(page: Page, method: str, path: str, body: object) -> Any:
    """Does something as the page's user without showing it."""
    return page.evaluate(_CALL, [method, path, body])


def box_of(shown: Locator) -> FloatRect:
    """Says where something lies on its page."""
    box = shown.bounding_box()
    if box is None:
        sys.exit(f"{shown} is not on the page.")
    return box
