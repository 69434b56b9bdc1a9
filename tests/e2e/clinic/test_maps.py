"""Bundles of a department on the screen: an outline, a probability map, a heat map, by pixels."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from tests.image_bundles import write_class_bundle, write_lesion_bundle
from tests.workflows.clinic.brought import mr, written

from . import browsing
from .browsing import Watched, asked
from .pixels import coloured, drawn, picture_of
from .running import FIRST_USER, READ_S, RunningClinic

pytestmark = pytest.mark.needs("browser")

_PASSWORD = "copper lantern river fox"


def _knee(folder: Path) -> list[Path]:
    """Writes a knee whose only slice is bright in one place, and fainter around it."""
    pixels = np.full((128, 128), 100, dtype=np.uint16)
    pixels[0] = 0  # outside the field of view, which no window counts
    pixels[30:70, 60:100] = 660
    pixels[40:60, 70:90] = 900
    one = mr(
        Rows=128,
        Columns=128,
        PixelData=pixels.tobytes(),
        BodyPartExamined="KNEE",
        PixelSpacing=[1, 1],
        ImageOrientationPatient=[0, 1, 0, 0, 0, -1],
        ImagePositionPatient=[0, 0, 0],
        SliceThickness=3,
    )
    path = folder / "knee.dcm"
    path.write_bytes(written(one))
    return [path]


@pytest.fixture(name="study", scope="module")
def _study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of a knee that both bundles have read."""
    folder = tmp_path_factory.mktemp("maps")
    store = folder / "store"
    write_lesion_bundle(store)
    write_class_bundle(store)
    clinic = RunningClinic(folder, {"CONDYLE_BUNDLES": str(store)})
    clinic.start()
    chromium = shutil.which("chromium")
    assert chromium is not None
    try:
        with browsing.chromium(chromium) as browser:
            page = browsing.new_page(browser, Watched(clinic.address))
            browsing.log_in(page, FIRST_USER, clinic.first_password)
            browsing.change_password(page, clinic.first_password, _PASSWORD)
            browsing.add_user(
                page, full_name="Clara", name="clara", role="clinician", password="given for a day"
            )
            page = browsing.new_page(browser, Watched(clinic.address))
            browsing.log_in(page, "clara", "given for a day")
            browsing.change_password(page, "given for a day", _PASSWORD)
            browsing.upload(page, _knee(folder))
            end = time.monotonic() + READ_S
            while asked(page, "/api/v1/worklist")["studies"][0]["state"] != "read":
                assert time.monotonic() < end, clinic.log.read_text()
                time.sleep(0.2)
            page.goto("/")
            page.locator("tr.study a.study-main").first.click()
            expect(page.locator(".pane .shape").first).to_be_attached()
            yield page
    finally:
        clinic.stop()


def test_outline_and_heat_are_seen_and_go_with_their_switches(study: Page) -> None:
    surface = study.locator(".pane-surface").first
    expect(study.locator(".map-heat image").first).to_be_visible()
    study.wait_for_timeout(500)  # the picture of a map comes after its place
    picture = picture_of(surface)
    with_heat = coloured(picture)
    rows = study.locator(".finding").filter(has_text="knee-resnet18")
    rows.get_by_role("checkbox").uncheck()
    expect(study.locator(".map-heat")).to_have_count(0)
    without = picture_of(surface)
    assert drawn(without)["finding"] > 50, "the outline of the lesion stays"
    assert with_heat > 4 * coloured(without), "a heat map covers more than an outline"
    study.get_by_role("checkbox", name="Overlays").uncheck()
    assert coloured(picture_of(surface)) == 0
    study.get_by_role("checkbox", name="Overlays").check()


def test_a_lower_threshold_draws_more_of_the_lesion_and_a_higher_one_less(study: Page) -> None:
    surface = study.locator(".pane-surface").first
    filled = []
    for mark in ("0.3", "0.5", "0.7"):
        study.get_by_role("button", name=mark, exact=True).click()
        expect(study.locator(".map-probability image").first).to_be_visible()
        study.wait_for_timeout(400)
        filled.append(coloured(picture_of(surface)))
    assert filled[0] > filled[1] >= filled[2] > 500, filled
    study.get_by_role("button", name="each bundle's own").click()
    expect(study.locator(".map-probability")).to_have_count(0)
