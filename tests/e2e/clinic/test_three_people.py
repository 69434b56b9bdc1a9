"""A researcher, a resident and an administrator at their own pages, in a browser."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.service.annotated import bring_studies
from tests.service.conftest import CHEAP
from tests.service.studies_of import put_run

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.audit import verify
from condyle.bundle import find_bundle
from condyle.datasets.layouts import open_archive
from condyle.service.opening import open_archive as open_clinic
from condyle.service.settings import Settings

from . import browsing
from .browsing import Watched, asked
from .running import RunningClinic, filled_clinic

pytestmark = pytest.mark.needs("browser")

PASSWORD = "seven quiet herons rise"
STAFF = (
    ("clara", "Clara Clinician", "clinician"),
    ("rosa", "Rosa Researcher", "researcher"),
    ("ana", "Ana Annotator", "annotator"),
    ("bea", "Bea Annotator", "annotator"),
    ("rafael", "Rafael Resident", "viewer"),
    ("adam", "Adam Administrator", "administrator"),
)
IDENTITIES = ("Doe", "Jane", "ID-one", "ID-two", "ACC-one", "ACC-two")
"""Names and identifiers of the patients, which their studies' headers hold."""

OLDER = "0.2.9"
_LAYOUTS = ("voc", "coco", "yolo", "png", "nifti")
_CALL = """async ([method, path, body]) => {
  const { csrf } = await (await fetch("/api/v1/session")).json();
  const headers = { "X-CSRF-Token": csrf, "Content-Type": "application/json" };
  const answer = await fetch("/api/v1" + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json();
}"""


@dataclass
class Heard:
    """All that the service told a page, but for its stream of changes."""

    bodies: dict[str, bytes] = field(default_factory=dict)

    def hear(self, route: Route) -> None:
        answer = route.fetch()
        body = answer.body()
        self.bodies[f"{route.request.method} {route.request.url} {len(self.bodies)}"] = body
        route.fulfill(response=answer, body=body)

    def naming(self, words: tuple[str, ...]) -> list[str]:
        """Gives which answers hold one of the words."""
        return [
            url for url, body in self.bodies.items() if any(one.encode() in body for one in words)
        ]


@dataclass(frozen=True)
class People:
    """The pages of all who work here, and what the service told each."""

    browser: Browser
    watched: Watched
    pages: dict[str, Page] = field(default_factory=dict)
    heard: dict[str, Heard] = field(default_factory=dict)

    def page(self, name: str) -> Page:
        if name not in self.pages:
            page = browsing.new_page(self.browser, self.watched)
            heard = self.heard[name] = Heard()
            page.context.route(re.compile(r"/(api/v1/(?!events)|dicomweb/)"), heard.hear)
            browsing.log_in(page, name, PASSWORD)
            expect(page.locator(".bar-who")).to_be_visible()
            self.pages[name] = page
        return self.pages[name]


def filled(archive: Archive) -> None:
    """Two patients whose studies a bundle read, and everybody who works here."""
    with archive.database.write() as session:
        for name, full_name, role in STAFF:
            new = accounts.NewAccount(name, full_name, role, CHEAP.hash(PASSWORD))
            accounts.add_user(session, new, dt.datetime.now(dt.UTC))
    bring_studies(archive, "one", "two")
    for study in (1, 2):
        put_run(archive, study, number=study)


def older_version(store: Path) -> None:
    """Puts an older version of a bundle beside the one that comes with Condyle."""
    manifest = json.loads((find_bundle("lumbar-grading").path / "manifest.json").read_text())
    folder = store / "older"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest | {"version": OLDER}))


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningClinic]:
    """A clinic that holds all of that, and runs no bundle."""
    folder = tmp_path_factory.mktemp("people")
    older_version(folder / "bundles")
    with filled_clinic(folder, filled, {"CONDYLE_BUNDLES": str(folder / "bundles")}) as running:
        yield running


@pytest.fixture(scope="module")
def people(browser: Browser, watched: Watched) -> People:
    """Everybody, each in a browser of their own."""
    return People(browser, watched)


