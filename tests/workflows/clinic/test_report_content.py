"""What a signature covers is JSON of one form, and the pages are made of it alone."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import pytest

from condyle.archive.clinical_tables import Addendum, ClinicalReport
from condyle.reporting.clinical.document import SignedBy
from condyle.service.security.actor import Actor
from condyle.service.views.report import signature_of
from condyle.workflows.clinic.report_content import addendum_content, canonical, clinical_of

AT = dt.datetime(2030, 1, 7, 9, tzinfo=dt.UTC)
SIGNATURE = {"user": "ana", "name": "Dr Ana", "at": AT.isoformat()}
EVERYTHING = (
    "patient",
    "identifier",
    "birth-date",
    "sex",
    "study-date",
    "accession",
    "description",
)


def content(**changed: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "language": "en",
        "study": {
            "uid": "1.2",
            "anatomy": "lumbar-spine",
            "accession": "A1",
            "description": "MR\u202e spine",
            "date": "2029-12-24",
        },
        "patient": {
            "name": "Müller^Jürgen",
            "identifier": "P-1",
            "issuer": "",
            "birth_date": "1970-05-04",
            "sex": "M",
        },
        "sections": {"findings": "One."},
        "signature": SIGNATURE,
    }
    return values | changed


def test_the_order_of_keys_and_the_alphabet_change_no_byte() -> None:
    one = content()
    other = dict(reversed(list(one.items())))
    assert canonical(one) == canonical(other)
    assert canonical(one).isascii()
    assert json.loads(canonical(one)) == one


def test_a_number_that_json_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(content(sections={"findings": math.nan}))


@pytest.mark.parametrize("key", ["language", "sections", "patient", "study", "signature"])
def test_any_change_changes_the_hash(key: str) -> None:
    changed = json.loads(canonical(content()))
    if key == "language":
        changed[key] = "es"
    else:
        changed[key] |= {"name": "Else"}
    assert clinical_of(changed).sha256 != clinical_of(content()).sha256


def test_a_draft_has_no_hash_and_no_signature() -> None:
    report = clinical_of(content(signature=None))
    assert (report.sha256, report.signed) == ("", None)


def test_facts_are_in_order_readable_and_named_as_people_write_them() -> None:
    report = clinical_of(content())
    facts = dict(report.facts)
    assert tuple(facts) == EVERYTHING
    assert facts["patient"] == "Müller, Jürgen"
    assert facts["description"] == "MR\ufffd spine"
    assert report.signed == SignedBy("Dr Ana", AT)


def test_facts_that_nobody_states_are_left_out() -> None:
    bare = {**content()["study"], "accession": "", "description": "", "date": None}
    patient = {**content()["patient"], "birth_date": None, "sex": None}
    facts = clinical_of(content(study=bare, patient=patient)).facts
    assert [name for name, _ in facts] == ["patient", "identifier"]


def test_an_addendum_names_the_report_by_its_hash_and_who_adds() -> None:
    actor = Actor(
        user_id=1,
        name="ana",
        full_name="Dr Ana",
        role="clinician",
        language="en",
        must_change=False,
        credential="x",
    )
    assert signature_of(actor, AT) == SIGNATURE
    told = addendum_content(ClinicalReport(id=7, content="f" * 64), "More.", SIGNATURE)
    assert (told["report"], told["report_sha256"], told["text"]) == (7, "f" * 64, "More.")
    assert told["signature"] == SIGNATURE


def test_addenda_come_onto_the_page_without_changing_the_hash() -> None:
    row = Addendum(text="More.", signed_name="Dr Eva", signed_at=AT, content="c" * 64)
    with_one = clinical_of(content(), [row])
    assert with_one.sha256 == clinical_of(content()).sha256
    assert [(one.text, one.signed.name) for one in with_one.additions] == [("More.", "Dr Eva")]
