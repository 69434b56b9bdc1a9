"""One clinic for all tests of a file, gone through once; each test looks at a part of it.

It ends with the file: a browser driven from here leaves an event loop running in the process,
and no other test of that process could run one of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from condyle.phantoms.patient import LumbarParameters
from condyle.workflows.simulate import simulate_lumbar

from . import browsing
from .browsing import Watched
from .running import FIRST_USER, READ_S, RunningClinic

ADMINISTRATOR = (FIRST_USER, "copper lantern river fox")
CLINICIAN = ("clara", "seven quiet herons rise")
FIRST_OF_CLINICIAN = "given for the first day"
_CHEAP = LumbarParameters(slices=3, supersampling=1, planes=1)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningClinic]:
    """A running clinic that nobody has been to."""
    running = RunningClinic(tmp_path_factory.mktemp("clinic"))
    running.start()
    yield running
    assert running.stop() == 0, running.log.read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that runs."""
    path = shutil.which("chromium")
    assert path is not None
    with browsing.chromium(path) as running:
        yield running


@pytest.fixture(scope="module")
def watched(clinic: RunningClinic) -> Watched:
    """What all pages did that they must not do."""
    return Watched(clinic.address)


@pytest.fixture(scope="module")
def administrator(clinic: RunningClinic, browser: Browser, watched: Watched) -> Page:
    """The page of an administrator who came with the first password and chose another."""
    page = browsing.new_page(browser, watched, bypass_csp=True)
    browsing.log_in(page, FIRST_USER, clinic.first_password)
    browsing.change_password(page, clinic.first_password, ADMINISTRATOR[1])
    return page


@pytest.fixture(scope="module")
def clinician(administrator: Page, browser: Browser, watched: Watched) -> Page:
    """The page of a clinician whom the administrator added, who has a password of her own."""
    name, password = CLINICIAN
    browsing.add_user(
        administrator,
        full_name="Clara Clinician",
        name=name,
        role="clinician",
        password=FIRST_OF_CLINICIAN,
    )
    page = browsing.new_page(browser, watched)
    browsing.log_in(page, name, FIRST_OF_CLINICIAN)
    browsing.change_password(page, FIRST_OF_CLINICIAN, password)
    return page


@pytest.fixture(scope="module")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated patient's T1 and T2, of three slices each."""
    return simulate_lumbar(tmp_path_factory.mktemp("patient"), seed=1, parameters=_CHEAP)


@dataclass(frozen=True)
class Arrival:
    """How a study came: the states and steps in which an open worklist showed it."""

    states: list[str]
    steps: list[str]
    reason_shown: str


_NOTE_STATES = """() => {
  window.noted = [];
  window.steps = new Set();
  const note = () => {
    const state = document.querySelector("tr.study .state")?.textContent;
    if (state && state !== window.noted.at(-1)) window.noted.push(state);
    const step = document.querySelector("tr.study progress")?.getAttribute("aria-label");
    if (step) window.steps.add(step);
  };
  new MutationObserver(note).observe(document.body, {
    subtree: true, childList: true, characterData: true,
  });
}"""


@pytest.fixture(scope="module")
def arrival(clinician: Page, study_folder: Path) -> Arrival:
    """A study that the clinician uploaded, beside a worklist that was open all the time."""
    worklist = clinician.context.new_page()
    worklist.goto("/")
    expect(worklist.get_by_text("No studies yet")).to_be_visible()
    worklist.evaluate(_NOTE_STATES)
    browsing.upload(clinician, sorted(study_folder.rglob("*.dcm")))
    done = worklist.locator("tr.study .state.read, tr.study .state.refused")
    expect(done).to_be_visible(timeout=READ_S * 1000)
    states, steps = worklist.evaluate("[window.noted, [...window.steps]]")
    reason = " ".join(worklist.locator(".state-reason").all_text_contents())
    worklist.close()
    return Arrival(states, steps, reason)


@pytest.fixture
def study(arrival: Arrival, clinician: Page) -> Page:
    """The clinician's page on the study, opened anew from the worklist."""
    browsing.open_study(clinician)
    return clinician
