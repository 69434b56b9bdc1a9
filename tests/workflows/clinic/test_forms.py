"""Forms of observations: the shipped ones, and how strictly any is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from condyle.errors import BadConfiguration, InputError
from condyle.workflows.clinic.forms.answers import (
    checked_answers,
    definition_bytes,
    definition_from,
    is_plain,
    red_flags,
    shown_answers,
)
from condyle.workflows.clinic.forms.definition import FormDefinition
from condyle.workflows.clinic.forms.reading import (
    MOST_BYTES,
    SHIPPED,
    load_forms,
    parse_form,
    shipped_forms,
)
from condyle.workflows.clinic.forms.units import is_unit, shown_unit

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "define-an-observation-form.md"
FIELDS = """
  - {name: pain, label: {en: Pain}, kind: whole, unit: "{score}", low: 0, high: 10, sided: true}
  - {name: angle, label: {en: Angle}, kind: number, unit: deg, low: -10, high: 90}
  - {name: numb, label: {en: Numb}, kind: yes-no, red_flag: true}
  - name: sign
    label: {en: Sign}
    kind: several
    choices:
    - {code: a, label: {en: First}}
    - {code: b, label: {en: Second}, red_flag: true}
  - {name: day, label: {en: Day}, kind: date}
  - {name: words, label: {en: In words}, kind: text}
