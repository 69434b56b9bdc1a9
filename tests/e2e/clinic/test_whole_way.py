"""The whole way through the clinic, in a real browser on a real server: by what is seen.

The tests share one server and run in their order; the last ones kill it.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from . import axe, browsing
from .browsing import Watched, asked
from .conftest import CLINICIAN, Arrival
from .pixels import coloured, drawn, likeness, picture_of
from .running import FIRST_USER, RunningClinic

pytestmark = pytest.mark.needs("browser")


def detail_of(page: Page) -> dict:
    return asked(page, "/api/v1/studies/" + page.url.rsplit("/", 1)[1])


def corrections_of(page: Page) -> dict:
    return asked(page, "/api/v1/studies/" + page.url.rsplit("/", 1)[1] + "/corrections")


def labels_in(pane: Locator) -> list[str]:
    """The names of levels that are drawn over an image."""
    return sorted(pane.locator("text").all_text_contents())


def pane_of(page: Page, title: str) -> Locator:
    return page.locator(f".pane[aria-label*='{title}']")


def slice_of(pane: Locator) -> int:
    return int(pane.get_attribute("data-slice") or 0)


def slices_in(folder: Path, series_uid: str) -> dict[str, pydicom.Dataset]:
    """The instances of a series by their UIDs, from the first slice that a viewer shows on."""
    found = [pydicom.dcmread(path) for path in sorted(folder.rglob("*.dcm"))]
    own = [header for header in found if header.SeriesInstanceUID == series_uid]
    return {header.SOPInstanceUID: header for header in sorted(own, key=_number)}


def _number(header: pydicom.Dataset) -> int:
    return int(header.InstanceNumber)


def test_the_first_password_lets_in_once_and_must_be_changed(
    clinic: RunningClinic, administrator: Page
) -> None:
    given = {"name": FIRST_USER, "password": clinic.first_password}
    assert administrator.context.request.post("/api/v1/session", data=given).status == 401
    expect(administrator.get_by_role("link", name="Users")).to_be_visible()
    assert clinic.first_password not in clinic.log.read_text("utf-8")


def test_a_clinician_whom_the_administrator_added_sees_no_administration(clinician: Page) -> None:
    expect(clinician.get_by_text("Clara Clinician")).to_be_visible()
    expect(clinician.get_by_role("link", name="Upload", exact=True)).to_be_visible()
    assert clinician.get_by_role("link", name="Users").count() == 0
    assert clinician.request.get("/api/v1/users").status == 403


def test_an_open_worklist_shows_a_study_come_and_be_read_by_itself(arrival: Arrival) -> None:
    assert arrival.reason_shown == ""
    assert arrival.states[-1] == "Read"
    assert "Analysing" in arrival.states[:-1]
    assert arrival.steps and all(step[0].isupper() for step in arrival.steps), "words, no codes"


def test_the_panes_show_the_slices_of_the_files_that_were_sent(
    study: Page, study_folder: Path
) -> None:
    study.get_by_role("checkbox", name="Overlays").uncheck()
    for series in detail_of(study)["series"]:
        pane = pane_of(study, series["description"])
        picture = picture_of(pane.locator(".pane-surface"))
        assert picture.mean() > 8 and picture.std() > 20
        zoom = float((pane.locator(".corner-zoom").text_content() or "").split()[0]) / 100
        stored = list(slices_in(study_folder, series["uid"]).values())
        alike = [likeness(picture, header.pixel_array, zoom) for header in stored]
        assert alike.index(max(alike)) + 1 == slice_of(pane)
        assert max(alike) > 0.8


def test_overlays_are_drawn_in_their_colours_and_vanish_when_they_are_off(study: Page) -> None:
    surface = study.locator(".pane-surface").first
    on = drawn(picture_of(surface))
    assert min(on["disc"], on["vertebra"], on["canal"]) > 100, on
    study.get_by_role("checkbox", name="Overlays").uncheck()
    assert coloured(picture_of(surface)) == 0
    study.get_by_role("checkbox", name="Overlays").check()
    assert drawn(picture_of(surface)) == on


def test_one_structure_is_taken_off_and_the_others_stay(study: Page) -> None:
    surface = study.locator(".pane-surface").first
    study.get_by_label("Canal").uncheck()
    counts = drawn(picture_of(surface))
    assert counts["canal"] == 0 and counts["vertebra"] > 100


def test_a_finding_that_is_clicked_shows_its_slice_and_is_marked_there(
    study: Page, study_folder: Path
) -> None:
    detail = detail_of(study)
    finding = next(one for one in detail["findings"] if one["evidence"] and one["grades"])
    place = finding["evidence"][0]
    title = next(s["description"] for s in detail["series"] if s["uid"] == place["series_uid"])
    own = 1 + list(slices_in(study_folder, place["series_uid"])).index(place["instance_uid"])
    pane = pane_of(study, title)
    pane.get_by_role("slider").fill(str(0 if own != 1 else 2))
    expect(pane).not_to_have_attribute("data-slice", str(own))
    stray = drawn(picture_of(pane.locator(".pane-surface")))["chosen"]

    level = study.get_by_role("region", name=finding["level"])
    level.locator(".finding-name", has_text=finding["title"]).click()
    expect(pane).to_have_attribute("data-slice", str(own))
    expect(pane.locator(".shape-chosen").first).to_be_attached()
    assert drawn(picture_of(pane.locator(".pane-surface")))["chosen"] > 50 + 2 * stray


def test_the_threshold_changes_what_is_listed_as_positive_and_no_stored_decision(
    study: Page,
) -> None:
    before = detail_of(study)["findings"]
    own = positives(study)
    assert own == {key(one) for one in before if one["value"] is True}
    study.get_by_role("button", name="0.3", exact=True).click()
    lower = positives(study)
    decided = [one for one in before if not one["grades"] and not one["abstained"]]
    assert lower == {key(one) for one in decided if one["probability"] >= 0.3}
    assert lower != own
    expect(
        study.get_by_text("looks other than it is stored").or_(
            study.get_by_text("look other than they are stored")
        )
    ).to_be_visible()
    assert detail_of(study)["findings"] == before
    study.reload()
    browsing.panes_drawn(study)
    assert positives(study) == own


def test_a_grade_that_a_reader_changes_stands_beside_the_models(study: Page) -> None:
    before = detail_of(study)["findings"]
    finding = next(one for one in before if one["grades"] and one["level"] == "L4-L5")
    other = 1 if finding["value"] != 1 else 2
    level = study.get_by_role("region", name="L4-L5")
    level.locator(".finding-name", has_text=finding["title"]).click()
    grades = study.get_by_role("group", name=f"Grade of {finding['title']}")
    grades.get_by_role("button").nth(other - 1).click()
    expect(level.get_by_text("changed by Clara Clinician")).to_be_visible()
    expect(level.get_by_text(f"Grade {finding['value']}").first).to_be_visible()
    standing = {one["finding"]: one for one in corrections_of(study)["findings"]}
    assert standing[finding["id"]]["value"] == other
    assert detail_of(study)["findings"] == before, "the model's own stays as it was"


def test_the_whole_chain_of_levels_is_renumbered_in_one_act_and_back(study: Page) -> None:
    pane = study.locator(".pane-surface").first
    named = labels_in(pane)
    assert "L5-S1" in named and "L4-L5" in named
    study.get_by_role("button", name="Renumber levels").click()
    dialog = study.get_by_role("dialog")
    dialog.get_by_role("button", name="One level up").click()
    dialog.get_by_role("button", name="Renumber", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(study.get_by_role("region", name="L5-S1")).to_have_count(0)
    expect(pane.get_by_text("L5-S1")).to_have_count(0)
    assert len(labels_in(pane)) == len(named)
    study.get_by_role("button", name="Undo").last.click()
    expect(study.get_by_role("region", name="L5-S1")).to_be_visible()
    expect(pane.get_by_text("L5-S1")).to_have_count(1)
    assert labels_in(pane) == named


def test_an_outline_is_painted_on_the_image_where_the_pointer_was(study: Page) -> None:
    level = study.get_by_role("region", name="L3-L4")
    level.locator(".finding-name", has_text="Pfirrmann").click()
    study.get_by_role("button", name="Draw box").click()
    surface = study.locator(".pane-surface").first
    box = surface.bounding_box()
    assert box is not None
    x, y = box["x"] + 0.5 * box["width"], box["y"] + 0.45 * box["height"]
    study.mouse.move(x, y)
    study.mouse.down()
    study.mouse.move(x + 60, y + 40, steps=4)
    study.mouse.up()
    study.keyboard.press("Enter")
    expect(level.get_by_text("changed by Clara Clinician")).to_be_visible()
    (drawn_box,) = [
        one["drawn"]["box"] for one in corrections_of(study)["corrections"] if one["kind"] == "box"
    ]
    zoom = float((study.locator(".corner-zoom").first.text_content() or "").split()[0]) / 100
    assert abs((drawn_box[3] - drawn_box[1]) * zoom - 60) < 3 * zoom + 2
    assert abs((drawn_box[2] - drawn_box[0]) * zoom - 40) < 3 * zoom + 2


def test_what_was_observed_stands_with_the_patient_red_flags_first(study: Page) -> None:
    study.get_by_role("tab", name="Observations").click()
    study.get_by_role("button", name="New observation").click()
    form = study.locator(".obs-form")
    form.get_by_label("Walking distance").fill("400")
    form.get_by_role("group", name="Saddle anaesthesia").get_by_label("Yes").check()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    panel = study.get_by_role("tabpanel")
    expect(panel.get_by_text("Saddle anaesthesia").first).to_be_visible()
    expect(panel.get_by_text("400 m").first).to_be_visible()
    study.get_by_role("link", name="Patient's history").click()
    expect(study.get_by_role("heading", level=1)).to_be_visible()
    expect(study.get_by_text("Back").first).to_be_visible()


def test_a_report_is_written_beside_the_images_signed_and_added_to(study: Page) -> None:
    study.get_by_role("tab", name="Report").click()
    study.get_by_role("button", name="Begin the report").click()
    panel = study.get_by_role("tabpanel")
    findings = panel.get_by_label("Findings", exact=True)
    expect(findings).to_have_value(re.compile("L4-L5: Pfirrmann grade [12]"))
    expect(panel.get_by_label("Clinical information")).to_have_value(re.compile("anaesthesia"))
    panel.get_by_label("Impression").fill("Degenerative discs; see the clinic's letter.")
    expect(panel.get_by_text("Saved at")).to_be_visible()
    study.reload()
    study.get_by_role("tab", name="Report").click()
    expect(panel.get_by_label("Impression")).to_have_value(re.compile("clinic's letter"))

    panel.get_by_role("button", name="Sign", exact=True).click()
    dialog = study.get_by_role("dialog")
    password = dialog.get_by_label("Your password")
    password.fill("not the password")
    dialog.get_by_role("button", name="Sign as").click()
    expect(dialog.get_by_text("Nothing was signed")).to_be_visible()
    password.fill(CLINICIAN[1])
    dialog.get_by_role("button", name="Sign as").click()
    expect(panel.get_by_text("Signed by Clara Clinician")).to_be_visible()
    expect(study.locator(".study-state")).to_have_text("Signed")
    (report,) = asked(study, "/api/v1/studies/1/reports")
    assert report["state"] == "signed" and "clinic's letter" in report["text"]
    pdf = study.request.get(f"/api/v1/reports/{report['id']}/files/report.pdf").body()
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "Clara Clinician" in said and "not assessed" in said.lower() and "DRAFT" not in said
    study.goto("/")
    expect(study.locator("tr.study .state")).to_have_text("Signed")


def test_everything_is_said_in_spanish_too(study: Page) -> None:
    language = study.locator("select.bar-language")
    english = set(study.locator(".finding-title").all_text_contents())
    language.select_option("es")
    try:
        expect(study.get_by_role("heading", name="Hallazgos")).to_be_visible()
        expect(study.locator(".finding-title").first).not_to_have_text(next(iter(english)))
        panel = study.locator(".findings")
        expect(
            panel.locator(".finding-title").filter(has_text="Grado de Pfirrmann").first
        ).to_be_visible()
        assert study.locator("html").get_attribute("lang") == "es"
        study.goto("/")
        expect(study.locator("tr.study .state")).to_have_text("Firmado")
    finally:
        language.select_option("en")
    expect(study.locator("tr.study .state")).to_have_text("Signed")


def test_a_file_that_is_no_image_is_refused_by_its_name_with_a_reason(
    arrival: Arrival, clinician: Page, tmp_path: Path
) -> None:
    (tmp_path / "notes of the ward.txt").write_text("no image")
    (tmp_path / "cut-off.dcm").write_bytes(bytes(128) + b"DICM" + b"\x02\x00")
    before = asked(clinician, "/api/v1/worklist")["total"]
    browsing.upload(clinician, sorted(tmp_path.iterdir()))
    for name in ("notes of the ward.txt", "cut-off.dcm"):
        row = clinician.locator(".result-files tr").filter(has_text=name)
        expect(row.locator(".file-state")).to_have_text("Refused")
        assert len(row.locator(".failed-why").text_content() or "") > 10
    expect(clinician.get_by_text("No file of this upload is an image")).to_be_visible()
    assert asked(clinician, "/api/v1/worklist")["total"] == before


def test_the_same_files_again_are_told_to_be_here_already(
    arrival: Arrival, clinician: Page, study_folder: Path
) -> None:
    files = sorted(study_folder.rglob("*.dcm"))[:2]
    browsing.upload(clinician, files)
    expect(clinician.locator(".file-state")).to_have_text(["Already here"] * 2)
    assert asked(clinician, "/api/v1/worklist")["total"] == 1


def test_axe_finds_nothing_serious_before_the_log_in_and_would_say_so(
    administrator: Page, browser: Browser, watched: Watched
) -> None:
    page = browsing.new_page(browser, watched, bypass_csp=True)
    page.goto("/")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    assert axe.violations(page) == []
    page.evaluate("document.querySelector('button[type=submit]').textContent = ''")
    assert [found.split(":")[0] for found in axe.violations(page)] == ["button-name"]
    page.context.close()


@pytest.mark.parametrize(
    ("path", "there", "language"),
    [
        ("/", "tr.study", "en"),
        ("/upload", ".exclusions", "en"),
        ("/studies/1", ".pane .shape", "en"),
        ("/studies/1", ".pane .shape", "es"),
        ("/studies/1?tab=report", ".report-signed", "en"),
        ("/studies/1?tab=observations", ".obs-panel", "en"),
        ("/bundles", "main .card", "en"),
        ("/users", "tbody tr", "en"),
        ("/patients/1", "main h1", "en"),
        ("/annotation", "main h1", "en"),
        ("/annotation/new", "form.new-list", "en"),
        ("/teaching", "main h1", "en"),
        ("/dashboard", "main svg", "en"),
        ("/audit", "tbody tr", "en"),
        ("/account", "main h1", "en"),
    ],
    ids=lambda it: it if it.startswith("/") else "",
)
def test_axe_finds_nothing_serious(
    arrival: Arrival, administrator: Page, path: str, there: str, language: str
) -> None:
    administrator.goto(path)
    administrator.locator("select.bar-language").first.select_option(language)
    expect(administrator.locator(there).first).to_be_attached()
    assert axe.violations(administrator) == []
    administrator.locator("select.bar-language").first.select_option("en")


def test_no_page_asked_another_host_or_failed(arrival: Arrival, watched: Watched) -> None:
    assert watched.outside == []
    assert watched.errors == []


def test_after_a_kill_the_study_is_found_and_can_be_read_again(
    clinic: RunningClinic, arrival: Arrival, clinician: Page, browser: Browser, watched: Watched
) -> None:
    before = asked(clinician, "/api/v1/studies/1")
    corrected = asked(clinician, "/api/v1/studies/1/corrections")
    signed = asked(clinician, "/api/v1/studies/1/reports")
    clinic.kill()
    clinic.start()
    assert clinic.told.count("with the password") == 1
    page = browsing.new_page(browser, watched)
    browsing.log_in(page, *CLINICIAN)
    expect(page.locator("tr.study .state")).to_have_text("Signed")
    browsing.open_study(page)
    assert detail_of(page) == before
    assert corrections_of(page) == corrected
    assert asked(page, "/api/v1/studies/1/reports") == signed
    counts = drawn(picture_of(page.locator(".pane-surface").first))
    assert min(counts["disc"], counts["vertebra"], counts["canal"]) > 100, counts
    assert asked(clinician, "/api/v1/session")["name"] == CLINICIAN[0], "still logged in"
    page.context.close()


def key(finding: dict) -> str:
    return f"Draw {finding['title']} {finding['level']}"


def positives(page: Page) -> set[str]:
    """What the page lists as positive, by the names of the switches that draw it."""
    switches = page.locator(".finding-called").get_by_role("checkbox", include_hidden=True).all()
    return {switch.get_attribute("aria-label") or "" for switch in switches}
