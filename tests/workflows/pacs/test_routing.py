"""Rules decide by a pure function, and each says why it matched or did not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from condyle.errors import BadConfiguration
from condyle.workflows.pacs.configuration import parse_configuration
from condyle.workflows.pacs.routing import (
    Decision,
    Routing,
    SeriesFeatures,
    StudyFeatures,
    route,
)

KNEE = StudyFeatures(
    "SCANNER_1",
    "pacs",
    "MR Knee left",
    "knee",
    (SeriesFeatures("MR", "PD [fs] sag", "KNEE"), SeriesFeatures("SR", "Report", "")),
)


def rules(text: str) -> Routing:
    return parse_configuration(text, Routing, kind="routing rules", name="routing.yaml")


def test_without_rules_every_bundle_reads_it_and_nothing_is_forwarded() -> None:
    assert route(None, KNEE) == Decision(None)
    assert route(rules("rules: []"), KNEE) == Decision(None)


def test_kinds_of_results_add_up_by_peer_in_one_order() -> None:
    decision = route(
        rules(
            """
            rules:
              - {name: a, then: {results: {pacs: [sr, seg], far: [pdf]}}}
              - {name: b, when: {anatomy: [knee]}, then: {results: {pacs: [pdf, sr]}}}
              - {name: c, when: {anatomy: [ankle]}, then: {results: {far: [sc]}}}
            """
        ),
        KNEE,
    )
    assert decision.results == {"pacs": ("seg", "sr", "pdf"), "far": ("pdf",)}
    assert (decision.bundles, decision.forward) == (None, ())


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ("{pacs: []}", "results.pacs"),
        ("{pacs: [ko]}", "'seg', 'labelmap', 'sr', 'pdf' or 'sc'"),
        ("{Pacs: [sr]}", "results.Pacs"),
        ("[pacs]", "results"),
    ],
)
def test_results_without_a_kind_or_a_peer_are_refused(results: str, said: str) -> None:
    with pytest.raises(BadConfiguration) as raised:
        rules(f"rules: [{{name: a, then: {{results: {results}}}}}]")
    assert said in raised.value.found


def test_rules_that_match_add_up_and_say_why() -> None:
    decision = route(
        rules(
            """
            rules:
              - name: knees
                when: {anatomy: [knee, ankle], series_description: ["*sag*"], modality: [MR]}
                then: {bundles: [knee-acl]}
              - name: spines
                when: {anatomy: [lumbar-spine]}
                then: {bundles: [lumbar-grading]}
              - name: scanner
                when: {calling: ["SCANNER_*"]}
                then: {bundles: [knee-oa, knee-acl], forward: [research, research]}
            """
        ),
        KNEE,
    )

    assert decision.bundles == ("knee-acl", "knee-oa")
    assert decision.forward == ("research",)
    told = {one.name: (one.matched, one.reason) for one in decision.rules}
    assert told["knees"][0] is True
    assert "'*sag*'" in told["knees"][1] and "'PD [fs] sag'" in told["knees"][1]
    assert told["spines"] == (False, "anatomy is 'knee', not 'lumbar-spine'")
    assert told["scanner"][0] is True


def test_a_rule_that_stops_leaves_the_rest_unlooked_at() -> None:
    decision = route(
        rules(
            """
            rules:
              - {name: a, then: {bundles: none, stop: true}}
              - {name: b, then: {bundles: all}}
            """
        ),
        KNEE,
    )

    assert decision.bundles == ()
    assert [one.matched for one in decision.rules] == [True, None]
    assert "'a'" in decision.rules[1].reason


def test_a_rule_that_only_forwards_leaves_the_reading_as_it_is() -> None:
    decision = route(rules("rules: [{name: a, then: {forward: [x]}}]"), KNEE)

    assert decision.bundles is None
    assert decision.forward == ("x",)


def test_all_after_none_is_all() -> None:
    text = "rules: [{name: a, then: {bundles: none}}, {name: b, then: {bundles: all}}]"

    assert route(rules(text), KNEE).bundles is None


def test_what_is_asked_of_series_must_be_met_by_one_and_the_same() -> None:
    text = """
    rules:
      - name: a
        when: {modality: [SR], series_description: ["*sag*"]}
        then: {bundles: none}
    """

    (outcome,) = route(rules(text), KNEE).rules

    assert outcome.matched is False
    assert "none of 2 series" in outcome.reason


@pytest.mark.parametrize(
    ("pattern", "value", "met"),
    [
        ("knee*", "KNEE left", True),
        ("*[fs]*", "pd [fs] sag", True),
        ("*[fs]*", "pd f sag", False),
        ("?R", "MR", True),
        ("", "", None),
        ("MR", "MR knee", False),
    ],
)
def test_patterns_are_words_with_stars_and_case_does_not_count(
    pattern: str, value: str, met: bool | None
) -> None:
    text = f'rules: [{{name: a, when: {{description: ["{pattern}"]}}, then: {{stop: true}}}}]'
    if met is None:
        with pytest.raises(BadConfiguration):
            rules(text)
        return

    (outcome,) = route(rules(text), replace(KNEE, description=value)).rules

    assert outcome.matched is met


def test_every_fault_is_told_at_once_with_its_place() -> None:
    text = """
    rules:
      - {name: a, then: {}}
      - {name: b, when: {colour: [red]}, then: {bundles: [x]}}
      - {name: c, when: {modality: MR}, then: {bundles: some}}
      - {then: {bundles: all}}
    """

    with pytest.raises(BadConfiguration) as error:
        rules(text)

    for place in ("rules.0.then", "rules.1.when.colour", "rules.2.when.modality",
                  "rules.2.then.bundles", "rules.3.name"):  # fmt: skip
        assert place in error.value.found, place


def test_two_rules_of_one_name_are_refused() -> None:
    text = "rules: [{name: a, then: {stop: true}}, {name: a, then: {stop: true}}]"

    with pytest.raises(BadConfiguration, match="one name"):
        rules(text)


def test_a_bundle_or_peer_that_is_not_there_is_told_with_its_place(tmp_path: Path) -> None:
    from condyle.workflows.pacs.route_study import read_routing

    path = tmp_path / "routing.yaml"
    path.write_text("rules: [{name: a, then: {bundles: [nobodys], forward: [nowhere]}}]")

    with pytest.raises(BadConfiguration) as error:
        read_routing(path, {})

    assert "rules.0.then.bundles" in error.value.found
    assert "rules.0.then.forward" in error.value.found
    assert read_routing(tmp_path / "none.yaml") is None


def test_rules_that_are_a_folder_are_an_error_and_not_taken_for_none(tmp_path: Path) -> None:
    from condyle.workflows.pacs.route_study import read_routing

    (tmp_path / "routing.yaml").mkdir()

    with pytest.raises(BadConfiguration) as error:
        read_routing(tmp_path / "routing.yaml")

    assert "Is a directory" in error.value.found
