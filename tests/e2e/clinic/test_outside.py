"""What other systems found, on a study's page: where it lies, by pixels, and when it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from scipy import ndimage
from tests.service.conftest import CHEAP
from tests.service.outside_objects import as_bytes, images, report, segmentation
from tests.service.studies_of import put_run
from tests.workflows.clinic.brought import Bringer

from condyle.archive import accounts
from condyle.archive.archive import Archive

from . import browsing
from .browsing import Watched, asked
from .pixels import Picture, picture_of, tinted
from .running import RunningClinic, filled_clinic

pytestmark = pytest.mark.needs("browser")

PASSWORD = "seven quiet herons rise"
HOSTILE = "<img src=x onerror=window.ran=1>"
TINTS = ((0xFF, 0x8B, 0xD1), (0xB8, 0xF2, 0x6B))
"""Of what others drew, in the order of the list, as the viewer has them."""


def study_of_others(study: str, label: str) -> dict[str, bytes]:
    """A bright patch on five slices, a structure around it on two, and a report on the second."""
    pixels = np.full((20, 24), 100, np.uint16)
    pixels[0] = 0
    pixels[3:8, 4:11] = 900
    source = images(pixels=pixels, study=study, PatientID=study, PatientName="<s>Doe^Jane")
    outlined = segmentation(source)
    outlined.SegmentSequence[0].SegmentLabel = label
    made = [*source, outlined, report(source[1])]
    return {f"{at}.dcm": as_bytes(one) for at, one in enumerate(made)}


def filled(archive: Archive) -> None:
    """Two studies of others, the second also read by a silent bundle, and a clinician."""
    account = accounts.NewAccount("clara", "Clara Clinician", "clinician", CHEAP.hash(PASSWORD))
    with archive.database.write() as session:
        accounts.add_user(session, account, dt.datetime.now(dt.UTC))
    for study, label in (("one", f"{HOSTILE} disc"), ("two", "Disc")):
        states = Bringer(archive).states(study_of_others(study, label))
        assert set(states.values()) == {"stored"}, states
    put_run(archive, 2, hidden=True)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningClinic]:
    """A clinic that holds what others found, and runs no bundle."""
    with filled_clinic(tmp_path_factory.mktemp("outside"), filled) as running:
        yield running


@pytest.fixture(scope="module")
def clara(browser: Browser, watched: Watched) -> Page:
    """The clinician's page."""
    page = browsing.new_page(browser, watched)
    browsing.log_in(page, "clara", PASSWORD)
    expect(page.locator("tr.study")).to_have_count(2)
    return page


def opened(page: Page, study: int) -> Locator:
    """Opens a study and gives the pane that shows its images."""
    page.goto(f"/studies/{study}")
    pane = page.locator(".pane[data-slice]")
    expect(pane).to_have_count(1)
    return pane


def middle_and_size(mask: Any) -> tuple[float, float, float, float]:
    """Gives row and column of the middle of what is set, from that of the picture, and its size."""
    rows, columns = np.nonzero(mask)
    middle = [(at.max() + at.min()) / 2 for at in (rows, columns)]
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    return middle[0] - mask.shape[0] / 2, middle[1] - mask.shape[1] / 2, height, width


def of_others(picture: Picture) -> Any:
    """Gives which pixels are of what others drew."""
    return np.logical_or(*(tinted(picture, tint) for tint in TINTS))


def bright(picture: Picture) -> Any:
    """Gives the largest area that is rather white than black: the patch, and no words."""
    areas, _ = ndimage.label(picture.min(axis=2) > 127)
    return areas == np.bincount(areas.ravel())[1:].argmax() + 1