def do(page: Page, method: str, path: str, body: object) -> Any:
    """Does something as the page's user without showing it."""
    return page.evaluate(_CALL, [method, path, body])


def draw(page: Page, across: int) -> tuple[float, float, float, float]:
    """Draws a box and an area, answers the question, and gives the box in pixels of the image."""
    pane = page.locator(".pane[data-slice]").first
    expect(pane).to_be_visible()
    expect(page.locator(".corner-zoom").first).to_have_text("100 %")
    box = page.locator(".pane-surface").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    # All of an image of 20 rows and 24 columns is to be seen, in the middle.
    middle, scale = (20 / 2, 24 / 2), min(box["width"] / 24, box["height"] / 20)

    def drag(*places: tuple[float, float]) -> None:
        (first, *others) = [
            (x + (column - middle[1]) * scale, y + (row - middle[0]) * scale)
            for row, column in places
        ]
        page.mouse.move(*first)
        page.mouse.down()
        for one in others:
            page.mouse.move(*one, steps=4)
        page.mouse.up()

    drawn = (11.0, 13.0 + across, 16.0, 19.0 + across)
    page.keyboard.press("1")
    # From the middle of its first pixel to that of its last: it takes in whole pixels.
    drag((drawn[0] + 0.5, drawn[1] + 0.5), (drawn[2] - 0.5, drawn[3] - 0.5))
    page.keyboard.press("2")
    drag((5, 6), (5, 9 + across))
    page.keyboard.press("3")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    return drawn


def test_a_researcher_makes_a_list_of_patients_whose_names_no_answer_tells(people: People) -> None:
    rosa = people.page("rosa")
    expect(rosa.locator("tr.study")).to_have_count(2)
    for path in ("/studies/1", "/patients/1", "/dashboard"):
        rosa.goto(path)
        expect(rosa.get_by_role("heading", level=1)).to_be_visible()
    rosa.goto("/studies/1")
    expect(rosa.locator(".pane[data-slice]")).to_have_count(1)
    rosa.goto("/annotation/new")
    rosa.get_by_label("Name of the list").fill("Discs")
    rosa.locator("textarea").first.fill("1, 2")
    rosa.get_by_role("button", name="Show the cases").click()
    expect(rosa.locator(".chosen li")).to_have_count(2)
    for number, (name, kind) in enumerate(
        (("Herniation", "box"), ("Disc", "mask"), ("Quality", "case")), start=1
    ):
        if number > 1:
            rosa.get_by_role("button", name="Add a label").click()
        label = rosa.get_by_role("group", name=f"Label {number}")
        label.get_by_label("Name").fill(name)
        label.get_by_label("Kind").select_option(kind)
    rosa.get_by_label("Answers").fill("good, poor")
    for who in ("Ana Annotator", "Bea Annotator"):
        rosa.get_by_label(who).check()
    rosa.get_by_role("button", name="Make the list").click()
    rosa.wait_for_url("**/lists/*")
    heard = people.heard["rosa"]
    assert any("dicomweb" in url for url in heard.bodies) and len(heard.bodies) > 10
    assert heard.naming(IDENTITIES) == []


def test_annotators_draw_blind_to_each_other_and_to_whose_images_these_are(people: People) -> None:
    drawn = {}
    for name, across in (("ana", 0), ("bea", 1)):
        page = people.page(name)
        page.goto("/annotation")
        page.get_by_role("link", name="Go on").click()
        for number in (1, 2):
            expect(page.get_by_text(f"Case {number} of 2")).to_be_visible()
            drawn[name] = draw(page, across)
            page.keyboard.press("n")
        page.wait_for_url("**/annotation")
        assert people.heard[name].naming(IDENTITIES) == []
    assert people.heard["bea"].naming(("Ana Annotator",)) == []
    for name, box in drawn.items():
        marks = asked(people.page(name), case_of(people, name))["work"]["marks"]
        assert [mark["box"] for mark in marks if mark["box"]] == [list(box)]


def case_of(people: People, name: str) -> str:
    """Gives the path of the case that an annotator drew on last."""
    urls = [url for url in people.heard[name].bodies if url.startswith("PUT ")]
    found = re.search(r"/api/v1/annotation/cases/\d+/work", urls[-1])
    assert found is not None
    return found[0]


