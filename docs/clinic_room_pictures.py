"""The pictures of annotation, teaching, silent mode and the dashboard, for ``docs/clinic.md``."""

from __future__ import annotations

from pathlib import Path

from clinic import browsing
from clinic.browsing import asked
from clinic_camera import People, box_of, do, shoot
from playwright.sync_api import Page, expect

_CASES = 2


def annotate(people: People, clinician: Page) -> None:
    """A list is made, two people draw on its cases, a third decides."""
    leader = people.first_entry("rosa")
    make_list(leader)
    for name, across in (("ana", 0), ("bea", 5)):
        page = people.first_entry(name)
        page.goto("/annotation")
        page.get_by_role("link", name="Go on").click()
        for number in range(_CASES):
            expect(page.get_by_text(f"Case {number + 1} of {_CASES}")).to_be_visible()
            draw_case(page, across)
            if name == "ana" and number == 0:
                shoot(page, "annotation-draw")
            page.keyboard.press("n")
        page.wait_for_url("**/annotation")
    decide(clinician)
    leader.reload()
    expect(leader.get_by_role("heading", name="Agreement")).to_be_visible()
    expect(leader.get_by_text("kappa")).to_be_visible()
    shoot(leader, "annotation-list")


def make_list(page: Page) -> None:
    """A list of two cases, each of one series, with an area, a box and an answer."""
    page.goto("/annotation/new")
    page.get_by_label("Name of the list").fill("Lumbar discs")
    page.locator("textarea").first.fill("2, 3")
    page.get_by_label("Only series with these words").fill("MR 1")
    page.get_by_role("button", name="Show the cases").click()
    expect(page.locator(".chosen li")).to_have_count(_CASES)
    labels = (("Disc herniation", "box"), ("Disc", "mask"), ("Image quality", "case"))
    for number, (name, kind) in enumerate(labels, start=1):
        if number > 1:
            page.get_by_role("button", name="Add a label").click()
        label = page.get_by_role("group", name=f"Label {number}")
        label.get_by_label("Name").fill(name)
        label.get_by_label("Kind").select_option(kind)
    page.get_by_label("Answers").fill("good, fair, poor")
    page.get_by_label("Ana Annotator").check()
    page.get_by_label("Bea Annotator").check()
    shoot(page, "annotation-new")
    page.get_by_role("button", name="Make the list").click()
    page.wait_for_url("**/lists/*")


def draw_case(page: Page, across: int) -> None:
    """Draws a box and an area on a case, and answers its question."""
    expect(page.locator(".pane[data-slice]").first).to_be_visible()
    page.wait_for_timeout(1500)
    box = box_of(page.locator(".pane-surface").first)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.keyboard.press("1")
    page.mouse.move(x + 90 + across, y + 90)
    page.mouse.down()
    page.mouse.move(x + 122 + across, y + 122, steps=5)
    page.mouse.up()
    page.keyboard.press("2")
    page.mouse.move(x + 7, y + 35)
    page.mouse.down()
    page.mouse.move(x + 75 + across, y + 30, steps=8)
    page.mouse.up()
    page.keyboard.press("3")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def decide(page: Page) -> None:
    """Takes one of the drawings of a case."""
    page.goto("/annotation/decide/lists/1")
    page.locator("main table a").first.click()
    expect(page.locator(".pane[data-slice]").first).to_be_visible()
    page.wait_for_timeout(1500)
    shoot(page, "annotation-decide")
    page.get_by_role("button", name="Take A").click()
    page.keyboard.press("n")
    expect(page.get_by_text("The decision was kept.")).to_be_visible()


