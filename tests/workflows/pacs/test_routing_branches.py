"""Each field of a rule is looked at, each way of choosing adds up, and each reason names both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.errors import BadConfiguration
from condyle.workflows.pacs.configuration import parse_configuration
from condyle.workflows.pacs.route_study import read_routing, routing_file
from condyle.workflows.pacs.routing import (
    Decision,
    Routing,
    Rule,
    RuleOutcome,
    SeriesFeatures,
    StudyFeatures,
    Then,
    When,
    route,
)

SPINE = StudyFeatures(
    "SCANNER_1",
    "pacs",
    "MR lumbar spine",
    "lumbar-spine",
    (SeriesFeatures("MR", "T2 sag", "LSPINE"), SeriesFeatures("MR", "T1 ax", "PELVIS")),
)
NAME = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,5}", fullmatch=True)
THEN = st.builds(
    Then,
    bundles=st.one_of(st.sampled_from(["all", "none"]), st.lists(NAME, max_size=3)),
    forward=st.lists(NAME, max_size=3),
    stop=st.booleans(),
)


def decided(*rules: str, study: StudyFeatures = SPINE) -> Decision:
    text = "rules: [" + ", ".join(f"{{name: r{at}, {one}}}" for at, one in enumerate(rules)) + "]"
    return route(parse_configuration(text, Routing, kind="rules", name="r.yaml"), study)


def outcome(when: str, study: StudyFeatures = SPINE) -> RuleOutcome:
    (told,) = decided(f"when: {{{when}}}, then: {{stop: true}}", study=study).rules
    return told


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("calling: ['scanner_?']", "calling 'SCANNER_1' is 'scanner_?'"),
        ("source: [upload, pacs]", "source 'pacs' is 'pacs'"),
        ("description: ['*spine']", "description 'MR lumbar spine' is '*spine'"),
        ("anatomy: [lumbar-*]", "anatomy 'lumbar-spine' is 'lumbar-*'"),
        ("modality: [mr]", "a series whose modality 'MR' is 'mr'"),
        ("series_description: ['T1*']", "a series whose description 'T1 ax' is 'T1*'"),
        ("body_part: [PELVIS]", "a series whose body_part 'PELVIS' is 'PELVIS'"),
    ],
)
def test_a_field_that_is_met_says_what_was_found_and_which_pattern_it_is(
    when: str, reason: str
) -> None:
    assert outcome(when) == RuleOutcome("r0", True, reason)


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("calling: [A, B]", "calling is 'SCANNER_1', not 'A' or 'B'"),
        ("source: [upload]", "source is 'pacs', not 'upload'"),
        ("description: [spine]", "description is 'MR lumbar spine', not 'spine'"),
        ("anatomy: [knee]", "anatomy is 'lumbar-spine', not 'knee'"),
        ("modality: [CT, CR]", "none of 2 series whose modality is 'CT' or 'CR'"),
        ("series_description: [T3]", "none of 2 series whose description is 'T3'"),
        ("body_part: [KNEE]", "none of 2 series whose body_part is 'KNEE'"),
    ],
)
def test_a_field_that_is_not_met_says_what_was_found_instead(when: str, reason: str) -> None:
    assert outcome(when) == RuleOutcome("r0", False, reason)


def test_a_rule_without_conditions_is_for_every_study_even_an_empty_one() -> None:
    nothing = StudyFeatures("", "", "", "", ())

    assert outcome("", nothing) == RuleOutcome("r0", True, "it is for every study")


def test_a_study_without_series_meets_nothing_that_is_asked_of_series() -> None:
    told = outcome("modality: ['*']", replace(SPINE, series=()))

    assert told == RuleOutcome("r0", False, "none of 0 series whose modality is '*'")


def test_what_is_asked_of_the_study_comes_before_what_is_asked_of_its_series() -> None:
    told = outcome("modality: [CT], calling: [A]")
    both = outcome("modality: [MR], series_description: ['T1*'], calling: ['*']")

    assert told.reason.startswith("calling is")
    assert both.reason == (
        "calling 'SCANNER_1' is '*'; "
        "a series whose modality 'MR' is 'MR', description 'T1 ax' is 'T1*'"
    )


@pytest.mark.parametrize(
    ("thens", "bundles"),
    [
        (["bundles: none", "bundles: [a]"], ("a",)),
        (["bundles: [a]", "bundles: none"], ()),
        (["bundles: [a]", "bundles: all"], None),
        (["bundles: all", "bundles: [a]"], None),
        (["bundles: all", "bundles: none"], ()),
        (["bundles: all", "bundles: none", "bundles: [b, a]"], ("b", "a")),
        (["bundles: [a, b]", "bundles: [b, c]"], ("a", "b", "c")),
        (["bundles: []"], ()),
        (["stop: true", "bundles: none"], None),
        (["forward: [x]", "bundles: [a]"], ("a",)),
    ],
)
def test_bundles_of_rules_after_each_other_add_up_in_their_order(
    thens: list[str], bundles: tuple[str, ...] | None
) -> None:
    assert decided(*(f"then: {{{one}}}" for one in thens)).bundles == bundles


def test_a_rule_that_does_not_match_neither_chooses_forwards_nor_stops() -> None:
    decision = decided(
        "when: {source: [upload]}, then: {bundles: none, forward: [x], stop: true}",
        "then: {forward: [y, z, y]}",
    )

    assert (decision.bundles, decision.forward) == (None, ("y", "z"))
    assert [one.matched for one in decision.rules] == [False, True]


@settings(max_examples=40)
@given(st.lists(THEN, max_size=6))
def test_every_rule_has_an_outcome_and_nothing_is_chosen_twice(thens: list[Then]) -> None:
    rules = [Rule(name=f"r{at}", then=then) for at, then in enumerate(thens)]
    decision = route(Routing(rules=rules), SPINE)
    stops = next((at for at, then in enumerate(thens) if then.stop), len(thens))

    assert [one.name for one in decision.rules] == [rule.name for rule in rules]
    assert [one.matched for one in decision.rules] == [
        True if at <= stops else None for at in range(len(thens))
    ]
    assert len(set(decision.forward)) == len(decision.forward)
    assert set(decision.forward) == {one for then in thens[: stops + 1] for one in then.forward}
    assert decision.bundles is None or len(set(decision.bundles)) == len(decision.bundles)


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_characters="*?"), min_size=1, max_size=20))
def test_a_pattern_without_stars_is_met_by_itself_in_any_case(text: str) -> None:
    rule = Rule(name="a", when=When(description=[text]), then=Then(stop=True))

    (told,) = route(Routing(rules=[rule]), replace(SPINE, description=text)).rules

    assert told.matched is True


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("name: '', then: {stop: true}", "rules.0.name"),
        (f"name: {'x' * 81}, then: {{stop: true}}", "rules.0.name"),
        ("name: a", "rules.0.then"),
        ("name: a, then: {stop: 1}", "rules.0.then.stop"),
        ("name: a, then: {stop: false}", "rules.0.then"),
        ("name: a, then: {bundles: [Knee]}", "rules.0.then.bundles"),
        ("name: a, then: {forward: pacs}", "rules.0.then.forward"),
        ("name: a, then: {forward: ['../x']}", "rules.0.then.forward.0"),
        (f"name: a, then: {{forward: [{', '.join(f'p{n}' for n in range(21))}]}}", "then.forward"),
        ("name: a, when: {calling: []}, then: {stop: true}", "rules.0.when.calling"),
        (f"name: a, when: {{source: [{'x' * 129}]}}, then: {{stop: true}}", "when.source.0"),
        ("name: a, when: {patient: [x]}, then: {stop: true}", "rules.0.when.patient"),
    ],
)
def test_a_field_of_a_rule_that_does_not_fit_is_told_with_its_place(rule: str, place: str) -> None:
    with pytest.raises(BadConfiguration) as error:
        parse_configuration(f"rules: [{{{rule}}}]", Routing, kind="rules", name="r.yaml")

    assert place in error.value.found


def test_more_rules_than_anybody_could_follow_are_refused() -> None:
    rules = ", ".join(f"{{name: r{n}, then: {{stop: true}}}}" for n in range(201))

    with pytest.raises(BadConfiguration, match="200"):
        parse_configuration(f"rules: [{rules}]", Routing, kind="rules", name="r.yaml")


def test_peers_are_not_looked_up_where_nobody_knows_them_but_bundles_are(tmp_path: Path) -> None:
    routing_file(tmp_path).write_text(
        "rules: [{name: a, then: {bundles: [lumbar-grading], forward: [anywhere]}}]"
    )

    routing = read_routing(routing_file(tmp_path))

    assert routing is not None
    assert routing.rules[0].then.forward == ["anywhere"]
    with pytest.raises(BadConfiguration) as error:
        read_routing(routing_file(tmp_path), {})
    assert error.value.found == "rules.0.then.forward: no peer 'anywhere'"
