"""A reference from what several readers said: unanimous, by majority, or adjudicated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from condyle.domain.reader_study import Adjudication, Reading
from condyle.errors import InputError, UnknownName

Rule = Literal["majority", "consensus"]
"""``"majority"``: more than half agree. ``"consensus"``: all agree. What neither settles
is adjudicated."""

Decision = tuple[bool, str]
"""A call and the level of the finding, empty where there is none."""


def settle(
    readings: Sequence[Reading],
    *,
    rule: Rule,
    decisions: Mapping[str, Decision] | None = None,
) -> tuple[Adjudication, ...]:
    """Gives the reference of each case, open where the rule leaves it so.

    A case on whose call the readers agree is still open where they name different levels
    and the rule settles none of them.

    Args:
        readings: Of the reference readers, each case once a reader.
        rule: When the readers settle a case between themselves.
        decisions: What an adjudicator decided, by code; it counts only where the readers
            did not settle the case.

    Raises:
        UnknownName: There is no such rule.
        InputError: A decision is about a case that nobody read.
    """
    if rule not in get_args(Rule):
        raise UnknownName("rule for a reference", rule, get_args(Rule))
    by_code: dict[str, list[Reading]] = {}
    for reading in readings:
        by_code.setdefault(reading.code, []).append(reading)
    decided = dict(decisions or {})
    unknown = sorted(set(decided) - set(by_code))
    if unknown:
        raise InputError(
            "The adjudication cannot be used.",
            found=f"{len(unknown)} cases that no reference reader read, such as {unknown[0]}",
            needed="the codes of the list of disagreements",
            mend="fill in the list that was written, and change no code.",
        )
    return tuple(_settled(code, by_code[code], rule, decided.get(code)) for code in sorted(by_code))


def _settled(
    code: str, readings: Sequence[Reading], rule: Rule, decision: Decision | None
) -> Adjudication:
    votes = {reading.reader: reading.called for reading in readings}
    called = _agreed([str(reading.called) for reading in readings], rule)
    level: str | None = ""
    if called == "True":
        level = _agreed([reading.level for reading in readings if reading.called], rule)
    if called is not None and level is not None:
        alike = len(set(votes.values())) == 1
        how: Literal["unanimous", "majority"] = "unanimous" if alike else "majority"
        return Adjudication(code, votes, called == "True", level, how)
    if decision is not None:
        return Adjudication(code, votes, decision[0], decision[1], "adjudicated")
    return Adjudication(code, votes, None, "", "open")


def _agreed(said: Sequence[str], rule: Rule) -> str | None:
    value, count = Counter(said).most_common(1)[0]
    settled = count == len(said) if rule == "consensus" else 2 * count > len(said)
    return value if settled else None
