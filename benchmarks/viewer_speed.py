"""Times what a reader waits for in the browser: first image, overlays, and a series of 300 slices.

Run as `PYTHONPATH=tests/e2e python benchmarks/viewer_speed.py`, as it goes through the pages by
what the tests go through them by; it needs chromium on the path and the built viewer.

A clinic of its own reads a simulated study. Then the study is opened from the worklist again and
again, each time in a new browser session first (nothing kept by the browser) and once more in the
same one. A time runs from the click until the frame after the one that showed what was waited
for, told by the page's own clock. The 300 slices are scrolled through by the wheel at 30 a second.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from clinic import browsing
from clinic.browsing import Watched
from clinic.running import FIRST_USER, READ_S, RunningClinic
from playwright.sync_api import Browser, Page, expect

from condyle.phantoms import LumbarParameters
from condyle.workflows.simulate import simulate_lumbar
from images import slice_of

PASSWORD = "copper lantern river fox"
STEP_MS = 1000 / 30
SIDE = 512

WATCH = """(wanted) => {
  window.waited = new Promise((tell) => {
    let began = 0;
    const look = () => {
      if (!began || !document.querySelector(wanted)) return;
      seen.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => tell(performance.now() - began)));
    };
    const seen = new MutationObserver(look);
    const start = () => { began = performance.now(); look(); };
    document.addEventListener("click", start, { capture: true, once: true });
    seen.observe(document.documentElement, { subtree: true, childList: true, attributes: true });
  });
}"""
"""Makes the page tell how long after its next click something is on the screen."""

IMAGE, OVERLAY = ".pane[data-slice] canvas", ".pane[data-slice] .shape"


@dataclass
class Fetches:
    """What became of the slices that a page asked for."""

    asked: int = 0
    failed: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Counts from now on."""
        page.on("request", lambda one: self._count(one.url))
        page.on("requestfailed", lambda one: self._note(one.url, one.failure or ""))

    def _count(self, url: str) -> None:
        self.asked += "/frames/" in url

    def _note(self, url: str, why: str) -> None:
        if "/frames/" in url:
            self.failed.append(why)


def after_click(page: Page, click: str, wanted: str) -> float:
    """Clicks something, and gives the milliseconds until something else is on the screen."""
    page.evaluate(WATCH, wanted)
    page.locator(click).first.click()
    return float(page.evaluate("window.waited"))


def entered(browser: Browser, address: str) -> Page:
    """Gives the page of somebody who has just logged in, in a new session."""
    page = browsing.new_page(browser, Watched(address))
    browsing.log_in(page, FIRST_USER, PASSWORD)
    expect(page.locator("tr.study").first).to_be_visible()
    return page


def opened(page: Page, wanted: str) -> float:
    """Opens the newest study from the worklist."""
    page.get_by_role("link", name="Worklist").first.click()
    expect(page.locator("tr.study").first).to_be_visible()
    page.wait_for_timeout(300)
    return after_click(page, "tr.study a.study-main", wanted)


def time_opening(browser: Browser, address: str, times: int) -> None:
    """Times a study's first image and its overlays."""
    for wanted, what in ((IMAGE, "first image"), (OVERLAY, "first image with overlays")):
        new, again = [], []
        for _ in range(times):
            page = entered(browser, address)
            new.append(opened(page, wanted))
            again.append(opened(page, wanted))
            page.context.close()
        tell(f"{what}, new session", new)
        tell(f"{what}, the study again", again)


def time_overlays(browser: Browser, address: str, times: int) -> None:
    """Times taking all overlays on again, and going to a finding's slice with its overlay."""
    page = entered(browser, address)
    opened(page, OVERLAY)
    taken = []
    for _ in range(times):
        page.keyboard.press("o")
        expect(page.locator(OVERLAY)).to_have_count(0)
        page.evaluate(WATCH.replace('"click"', '"keydown"'), OVERLAY)
        page.keyboard.press("o")
        taken.append(float(page.evaluate("window.waited")))
    tell("overlays on", taken)
    page.context.close()


def time_scroll(browser: Browser, clinic: RunningClinic, folder: Path, count: int) -> None:
    """Scrolls through a series that was not fetched yet."""
    files = []
    for number in range(1, count + 1):
        path = folder / f"{number:03}.dcm"
        path.write_bytes(slice_of(number, SIDE))
        files.append(path)
    page = entered(browser, clinic.address)
    browsing.upload(page, files)
    page.context.close()
    page = entered(browser, clinic.address)
    fetches = Fetches()
    fetches.watch(page)
    opened(page, IMAGE)
    pane = page.locator(".pane").first
    pane.hover()
    began = time.perf_counter()
    for number in range(1, count):
        page.mouse.wheel(0, 100)
        wait = began + number * STEP_MS / 1000 - time.perf_counter()
        page.wait_for_timeout(max(wait, 0) * 1000)
    turned = time.perf_counter()
    expect(page.locator(f'.pane[data-slice="{count}"]')).to_have_count(1)
    late = time.perf_counter() - turned
    print(
        f"scrolled {count} slices of {SIDE} x {SIDE} in {turned - began:.1f} s; the last was shown "
        f"{late * 1000:.0f} ms after; {fetches.asked} fetches, {len(fetches.failed)} failed"
    )


def tell(what: str, taken: list[float]) -> None:
    """Prints the spread of times."""
    print(f"{what}: median {np.median(taken):.0f} ms, most {max(taken):.0f} ms of {len(taken)}")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--slices", type=int, default=300)
    given = parser.parse_args()
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("viewer_speed.py: no chromium is on the path; install Debian's 'chromium'")
    with tempfile.TemporaryDirectory() as temporary, browsing.chromium(path) as browser:
        folder = Path(temporary)
        clinic = RunningClinic(folder)
        clinic.start()
        try:
            study = simulate_lumbar(folder / "patient", seed=1, parameters=LumbarParameters())
            page = browsing.new_page(browser, Watched(clinic.address))
            browsing.log_in(page, FIRST_USER, clinic.first_password)
            browsing.change_password(page, clinic.first_password, PASSWORD)
            browsing.upload(page, sorted(study.rglob("*.dcm")))
            page.goto("/")
            expect(page.locator("tr.study .state.read")).to_be_visible(timeout=READ_S * 1000)
            page.context.close()
            time_opening(browser, clinic.address, given.times)
            time_overlays(browser, clinic.address, given.times)
            series = folder / "series"
            series.mkdir()
            time_scroll(browser, clinic, series, given.slices)
        finally:
            clinic.stop()


if __name__ == "__main__":
    main()
