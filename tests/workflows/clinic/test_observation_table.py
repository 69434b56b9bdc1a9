"""How a day's observations come together, and what of answers pseudonyms come with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from condyle.archive.clinical_tables import Observation
from condyle.archive.objects import ObjectStore
from condyle.errors import NotThere, UnknownName
from condyle.service.live.form_shelf import FormShelf
from condyle.service.views.observation import form_entry
from condyle.workflows.clinic.forms.answers import definition_bytes, form_title
from condyle.workflows.clinic.forms.kept import PERSONAL, impersonal, kept_forms
from condyle.workflows.clinic.forms.reading import shipped_forms
from condyle.workflows.clinic.observation_table import COLUMNS, sittings

MONDAY = dt.date(2030, 1, 7)
TUESDAY = dt.date(2030, 1, 8)


def observed(number: int, form: str, day: dt.date = MONDAY) -> Observation:
    return Observation(id=number, form=form, observed_on=day)


def numbers(*rows: Observation) -> list[list[int]]:
    return [[row.id for row in sitting] for sitting in sittings(rows)]


def test_different_forms_of_a_day_are_one_sitting() -> None:
    rows = [observed(1, "back"), observed(2, "knee"), observed(3, "note")]
    assert numbers(*rows) == [[1, 2, 3]]


def test_each_day_is_a_sitting_of_its_own_the_earliest_first() -> None:
    rows = [observed(1, "back", TUESDAY), observed(2, "back"), observed(3, "knee", TUESDAY)]
    assert numbers(*rows) == [[2], [1, 3]]


def test_a_form_that_was_filled_in_again_begins_another_sitting() -> None:
    rows = [
        observed(1, "back"),
        observed(2, "back"),
        observed(3, "knee"),
        observed(4, "back"),
        observed(5, "knee"),
    ]
    assert numbers(*rows) == [[1, 3], [2, 5], [4]]


def test_nothing_observed_is_no_sitting() -> None:
    assert numbers() == []


def test_no_column_is_there_twice() -> None:
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_pseudonyms_come_without_answers_in_words_or_days() -> None:
    reference = next(form for form in shipped_forms() if form.name == "reference")
    personal = {field.name for field in reference.fields if field.kind in PERSONAL}
    assert personal == {"performed-on", "found"}
    kept = impersonal(reference, dict.fromkeys(reference.keys, "x"))
    assert set(kept) == set(reference.keys) - personal


def test_pseudonyms_come_with_all_other_answers() -> None:
    back = shipped_forms()[0]
    values = {"leg-pain": 3, "power-l5.left": 4}
    assert impersonal(back, values) == values


def test_forms_are_found_again_by_their_objects(tmp_path: Path) -> None:
    objects = ObjectStore(tmp_path)
    back, knee = shipped_forms()[:2]
    stored = [objects.put(definition_bytes(form)).sha256 for form in (back, knee)]
    assert kept_forms(objects, [*stored, stored[0]]) == dict(zip(stored, (back, knee), strict=True))
    with pytest.raises(NotThere):
        kept_forms(objects, ["0" * 64])


def test_a_form_stays_as_the_server_read_it_first(tmp_path: Path) -> None:
    shelf = FormShelf()
    before = shelf.forms(tmp_path)
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "back.yaml").write_text("broken", "utf-8")
    assert shelf.forms(tmp_path) is before
    assert FormShelf().forms(tmp_path).named("back") is None
    with pytest.raises(UnknownName, match="no form called 'hip'"):
        shelf.form(tmp_path, "hip")


def test_the_interface_gives_a_form_with_its_ranges_and_units() -> None:
    entry = form_entry(shipped_forms()[0], "en")
    fields = {field.name: field for field in entry.fields}
    raised = fields["straight-leg-raise"]
    assert (raised.kind, raised.unit, raised.low, raised.high) == ("number", "deg", 0, 90)
    assert raised.sided and not raised.red_flag
    assert fields["plantar-response"].red_flag
    assert [choice.code for choice in fields["plantar-response"].choices] == [
        "flexor",
        "extensor",
        "none",
    ]
    assert fields["back-pain"].help.startswith("Numeric rating scale")
    assert fields["power-l2"].section == "Power"


def test_free_text_has_a_title_too() -> None:
    assert [form_title(None, language) for language in ("en", "es")] == ["Note", "Nota"]
