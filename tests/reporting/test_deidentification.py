from __future__ import annotations

import re
from typing import Any

from condyle.reporting.deidentification import MOST_FILES, deidentification_html


def file_of(name: str, outcome: str = "written", **more: Any) -> dict[str, Any]:
    return {
        "label": "file-1.dcm",
        "name": name,
        "outcome": outcome,
        "reasons": [],
        "changes": {"X 0010,1040": 1, "Z 0010,0010": 2},
        "blanked": 0,
    } | more


def document(
    files: list[dict[str, Any]], leaks: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    counts = dict.fromkeys(("written", "quarantined", "left-out"), 0)
    for one in files:
        counts[one["outcome"]] += 1
    check = {"files": counts["written"], "leaks": leaks or [], "pixels": "Pixels were read."}
    return {
        "profile": ["basic", "clean-pixels"],
        "patients": 1,
        "counts": counts,
        "check": check,
        "files": files,
    }


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def test_actions_are_summed_by_attribute_with_its_name() -> None:
    page = deidentification_html(
        document([file_of("a.dcm"), file_of("b.dcm")]), {"0010,0010": "Patient's Name"}
    )
    said = words_of(page)
    assert "0010,0010 Patient&#39;s Name 4" in said and "0010,1040 2" in said
    assert "a.dcm 1 2" in said and "patients 1" in said
    assert "2 files were searched" in said and "Pixels were read." in said


def test_doubt_and_what_was_left_out_are_listed_with_their_reasons() -> None:
    files = [
        file_of("a.dcm"),
        file_of("q.dcm", "quarantined", reasons=["kind-with-text", "text-left"]),
        file_of("", "left-out", label="file-9.txt", reasons=["not-dicom"]),
    ]
    said = words_of(deidentification_html(document(files), {}))
    assert "q.dcm kind-with-text, text-left" in said and "file-9.txt not-dicom" in said
    assert "in quarantine 1" in said and "left out 1" in said


def test_a_leak_stands_first_and_in_place_of_the_all_clear() -> None:
    leaks = [{"file": "a.dcm", "tag": "0020,4000", "kind": "word"}]
    said = words_of(deidentification_html(document([file_of("a.dcm")], leaks), {}))
    assert "a.dcm: a word in 0020,4000" in said and "none was found" not in said


def test_thousands_of_files_are_told_and_not_all_listed() -> None:
    files = [file_of(f"{at}.dcm") for at in range(MOST_FILES + 5)]
    page = deidentification_html(document(files), {})
    assert f"{MOST_FILES - 1}.dcm" in page and f">{MOST_FILES}.dcm" not in page
    assert "the first 2,000" in page and "2,005" in page


def test_text_is_escaped_and_the_page_needs_no_network() -> None:
    page = deidentification_html(document([file_of("<script>.dcm")]), {})
    assert "<script>" not in page and "http" not in re.sub(r"http-equiv", "", page)
