import pytest

from condyle.domain.reader_study import Reading
from condyle.errors import InputError, UnknownName
from condyle.evaluation.reader_reference import settle


def said(code, *votes):
    """Readings of one case: True, False, or a level that stands for True."""
    readings = []
    for number, vote in enumerate(votes, start=1):
        level = vote if isinstance(vote, str) else ""
        readings.append(
            Reading(f"ref-{number}", 1, "reference", code, bool(vote), 50.0, level=level)
        )
    return readings


def only(readings, rule, decisions=None):
    (found,) = settle(readings, rule=rule, decisions=decisions)
    return found


@pytest.mark.parametrize("rule", ["majority", "consensus"])
@pytest.mark.parametrize("vote", [True, False])
def test_what_all_say_is_the_reference(rule, vote):
    found = only(said("a", vote, vote, vote), rule)
    assert (found.called, found.how) == (vote, "unanimous")
    assert found.votes == {"ref-1": vote, "ref-2": vote, "ref-3": vote}


def test_two_of_three_are_a_majority_and_no_consensus():
    assert only(said("a", True, True, False), "majority").called is True
    assert only(said("a", True, True, False), "majority").how == "majority"
    found = only(said("a", True, True, False), "consensus")
    assert (found.called, found.how) == (None, "open")


def test_a_tie_is_open_under_either_rule():
    for rule in ("majority", "consensus"):
        assert only(said("a", True, False), rule).how == "open"


def test_a_decision_settles_what_was_open_and_nothing_else():
    found = only(said("a", True, False), "majority", {"a": (True, "L4-L5")})
    assert (found.called, found.level, found.how) == (True, "L4-L5", "adjudicated")
    kept = only(said("a", True, True), "majority", {"a": (False, "")})
    assert (kept.called, kept.how) == (True, "unanimous")


def test_the_level_is_settled_among_those_who_called_it():
    found = only(said("a", "L4-L5", "L4-L5", False), "majority")
    assert (found.called, found.level) == (True, "L4-L5")
    assert only(said("a", "L4-L5", "L5-S1"), "majority").how == "open"
    assert only(said("a", "L4-L5", "L4-L5", "L5-S1"), "consensus").how == "open"


def test_cases_come_in_the_order_of_their_codes():
    found = settle(said("b", True) + said("a", False), rule="consensus")
    assert [each.code for each in found] == ["a", "b"]


def test_a_decision_on_a_case_that_nobody_read_is_refused():
    with pytest.raises(InputError, match="1 cases that no reference reader read, such as z"):
        settle(said("a", True), rule="majority", decisions={"z": (True, "")})


def test_an_unknown_rule_names_those_there_are():
    with pytest.raises(UnknownName, match="consensus, majority"):
        settle(said("a", True), rule="loudest")
