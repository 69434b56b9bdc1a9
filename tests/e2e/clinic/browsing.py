"""Going through the clinic's pages in a browser, step by step, as a person would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from .running import WAIT_S

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Watched:
    """What the pages did that they must not do."""

    address: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("request", self._asked)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", lambda said: self._said(said.type, said.text))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address + "/", "data:", "blob:")):
            self.outside.append(request.url)

    def _said(self, kind: str, text: str) -> None:
        # An answer that says no, and a server that is being killed, are no faults of a page.
        if kind == "error" and "Failed to load resource" not in text:
            self.errors.append(text)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Runs a browser."""
    expect.set_options(timeout=WAIT_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def new_page(browser: Browser, watched: Watched, **options: Any) -> Page:
    """Opens a page of somebody who is not logged in."""
    size = {"width": 1440, "height": 900}
    context = browser.new_context(
        base_url=watched.address, viewport=size, locale="en-GB", **options
    )
    context.set_default_timeout(WAIT_S * 1000)
    watched.watch(context)
    return context.new_page()


def log_in(page: Page, name: str, password: str) -> None:
    """Fills the log-in page."""
    page.goto("/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def change_password(page: Page, old: str, new: str) -> None:
    """Fills the page of somebody who must choose a password, and waits for the worklist."""
    page.get_by_label("Password that you were given").fill(old)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again").fill(new)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()


def add_user(page: Page, *, full_name: str, name: str, role: str, password: str) -> None:
    """Adds a user by the administrator's page."""
    page.get_by_role("link", name="Users").click()
    page.get_by_role("button", name="Add user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Full name").fill(full_name)
    dialog.get_by_label("Log-in name").fill(name)
    dialog.get_by_label("Role").select_option(role)
    dialog.get_by_label("First password").fill(password)
    dialog.get_by_role("button", name="Add user").click()
    expect(dialog).to_be_hidden()


def upload(page: Page, files: Sequence[Path]) -> None:
    """Sends files of a patient whom no exclusion fits, until they are sorted."""
    page.goto("/upload")
    if page.evaluate("localStorage.getItem('condyle-upload')"):  # the last one's result is shown
        page.get_by_role("button", name="New upload").click()
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(files)
    page.get_by_label("None of these").check()
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Uploaded")).to_be_visible()


def open_study(page: Page) -> None:
    """Opens the worklist's first study and waits until its images are drawn."""
    page.goto("/")
    page.locator("tr.study a.study-main").first.click()
    panes_drawn(page)


def panes_drawn(page: Page) -> None:
    """Waits until every pane shows its slice, with its overlays."""
    expect(page.locator(".pane[data-slice]")).to_have_count(2)
    expect(page.locator(".pane .shape").first).to_be_attached()


def asked(page: Page, path: str) -> Any:
    """Asks the service as the page's user."""
    answer = page.request.get(path)
    assert answer.ok, answer.text()
    return answer.json()