def test_a_senior_decides_under_letters_and_agreement_is_told(people: People) -> None:
    clara = people.page("clara")
    clara.goto("/annotation/decide/lists/1")
    clara.locator("main table a").first.click()
    for _ in (1, 2):
        expect(clara.locator(".pane[data-slice]").first).to_be_visible()
        expect(clara.locator(".level-label.reader-a, .level-label.reader-b")).to_have_count(4)
        clara.get_by_role("button", name="Take A").click()
        clara.keyboard.press("n")
        expect(clara.get_by_text("The decision was kept.").first).to_be_visible()
    clara.wait_for_url("**/annotation/decide/lists/1")
    told = [url for url in people.heard["clara"].bodies if "/annotation/" in url]
    bodies = [people.heard["clara"].bodies[url] for url in told]
    assert told and not any(b"Ana Annotator" in body or b"Bea" in body for body in bodies)
    rosa = people.page("rosa")
    rosa.reload()
    agreement = rosa.locator("section").filter(has_text="Agreement")
    expect(agreement.get_by_text("Mean Dice of areas")).to_be_visible()
    expect(agreement.get_by_text("too few patients for an interval").first).to_be_visible()


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_what_was_decided_is_downloaded_and_read_by_the_workbench(
    people: People, tmp_path: Path, layout: str
) -> None:
    rosa = people.page("rosa")
    rosa.goto("/annotation/lists/1")
    rosa.get_by_label("Layout").select_option(layout)
    with rosa.expect_download() as begun:
        rosa.get_by_role("button", name="Download the zip").click()
    with zipfile.ZipFile(begun.value.path()) as opened:
        assert not any(
            one.encode() in opened.read(name) or one in name
            for name in opened.namelist()
            for one in IDENTITIES
        )
        opened.extractall(tmp_path)
    (root,) = tmp_path.iterdir()
    data = open_archive(root)
    assert len({case.patient for case in data.cases}) == 2
    boxes = [box for c in data.cases for own in c.reference.boxes.values() for box in own]
    masks = [int(mask.sum()) for c in data.cases for mask in c.reference.masks.values()]
    if layout in ("voc", "coco", "yolo"):
        assert data.layout == layout and len(boxes) == 2
        assert {box.box for box in boxes} <= {(11, 13, 16, 19), (11, 14, 16, 20)}
    else:
        assert data.structures == ("background", "disc")
        assert sum(size > 0 for size in masks) == 2


