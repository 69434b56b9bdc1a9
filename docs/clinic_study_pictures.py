"""The pictures of what a clinician does with one study, for ``docs/clinic.md``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from clinic import browsing
from clinic.browsing import asked
from clinic_camera import PASSWORD, box_of, do, shoot
from playwright.sync_api import Page, expect

STUDY = 1


def take_all(page: Page) -> None:
    """Takes them in the order in which the study is read."""
    look(page)
    measure(page)
    correct(page)
    draw(page)
    observe(page)
    follow(page)
    report(page)
    page.goto("/account")
    make_token(page)


def look(page: Page) -> None:
    """A study as it opens, with a finding chosen, with its keys, and in Spanish."""
    _open(page)
    shoot(page, "study")
    page.locator(".finding-name").first.click()
    expect(page.locator(".shape-chosen").first).to_be_attached()
    page.get_by_role("button", name="0.3", exact=True).click()
    expect(page.locator(".operating-at td").first).to_be_visible()
    shoot(page, "study-finding")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    shoot(page, "study-keys")
    page.keyboard.press("Escape")
    page.locator("select.bar-language").select_option("es")
    # The pages' own words change at once; what the service says, when it has answered again.
    expect(page.locator(".not-assessed")).to_contain_text("Forámenes intervertebrales")
    shoot(page, "study-spanish")
    page.locator("select.bar-language").select_option("en")
    expect(page.get_by_role("heading", name="Findings")).to_be_visible()


def measure(page: Page) -> None:
    """The lines that were measured along, and their table."""
    _open(page)
    page.get_by_role("checkbox", name="Measured lines").check()
    expect(page.locator(".span").first).to_be_attached()
    page.get_by_role("region", name="Measurements").scroll_into_view_if_needed()
    page.locator(".measures tfoot").scroll_into_view_if_needed()
    shoot(page, "study-measures")


def correct(page: Page) -> None:
    """A grade that was changed, with its history; the chain of levels before it is renumbered."""
    _open(page)
    chosen = _choose(page, "L4-L5", "Pfirrmann")
    grades = page.get_by_role("group", name="Grade of")
    other = 3 if chosen["value"] != 3 else 4
    grades.get_by_role("button").nth(other - 1).click()
    level = page.get_by_role("region", name="L4-L5")
    expect(level.get_by_text("changed by Clara Clinician")).to_be_visible()
    shoot(page, "corrected")
    page.get_by_role("button", name="Renumber levels").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="One level up").click()
    shoot(page, "renumber")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def draw(page: Page) -> None:
    """An outline that is being painted."""
    _open(page)
    _choose(page, "L3-L4", "Pfirrmann")
    disc = box_of(page.locator(".shape-chosen").first)
    page.get_by_role("button", name="Edit outline").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    x, y = disc["x"] + disc["width"], disc["y"] + disc["height"] / 2
    page.mouse.move(x - 4, y)
    page.mouse.down()
    page.mouse.move(x + 4, y + 4, steps=6)
    page.mouse.up()
    shoot(page, "drawing")
    page.keyboard.press("Escape")


def observe(page: Page) -> None:
    """The form for a back; two earlier examinations are there already."""
    today = dt.date.today()
    patient = asked(page, f"/api/v1/studies/{STUDY}")["study"]["patient"]["id"]
    for days, leg, back, walked, odi in ((180, 8, 6, 150, 52), (90, 6, 5, 300, 40)):
        values = {"leg-pain": leg, "back-pain": back, "walking-distance": walked, "odi-total": odi}
        on = (today - dt.timedelta(days=days)).isoformat()
        body = {"form": "back", "observed_on": on, "values": values}
        do(page, "POST", f"/patients/{patient}/observations", body)
    _open(page)
    page.get_by_role("tab", name="Observations").click()
    page.get_by_role("button", name="New observation").click()
    form = page.locator(".obs-form")
    form.get_by_label("Leg pain", exact=True).fill("4")
    form.get_by_label("Back pain", exact=True).fill("3")
    form.get_by_label("Walking distance").fill("600")
    form.get_by_role("group", name="Fever").get_by_label("No", exact=True).check()
    form.get_by_text("Leg pain", exact=True).scroll_into_view_if_needed()
    shoot(page, "observation-form")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()


def follow(page: Page) -> None:
    """The patient in time."""
    page.get_by_role("tabpanel").get_by_role("link", name="Patient's history").click()
    expect(page.locator(".charts svg").first).to_be_visible()
    shoot(page, "patient")


def report(page: Page) -> None:
    """A report as a draft beside the images, before the signature, and signed."""
    _open(page)
    page.get_by_role("tab", name="Report").click()
    page.get_by_role("button", name="Begin the report").click()
    panel = page.get_by_role("tabpanel")
    panel.get_by_role("button", name="Wide").click()
    panel.get_by_label("Impression").fill("Disc degeneration of the lower levels.")
    expect(panel.get_by_text("Saved at")).to_be_visible()
    _scroll_up(page)
    shoot(page, "report-draft")
    panel.get_by_role("button", name="Sign", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your password").fill(PASSWORD)
    expect(dialog.get_by_text("neither been accepted")).to_be_visible()
    shoot(page, "report-sign")
    dialog.get_by_role("button", name="Sign as").click()
    expect(panel.get_by_text("Signed by Clara Clinician")).to_be_visible()
    expect(page.locator(".study-state")).to_have_text("Signed")
    _scroll_up(page)
    shoot(page, "report-signed")


def make_token(page: Page) -> None:
    """One's account, with an access token."""
    page.get_by_role("button", name="New token").click()
    page.get_by_label("What it is for").fill("Export of corrections")
    page.get_by_role("button", name="New token").last.click()
    expect(page.get_by_text("Your new token")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Export of corrections")).to_be_visible()
    shoot(page, "account")


def _open(page: Page) -> None:
    page.goto(f"/studies/{STUDY}")
    browsing.panes_drawn(page)


def _scroll_up(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('main *')) one.scrollTop = 0")


def _choose(page: Page, level: str, title: str) -> Any:
    region = page.get_by_role("region", name=level)
    region.locator(".finding-name", has_text=title).click()
    found = asked(page, f"/api/v1/studies/{STUDY}")["findings"]
    return next(one for one in found if one["level"] == level and title in one["title"])
