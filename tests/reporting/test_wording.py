"""The catalogue: two languages that say the same, and every code that the source emits."""

import ast
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import condyle
from condyle.domain import anatomy
from condyle.domain.messages import Message
from condyle.errors import UnknownName
from condyle.reporting.wording import LANGUAGES, catalogue, params_of, word

SOURCE = Path(condyle.__file__).parent


def first_arguments(tree: ast.AST) -> list[ast.expr]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "Message"]
    return [arg for call in named for arg in (call.args[:1] or [k.value for k in call.keywords])]


def constants(node: ast.AST) -> set[str]:
    return {
        n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def emitted_codes() -> set[str]:
    """Codes written as text in a call of Message, or in a conditional inside one."""
    codes = set()
    for path in SOURCE.rglob("*.py"):
        for argument in first_arguments(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(argument, ast.Constant | ast.IfExp):
                codes |= constants(
                    argument
                    if isinstance(argument, ast.Constant)
                    else ast.Tuple([argument.body, argument.orelse], ast.Load())
                )
    return codes


def emitted_prefixes() -> set[str]:
    prefixes = set()
    for path in SOURCE.rglob("*.py"):
        for argument in first_arguments(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
                prefixes.add(argument.values[0].value)
    return prefixes


def test_every_code_that_the_source_emits_has_its_wording():
    assert emitted_codes() - set(catalogue("en").messages) == set()


def test_every_family_of_codes_that_the_source_emits_has_its_wordings():
    known = catalogue("en").messages
    assert not [p for p in emitted_prefixes() if not any(c.startswith(p) for c in known)]


@pytest.mark.parametrize("part", ["messages", "terms", "labels", "paragraph"])
def test_both_languages_hold_the_same_keys_with_the_same_parameters(part):
    english, spanish = getattr(catalogue("en"), part), getattr(catalogue("es"), part)
    assert list(english) == list(spanish)
    for key, sentence in english.items():
        assert set(params_of(sentence)) == set(params_of(spanish[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wording_is_text_without_stray_space(language):
    words = catalogue(language)
    for part in (words.messages, words.terms, words.labels, words.paragraph):
        for key, sentence in part.items():
            assert isinstance(key, str)
            assert isinstance(sentence, str), key
            assert sentence, key
            assert sentence == " ".join(sentence.split()), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wording_prints_in_the_pdfs_latin_1_font(language):
    words = catalogue(language)
    for part in (words.messages, words.terms, words.labels, words.paragraph):
        for sentence in part.values():
            sentence.encode("latin-1")


def test_every_finding_and_structure_of_a_site_has_its_term():
    terms = catalogue("en").terms
    assert set(anatomy.FINDINGS) <= set(terms)
    assert set(anatomy.LABELS.values()) <= set(terms)
    for name in anatomy.NOT_ASSESSED:
        assert f"not-assessed-{name}" in catalogue("en").messages


def test_every_exclusion_of_a_shipped_recipe_has_its_term():
    recipes = sorted((SOURCE / "recipes").glob("*.yaml"))
    excluded = {
        code
        for path in recipes
        for code in yaml.safe_load(path.read_text(encoding="utf-8")).get("exclusions", ())
    }
    assert excluded - set(catalogue("en").terms) == set()


def test_the_count_of_levels_is_worded_as_an_assumption_to_confirm():
    said = word(Message("counted-from-last-disc"))
    assert said == (
        "Levels are counted from the last well-formed disc, assuming five lumbar vertebrae; "
        "confirm before any intervention."
    )


def test_parameters_are_filled_in():
    message = Message("series-disagree", {"t1_count": 6, "t2_count": 7})
    assert "T1: 6, T2: 7" in word(message)
    assert "T1: 6, T2: 7" in word(message, "es")


def test_a_parameter_that_is_a_term_is_translated_but_a_file_keeps_its_name():
    conflict = {"timing": "pd", "description": "t1"}
    assert "densidad protónica" in word(Message("weighting-conflict", conflict), "es")
    assert word(Message("orientation-unknown", {"file": "stir"})).startswith("stir ")


def test_spanish_numbers_have_a_decimal_comma():
    params = {"least_mm": 3.5, "most_mm": 4.25}
    assert "3,50 a 4,25 mm" in word(Message("uneven-spacing", params), "es")
    assert "3.50 to 4.25 mm" in word(Message("uneven-spacing", params), "en")


def test_a_code_without_wording_is_shown_as_it_is_and_never_hidden():
    assert word(Message("brand-new", {"count": 3, "a": "b"})) == "brand-new (a: b, count: 3)"
    assert word(Message("brand-new")) == "brand-new"


def test_a_message_that_lacks_a_parameter_is_shown_as_it_is():
    assert word(Message("series-disagree", {"t1_count": 6})) == "series-disagree (t1_count: 6)"


def test_an_unknown_language_is_refused_with_the_ones_that_exist():
    with pytest.raises(UnknownName) as caught:
        word(Message("stir"), "fr")
    assert "en, es" in caught.value.needed


@given(st.text(max_size=40))
def test_no_parameter_breaks_the_wording(found):
    assert word(Message("wrong-body-part", {"found": found})).startswith("The header names")


def test_parameters_are_listed_once_in_order_of_use():
    assert params_of("{b} {a} {b} {{c}}") == ("b", "a")