def test_observations_joined_to_findings_are_downloaded_under_pseudonyms(people: People) -> None:
    values = {"leg-pain": 7, "walking-distance": 250}
    body = {"form": "back", "observed_on": "2020-02-03", "values": values, "study": 1}
    do(people.page("clara"), "POST", "/patients/1/observations", body)
    rosa = people.page("rosa")
    rosa.goto("/")
    rosa.get_by_role("button", name="Export observations").click()
    with rosa.expect_download() as begun:
        rosa.get_by_role("button", name="Download the CSV").click()
    text = Path(begun.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert not any(one in text for one in (*IDENTITIES, "2020-02-03"))
    leg = next(name for name in rows[0] if "leg-pain" in name)
    assert {row[leg] for row in rows} == {"7"}
    assert any("pfirrmann" in cell for row in rows for cell in row.values())


def test_a_resident_reads_unaided_and_timed_and_then_sees_models_and_reference(
    people: People,
) -> None:
    clara = people.page("clara")
    found = asked(clara, "/api/v1/studies/1")["findings"]
    (grade,) = [one["id"] for one in found if one["name"] == "pfirrmann-grade"]
    said = {"finding": grade, "kind": "grade", "grade": 3}
    do(clara, "POST", "/studies/1/corrections", said)
    questions = [{"name": "pfirrmann-grade", "levels": ["L4-L5"]}]
    body = {"title": "Discs", "anatomy": "lumbar-spine", "questions": questions}
    made = do(clara, "POST", "/teaching/collections", body)["collection"]["id"]
    do(clara, "POST", f"/teaching/collections/{made}/cases", {"studies": [1]})
    do(clara, "PATCH", f"/teaching/collections/{made}", {"published": True})

    rafael = people.page("rafael")
    rafael.goto(f"/teaching/{made}")
    heard = people.heard["rafael"]
    heard.bodies.clear()
    rafael.get_by_role("button", name="Read case 1").first.click()
    expect(rafael.locator(".pane[data-slice]").first).to_be_visible()
    expect(rafael.get_by_text(re.compile(r"0:0[2-9]$"))).to_be_visible()
    assert heard.naming(("lumbar-grading", '"probability"', *IDENTITIES)) == []
    assert rafael.locator(".pane .shape").count() == 0
    row = rafael.locator("[role=radiogroup][aria-label^=Pfirrmann]")
    row.get_by_text("2", exact=True).click()
    rafael.get_by_role("button", name="Give the answers").click()
    expect(rafael.get_by_role("heading", name="Result")).to_be_visible()
    told = rafael.locator("tr").filter(has_text="Pfirrmann grade").locator("td")
    cells = [re.sub(r"\D", "", one) for one in told.all_text_contents()]
    assert [one for one in cells if one] == ["2", "3", "4"], "own, reference, model"
    expect(rafael.get_by_text(re.compile(r"read in 0:(0[2-9]|[1-5])"))).to_be_visible()
    rafael.get_by_role("link", name="My score").click()
    expect(rafael.get_by_text("Too few patients: 1 of the 10 needed").first).to_be_visible()


def test_an_administrator_pins_rolls_back_silences_and_disables_a_bundle(people: People) -> None:
    adam = people.page("adam")
    adam.goto("/bundles")
    card = adam.get_by_role("article", name="lumbar-grading")
    newest = asked(adam, "/api/v1/bundles")[1]["version"]
    expect(card.get_by_text(newest, exact=True)).to_be_visible()
    card.get_by_label("Version").select_option(OLDER)
    expect(card.get_by_text(OLDER, exact=True)).to_be_visible()
    card.get_by_role("switch", name="Silent").click()
    card.get_by_role("switch", name="Enabled").click()
    expect(card.get_by_role("switch", name="Enabled")).not_to_be_checked()
    use = next(one for one in asked(adam, "/api/v1/bundles") if one["name"] == "lumbar-grading")
    assert (use["version"], use["pinned"], use["silent"], use["enabled"]) == (
        (OLDER, OLDER, True, False)
    )  # fmt: skip
    card.get_by_label("Version").select_option("")
    expect(card.get_by_text(newest, exact=True)).to_be_visible()
    run = asked(adam, "/api/v1/studies/1")["analyses"][0]
    assert (run["bundle"], run["version"]) == ("lumbar-grading", "0.1.0"), "as it was read"


def test_an_administrator_sees_who_did_what_in_a_whole_chain_and_disables_a_user(
    people: People, clinic: RunningClinic
) -> None:
    adam, bea = people.page("adam"), people.page("bea")
    adam.goto("/users")
    row = adam.locator("tr").filter(has_text="Bea Annotator")
    row.get_by_role("button", name="Disable").click()
    expect(row.get_by_text("Disabled")).to_be_visible()
    bea.goto("/annotation")
    expect(bea.get_by_label("Password", exact=True)).to_be_visible()
    adam.goto("/dashboard")
    expect(adam.get_by_role("heading", name="Studies received")).to_be_visible()
    adam.goto("/audit")
    adam.get_by_role("button", name="Check the chain").click()
    expect(adam.get_by_text("The log is whole")).to_be_visible()
    acts = {row["action"] for row in asked(adam, "/api/v1/audit?limit=200")["acts"]}
    assert acts >= {"bundle.changed", "study.viewed", "patient.viewed"}, acts
    archive = open_clinic(Settings(home=clinic.home, worker=False))
    with archive.database.read() as session:
        assert verify(session) is None
    archive.database.close()


def test_no_page_asked_another_host_or_failed(people: People, watched: Watched) -> None:
    assert watched.outside == []
    assert watched.errors == []
