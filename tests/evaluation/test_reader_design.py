from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.domain.reader_study import REFERENCE_ARM, presence
from condyle.errors import InputError
from condyle.evaluation.reader_design import (
    blind_codes,
    cross_over,
    reference_sessions,
    with_dates,
)

ARMS = ("without", "with")


def names(kind, count):
    return tuple(f"{kind}-{at}" for at in range(1, count + 1))


def crossed(cases, readers, crossing="sessions", *, arms=ARMS, seed=0):
    return cross_over(
        names("c", cases),
        names("reader", readers),
        arms,
        crossing=crossing,
        rng=np.random.default_rng(seed),
    )


def test_codes_differ_and_their_value_says_nothing_of_their_place():
    codes = blind_codes(400, np.random.default_rng(0))
    assert len(set(codes)) == 400
    assert all(code[0] == "C" and code[1:].isdigit() for code in codes)
    values = np.array([int(code[1:]) for code in codes])
    assert abs(np.corrcoef(np.arange(400), values)[0, 1]) < 0.15


def test_there_are_codes_for_ten_thousand_cases():
    assert len(set(blind_codes(10_000, np.random.default_rng(0)))) == 10_000


@given(
    st.integers(1, 12),
    st.integers(1, 7),
    st.integers(1, 3),
    st.sampled_from(["sessions", "cases"]),
    st.integers(0, 99),
)
def test_every_reader_reads_every_case_once_a_session_and_once_an_arm(
    cases, readers, arms, crossing, seed
):
    codes = names("c", cases)
    sessions = crossed(cases, readers, crossing, arms=names("arm", arms), seed=seed)
    assert len(sessions) == readers * arms
    for session in sessions:
        assert sorted(code for code, _ in session.rows) == sorted(codes)
    seen = Counter((s.reader, code, arm) for s in sessions for code, arm in s.rows)
    assert len(seen) == readers * cases * arms and set(seen.values()) == {1}


def test_each_arm_begins_equally_often():
    for seed in range(5):
        sessions = crossed(4, 8, seed=seed)
        first = [session for session in sessions if session.number == 1]
        assert Counter(session.rows[0][1] for session in first) == {"without": 4, "with": 4}
        assert all(len({arm for _, arm in session.rows}) == 1 for session in sessions)


def test_with_cases_crossed_half_of_each_session_is_read_with_the_model():
    for session in crossed(20, 3, "cases"):
        assert Counter(arm for _, arm in session.rows) == {"without": 10, "with": 10}


def test_orders_differ_between_readers_and_sessions():
    sessions = crossed(30, 3)
    assert len({tuple(code for code, _ in session.rows) for session in sessions}) == 6


def test_reference_readers_read_once_in_no_arm():
    sessions = reference_sessions(names("c", 5), ("ref-1", "ref-2"), np.random.default_rng(0))
    assert [session.reader for session in sessions] == ["ref-1", "ref-2"]
    assert {arm for session in sessions for _, arm in session.rows} == {REFERENCE_ARM}
    assert sorted(code for code, _ in sessions[0].rows) == list(names("c", 5))


def test_the_second_session_begins_after_the_first_and_the_washout():
    sessions = crossed(2, 1)
    dated = with_dates(sessions, date(2030, 1, 7), session_days=14, washout_days=28)
    assert [session.not_before for session in dated] == [date(2030, 1, 7), date(2030, 2, 18)]
    with pytest.raises(InputError, match="washout"):
        with_dates(sessions, date(2030, 1, 7), session_days=14, washout_days=-1)


@pytest.mark.parametrize(
    ("codes", "readers", "arms"),
    [((), ("r",), ARMS), (("a", "a"), ("r",), ARMS), (("a",), (), ARMS), (("a",), ("r",), ())],
)
def test_a_list_with_nothing_or_the_same_twice_is_refused(codes, readers, arms):
    with pytest.raises(InputError, match="planned"):
        cross_over(codes, readers, arms, crossing="sessions", rng=np.random.default_rng(0))


def test_confidence_in_a_call_becomes_confidence_in_the_finding():
    assert presence(True, 80.0, "presence") == 80.0
    assert presence(False, 20.0, "presence") == 20.0
    assert presence(True, 80.0, "call") == 90.0
    assert presence(False, 80.0, "call") == 10.0
    assert presence(True, 0.0, "call") == presence(False, 0.0, "call") == 50.0