def teach(people: People, teacher: Page) -> None:
    """A collection of two cases, and a learner's answers beside the reference and the models."""
    for study in (2, 3):
        found = asked(teacher, f"/api/v1/studies/{study}")["findings"]
        for one in found:
            said: dict[str, object] = {"kind": "accept"}
            if one["name"] == "disc-herniation":
                said = {"kind": "call", "positive": False}
            elif one["value"] is None:
                continue
            said["finding"] = one["id"]
            do(teacher, "POST", f"/studies/{study}/corrections", said)
    levels = ["L3-L4", "L4-L5", "L5-S1"]
    body = {
        "title": "Lumbar discs",
        "description": "Grade three discs, and say whether one is herniated.",
        "anatomy": "lumbar-spine",
        "questions": [
            {"name": name, "levels": levels} for name in ("pfirrmann-grade", "disc-herniation")
        ],
    }
    made = do(teacher, "POST", "/teaching/collections", body)["collection"]["id"]
    do(teacher, "POST", f"/teaching/collections/{made}/cases", {"studies": [2, 3]})
    do(teacher, "PATCH", f"/teaching/collections/{made}", {"published": True})
    teacher.goto(f"/teaching/{made}/edit")
    expect(teacher.get_by_text("taken by")).to_have_count(_CASES)
    shoot(teacher, "teaching-edit")
    learner = people.first_entry("rafael")
    learner.goto(f"/teaching/{made}")
    learner.get_by_role("button", name="Read case 1").first.click()
    expect(learner.locator(".pane[data-slice]").first).to_be_visible()
    learner.wait_for_timeout(2000)
    grades = learner.locator("[role=radiogroup][aria-label^=Pfirrmann]")
    for row, grade in zip(grades.all(), "324", strict=True):
        row.get_by_text(grade, exact=True).click()
    learner.get_by_role("button", name="All other yes-or-no: no").click()
    shoot(learner, "teaching-case")
    learner.get_by_role("button", name="Give the answers").click()
    expect(learner.get_by_role("heading", name="Result")).to_be_visible()
    expect(learner.locator(".pane[data-slice]").first).to_be_visible()
    learner.wait_for_timeout(1500)
    shoot(learner, "teaching-result")
    learner.goto(f"/teaching/{made}/score")
    expect(learner.get_by_text("Right answers of all")).to_be_visible()
    shoot(learner, "teaching-score")


def stay_silent(administrator: Page, clinician: Page, study: Path) -> None:
    """A bundle reads a study silently: the reader's own call, then what it found beside it."""
    do(administrator, "PATCH", "/bundles/lumbar-grading", {"silent": True})
    browsing.upload(clinician, sorted(study.rglob("*.dcm")))
    clinician.goto("/studies/4")
    asking = clinician.locator(".own-call")
    expect(asking).to_be_visible()
    # Its overlays are hidden too.
    expect(clinician.locator(".pane[data-slice]")).to_have_count(2)
    asking.get_by_role("button", name="L4-L5").click()
    grade = asking.get_by_role("group", name="Pfirrmann grade")
    grade.get_by_label("3", exact=True).check()
    asking.get_by_role("button", name="All others of this level: no").click()
    shoot(clinician, "own-call")
    asking.get_by_role("button", name="Keep my call and show").click()
    clinician.get_by_role("dialog").get_by_role("button", name="Keep my call").click()
    expect(clinician.locator(".own-call-beside").first).to_be_visible()
    unfinished = clinician.get_by_text("The bundle has not finished")
    expect(unfinished).to_have_count(0, timeout=300_000)
    shoot(clinician, "own-call-result")
    do(administrator, "PATCH", "/bundles/lumbar-grading", {"silent": False})


def oversee(administrator: Page, clinician: Page) -> None:
    """The dashboard, and the audit log with its chain checked."""
    clinician.goto("/dashboard")
    expect(clinician.get_by_text("As a table").first).to_be_visible()
    expect(clinician.locator(".drift").first).to_be_visible()
    shoot(clinician, "dashboard")
    clinician.get_by_role(
        "heading", name="Agreement of clinicians"
    ).first.scroll_into_view_if_needed()
    shoot(clinician, "dashboard-bundles")
    administrator.goto("/audit")
    administrator.get_by_role("button", name="Check the chain").click()
    expect(administrator.get_by_text("The log is whole")).to_be_visible()
    shoot(administrator, "audit")
