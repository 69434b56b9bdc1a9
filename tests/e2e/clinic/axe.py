"""What axe finds on a page that is in the way of somebody who cannot see or point."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[3] / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def violations(page: Page) -> list[str]:
    """Gives the page's serious and critical violations, each with the elements it is about.

    The page's context must have been opened past the content security policy.
    """
    page.add_script_tag(path=SCRIPT)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]} {node['any'][:1]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