"""
FORM = f"""
schema: condyle.form/1
name: own
version: "1"
title: {{en: Own, es: Propio}}
notice: {{en: Ours.}}
sections:
- title: {{en: All}}
  fields:{FIELDS}"""


@pytest.fixture(scope="module")
def own() -> FormDefinition:
    return parse_form(FORM, "own")


def shipped(name: str) -> FormDefinition:
    return next(form for form in shipped_forms() if form.name == name)


def faults(text: str, name: str = "own") -> str:
    with pytest.raises(BadConfiguration) as caught:
        parse_form(text, name)
    return caught.value.found


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("back", "leg-pain back-pain side onset saddle-anaesthesia bladder-change bowel-change"),
        ("back", "power-l2 power-l3 power-l4 power-l5 power-s1 sensation-l5 knee-reflex"),
        ("back", "ankle-reflex straight-leg-raise walking-distance odi-total"),
        ("knee", "lachman pivot-shift mcmurray-medial mcmurray-lateral effusion"),
        ("knee", "ikdc-total koos-total"),
        ("ankle", "anterior-drawer tenderness faam-total faos-total"),
        ("reference", "procedure performed-on acl medial-meniscus herniation-l4-l5 saw-images"),
    ],
)
def test_the_shipped_forms_ask_what_they_promise(name: str, fields: str) -> None:
    assert set(fields.split()) <= {field.name for field in shipped(name).fields}


def test_the_shipped_forms_are_those_that_are_listed() -> None:
    assert [form.name for form in shipped_forms()] == list(SHIPPED)


def test_every_word_of_the_shipped_forms_is_in_english_and_in_spanish() -> None:
    lacking: list[str] = []

    def look(value: Any, place: str) -> None:
        if isinstance(value, dict) and {"en", "es"} & set(value):
            lacking.extend([place] if not (value.get("en") and value.get("es")) else [])
        elif isinstance(value, dict):
            for key, part in value.items():
                look(part, f"{place}.{key}")
        elif isinstance(value, list | tuple):
            for number, part in enumerate(value):
                look(part, f"{place}.{number}")

    for form in shipped_forms():
        look(form.model_dump(), form.name)
    assert not lacking


@pytest.mark.parametrize("name", ["back", "knee", "ankle"])
def test_forms_with_questionnaires_say_that_the_items_are_licensed(name: str) -> None:
    notice = shipped(name).notice
    assert "licensed" in notice.said("en") and "licencia" in notice.said("es")
    totals = [field for field in shipped(name).fields if field.name.endswith("-total")]
    assert totals and all((field.low, field.high) == (0, 100) for field in totals)


def test_red_flags_are_said_to_be_no_triage() -> None:
    back = shipped("back")
    flags = {field.name for field in back.fields if field.may_be_red_flag}
    assert {"saddle-anaesthesia", "bladder-change", "bowel-change"} <= flags
    assert "no triage" in back.notice.said("en") and "ni son un triaje" in back.notice.said("es")


def test_each_form_is_kept_as_bytes_and_comes_back_the_same() -> None:
    for form in shipped_forms():
        assert definition_from(definition_bytes(form)) == form
        assert definition_bytes(definition_from(definition_bytes(form))) == definition_bytes(form)


def test_the_words_of_one_language_stand_in_for_the_other(own: FormDefinition) -> None:
    assert (own.title.said("es"), own.notice.said("es")) == ("Propio", "Ours.")


def test_every_error_of_a_form_is_told_with_its_place() -> None:
    values = yaml.safe_load(FORM)
    values["colour"] = "red"
    del values["version"]
    fields = values["sections"][0]["fields"]
    fields[0]["unit"] = "points"
    fields[1]["low"] = "0"
    fields[3]["choices"][0]["code"] = "A b"
    told = faults(yaml.safe_dump(values))
    for place in (
        "colour: Extra inputs",
        "version: Field required",
        "sections.0.fields.0.unit: Value error, needs a unit in UCUM",
        "sections.0.fields.1.low",
        "sections.0.fields.3.choices.0.code",
    ):
        assert place in told


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("kind: number", "a number needs unit, low and high"),
        ("kind: number, unit: m, low: 5, high: 5", "low must be less than high"),
        ("kind: number, unit: m, low: 0, high: .inf", "neither infinite"),
        ("kind: whole, unit: m, low: 0, high: 2.5", "must be whole"),
        ("kind: text, unit: m", "are for kinds 'number' and 'whole'"),
        ("kind: choice", "kind 'choice' needs choices"),
        ("kind: date, choices: [{code: a, label: {en: A}}]", "choices are for kinds"),
        ("kind: text, red_flag: true", "red_flag of a field is for kind 'yes-no'"),
        ("kind: yes-no, sided: 1", "Input should be a valid boolean"),
        ("kind: colour", "Input should be 'number'"),
        (
            "kind: choice, choices: [{code: a, label: {en: A}}, {code: a, label: {en: B}}]",
            "choices named twice: a",
        ),
    ],
)
def test_a_field_that_contradicts_itself_is_refused(field: str, said: str) -> None:
    head = FORM.partition("  fields:")[0]
    assert said in faults(head + f"  fields: [{{name: x, label: {{en: X}}, {field}}}]\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FORM.replace("name: own", "name: other"), "not the file's name"),
        (FORM.replace("name: angle", "name: pain"), "fields named twice: pain"),
        (FORM.replace('version: "1"', 'version: "1"\nversion: "2"'), "the key 'version' twice"),
        (FORM.replace("{en: Ours.}", "{}"), "needs words in 'en' or 'es'"),
        (FORM.replace("condyle.form/1", "condyle.form/2"), "schema: Input should be"),
        ("a: &x [1]\nb: *x", "an alias"),
        ("a: [1", "line 1: "),
        ("- 1", "no fields at all"),
        ("", "no fields at all"),
        ("!!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("[" * 5000, "text that is not YAML"),
    ],
)
def test_a_file_that_is_no_form_is_refused(text: str, said: str) -> None:
    assert said in faults(text)


def test_free_text_keeps_its_name() -> None:
    assert "name of free text" in faults(FORM.replace("name: own", "name: note"), "note")


def test_an_own_form_joins_the_shipped_ones_or_takes_the_place_of_one(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(FORM, "utf-8")
    (tmp_path / "knee.yaml").write_text(FORM.replace("name: own", "name: knee"), "utf-8")
    (tmp_path / "readme.txt").write_text("not a form", "utf-8")
    forms = load_forms(tmp_path)
    assert [form.name for form in forms.forms] == [*SHIPPED, "own"]
    knee = forms.named("knee")
    assert knee is not None and knee.title.said("en") == "Own"
    assert forms.named("hip") is None and not forms.broken


def test_each_broken_file_is_told_and_left_out_with_the_form_it_was_to_replace(
    tmp_path: Path,
) -> None:
    (tmp_path / "back.yaml").write_text("name: back", "utf-8")
    (tmp_path / "latin.yaml").write_bytes("title: Exploración".encode("latin-1"))
    (tmp_path / "large.yaml").write_bytes(b"#" * (MOST_BYTES + 1))
    (tmp_path / "folder.yaml").mkdir()
    forms = load_forms(tmp_path)
    assert [form.name for form in forms.forms] == ["knee", "ankle", "reference"]
    told = [str(error) for error in forms.broken]
    assert [re.findall("form '(.+)'", text)[0] for text in told] == [
        "back",
        "folder",
        "large",
        "latin",
    ]
    assert "UTF-8" in told[3] and "256 KiB" in told[2]


def test_where_there_is_no_folder_there_are_the_shipped_forms(tmp_path: Path) -> None:
    assert load_forms(tmp_path / "none").forms == shipped_forms()


def test_the_example_of_the_guide_is_a_form() -> None:
    (text,) = re.findall(r"```yaml\n(.+?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    form = parse_form(text, "shoulder")
    assert {field.kind for field in form.fields} >= {"number", "whole", "choice", "yes-no"}
    assert any(field.sided for field in form.fields)


@pytest.mark.parametrize("kind", ["number", "whole", "choice", "several", "yes-no", "text", "date"])
def test_the_guide_explains_every_kind(kind: str) -> None:
    assert f"| `{kind}` |" in GUIDE.read_text("utf-8")


@pytest.mark.parametrize(
    "unit", ["deg", "m", "mm", "cm", "%", "wk", "min", "kg/m2", "N.m", "{score}", "mm[Hg]", "/min"]
)
def test_units_of_ucum_are_known(unit: str) -> None:
    assert is_unit(unit)


@pytest.mark.parametrize(
    "unit", ["", "degrees", "metres", "m m", "{", "{a b}", "kg/", "//m", "°", "N m"]
)
def test_what_is_no_unit_is_refused(unit: str) -> None:
    assert not is_unit(unit)


def test_units_are_shown_as_people_write_them() -> None:
    shown = [shown_unit(unit) for unit in ("deg", "m", "%", "{score}", "Cel", None)]
    assert shown == ["°", " m", " %", "", " °C", ""]


def test_answers_that_fit_are_kept_in_the_order_of_the_form(own: FormDefinition) -> None:
    given = {
        "words": "ok\nthen",
        "day": "2030-01-31",
        "sign": ["b", "a"],
        "numb": False,
        "angle": 12.5,
        "pain.right": 3.0,
        "pain.left": 10,
    }
    kept = checked_answers(own, given)
    assert list(kept) == ["pain.left", "pain.right", "angle", "numb", "sign", "day", "words"]
    assert kept["sign"] == ["a", "b"]
    assert kept["pain.right"] == 3 and isinstance(kept["pain.right"], int)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pain", 3),
        ("pain.both", 3),
        ("pain.left", 11),
        ("pain.left", -1),
        ("pain.left", 2.5),
        ("pain.left", True),
        ("pain.left", "3"),
        ("angle", 10**400),
        ("angle", float("nan")),
        ("angle", float("inf")),
        ("angle", 90.01),
        ("numb", 1),
        ("numb", "yes"),
        ("sign", "a"),
        ("sign", []),
        ("sign", ["c"]),
        ("sign", ["a", "a"]),
        ("sign", [["a"]]),
        ("day", "31.01.2030"),
        ("day", 20300131),
        ("words", ""),
        ("words", "x" * 2001),
        ("words", "a\x00"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(key: str, value: Any, own: FormDefinition) -> None:
    with pytest.raises(InputError) as caught:
        checked_answers(own, {key: value})
    assert key in caught.value.found


@pytest.mark.parametrize("value", [0, 10])
def test_the_ends_of_a_range_belong_to_it(value: int, own: FormDefinition) -> None:
    assert checked_answers(own, {"pain.left": value}) == {"pain.left": value}


def test_answers_are_shown_with_their_units(own: FormDefinition) -> None:
    values = {"pain.left": 4, "angle": -2.5, "numb": True, "sign": ["a", "b"], "words": "w"}
    assert shown_answers(own, values, "en") == [
        ("Pain (left)", "4 / 10"),
        ("Angle", "-2.5°"),
        ("Numb", "yes"),
        ("Sign", "First, Second"),
        ("In words", "w"),
    ]
    assert shown_answers(own, values, "es")[1:3] == [("Angle", "-2,5°"), ("Numb", "sí")]


def test_only_answers_that_are_red_flags_are_shown_as_such(own: FormDefinition) -> None:
    assert red_flags(own, {"numb": True, "sign": ["a", "b"]}, "en") == ["Numb", "Sign: Second"]
    assert red_flags(own, {"numb": False, "sign": ["a"]}, "en") == []
    assert red_flags(own, {}, "en") == []


def test_control_characters_are_no_plain_text() -> None:
    assert is_plain("two\nlines\tñ")
    assert not is_plain("a\x1b[31m") and not is_plain("a\ud800")