def test_a_structure_of_others_is_a_reference_and_is_drawn_where_it_lies(clara: Page) -> None:
    pane = opened(clara, 1)
    surface = pane.locator(".pane-surface")
    clara.get_by_role("tab", name="Others (2)").click()
    panel = clara.get_by_role("tabpanel")
    expect(panel.get_by_text("none counts as a finding")).to_be_visible()
    expect(panel.get_by_text("Elsewhere Disc finder 3.1")).to_be_visible()
    before = picture_of(surface)
    assert not of_others(before).any(), "drawn before anybody asked for it"

    row = panel.locator(".outside-row").filter(has_text="disc")
    row.locator(".outside-name").click()
    expect(pane).to_have_attribute("data-slice", "3")
    expect(pane.locator(".shape-outside")).to_have_count(1)
    on = picture_of(surface)
    line = of_others(on)
    assert line.sum() > 100
    # The line goes along the middles of the outermost pixels: it is one pixel less each way.
    patch = middle_and_size(bright(before))
    drawn = middle_and_size(line)
    pixel = patch[2] / 5, patch[3] / 7
    for at in (0, 1):
        assert abs(drawn[at] - patch[at]) < 0.5 * pixel[at], (drawn, patch)
        assert abs(drawn[at + 2] - (patch[at + 2] - pixel[at])) < 0.5 * pixel[at], (drawn, patch)
    row.get_by_role("checkbox").uncheck()
    expect(pane.locator(".shape-outside")).to_have_count(0)
    assert not of_others(picture_of(surface)).any()


def test_a_measurement_of_others_is_told_with_its_unit_and_drawn_as_a_line(clara: Page) -> None:
    pane = opened(clara, 1)
    clara.get_by_role("tab", name="Others (2)").click()
    row = clara.locator(".outside-row").filter(has_text="Gap")
    expect(row.get_by_text("5 mm")).to_be_visible()
    row.locator(".outside-name").click()
    expect(pane).to_have_attribute("data-slice", "2")
    expect(pane.locator(".span-outside")).to_have_count(1)
    assert of_others(picture_of(pane.locator(".pane-surface"))).sum() > 20
    detail = asked(clara, "/api/v1/studies/1")
    assert (detail["findings"], detail["analyses"]) == ([], [])
    clara.get_by_role("tab", name="Findings").click()
    expect(clara.get_by_role("tabpanel").get_by_text("Gap")).to_have_count(0)


def test_words_of_others_are_shown_as_they_are_and_run_nowhere(clara: Page) -> None:
    opened(clara, 1)
    clara.get_by_role("tab", name="Others (2)").click()
    expect(clara.get_by_role("tabpanel").get_by_text(HOSTILE)).to_be_visible()
    expect(clara.get_by_role("heading", level=1)).to_contain_text("<s>Doe")
    assert clara.locator("img[src=x], h1 s").count() == 0
    assert clara.evaluate("window.ran") is None


def test_nothing_of_others_is_told_before_the_own_call_and_all_of_it_after(clara: Page) -> None:
    pane = opened(clara, 2)
    surface = pane.locator(".pane-surface")
    clara.get_by_role("tab", name="Others").click()
    panel = clara.get_by_role("tabpanel")
    expect(panel.get_by_text("comes after your own call")).to_be_visible()
    page = clara.content()
    assert "Elsewhere" not in page and "Disc finder" not in page and "Gap" not in page
    expect(clara.get_by_role("checkbox", name="Draw what others outlined")).to_have_count(0)
    for at in range(5):
        pane.get_by_role("slider").fill(str(at))
        expect(pane).to_have_attribute("data-slice", str(at + 1))
        assert not of_others(picture_of(surface)).any()

    clara.get_by_role("tab", name="Findings").click()
    clara.locator(".own-call .button.primary").click()
    clara.get_by_role("dialog").locator(".button.primary").click()
    clara.get_by_role("tab", name="Others (2)").click()
    expect(panel.get_by_text("Elsewhere Disc finder 3.1")).to_be_visible()
    clara.get_by_role("checkbox", name="Draw what others outlined").check()
    pane.get_by_role("slider").fill("2")
    expect(pane.locator(".shape-outside")).to_have_count(1)
    assert of_others(picture_of(surface)).any()


def test_no_page_asked_another_host_or_failed(clara: Page, watched: Watched) -> None:
    assert watched.outside == []
    assert watched.errors == []
