"""The reference of a reader study: from a table, the list, or its reference readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from condyle.domain.reader_study import Adjudication
from condyle.errors import InputError
from condyle.evaluation.reader_reference import Decision, Rule, settle
from condyle.workflows.read_reader_sheets import (
    NO,
    YES,
    Sheets,
    read_sheets,
    require_readings,
)
from condyle.workflows.readers.folder import (
    ADJUDICATION,
    KEY,
    REFERENCE,
    ReaderStudy,
    open_reader_study,
    reference_of,
)
from condyle.workflows.readers.spreadsheet import read_lines, write_lines


@dataclass(frozen=True)
class SettledReference:
    """What the reference readers led to.

    Attributes:
        cases: Each case with its votes.
        by: Names of the reference readers.
        rule: When they settle a case between themselves.
        open: Number of cases that wait for an adjudicator.
    """

    cases: tuple[Adjudication, ...]
    by: tuple[str, ...]
    rule: Rule
    open: int


def settle_reference(
    study: ReaderStudy, sheets: Sheets, *, rule: Rule, by: Sequence[str] = ()
) -> SettledReference:
    """Settles the reference and writes ``reference.csv`` and ``adjudication.csv``.

    The second one lists what the readers did not settle, with their calls and empty cells
    for the decision. Once it is filled in, the same call takes the decisions over; what is
    filled in is never lost.

    Args:
        study: Whose reference.
        sheets: What was filled in.
        rule: When the readers settle a case between themselves.
        by: Names of the reference readers; all by default.

    Raises:
        InputError: There are none, one of them is judged as a reader too, or a decision
            cannot be read.
    """
    names = tuple(by) or study.plan.reference_readers
    unknown = [name for name in names if name not in study.plan.reference_readers]
    if not names or unknown:
        raise InputError(
            "The reference cannot be settled.",
            found=f"'{unknown[0]}', who is no reference reader" if unknown else "nobody to set it",
            needed="reference readers of the plan, who read in no arm: "
            + (", ".join(study.plan.reference_readers) or "there are none"),
            mend="plan the study with --reference-readers, or give a table with --reference to "
            "'condyle readers analyse'.",
        )
    readings = sheets.of_reference(names)
    decided = _decisions(study.folder / ADJUDICATION)
    cases = settle(readings, rule=rule, decisions=decided)
    still_open = sum(case.how == "open" for case in cases)
    _write(study.folder, cases, names, decided)
    return SettledReference(cases, names, rule, still_open)


def settle_in_folder(folder: Path, *, rule: Rule, by: Sequence[str] = ()) -> SettledReference:
    """Settles the reference of a study's folder from the sheets of its reference readers.

    Raises:
        InputError: A sheet is wrong or not finished; see ``settle_reference``.
    """
    study = open_reader_study(folder)
    sheets = read_sheets(study, of="reference")
    require_readings(sheets)
    return settle_reference(study, sheets, rule=rule, by=by)


def reference_of_study(
    study: ReaderStudy, table: Path | None = None
) -> tuple[dict[str, Decision], str]:
    """Gives the reference of each code, and where it is from.

    Args:
        study: Whose reference.
        table: A table with columns ``reference`` and ``code``, or ``case`` (and ``unit``);
            by default ``reference.csv`` in the study's folder, then the list's own column.

    Raises:
        InputError: A case has none, or the table does not fit.
    """
    settled = study.folder / REFERENCE
    if table is not None:
        found, source = _from_table(study, table), table.name
    elif settled.exists():
        found, source = _from_table(study, settled), REFERENCE
    else:
        given = [case for case in study.cases if case.reference == case.reference]
        found = {case.code: (case.reference == 1.0, case.level) for case in given}
        source = KEY
    missing = [case.code for case in study.cases if case.code not in found]
    if missing:
        raise InputError(
            "The reader study has no complete reference.",
            found=f"none for {len(missing)} of {len(study.cases)} cases in {source}, "
            f"such as {missing[0]}",
            needed="1 or 0 for every case",
            mend="fill in adjudication.csv and run 'condyle readers reference' again, or give "
            "a table with --reference.",
        )
    return found, source


def _from_table(study: ReaderStudy, path: Path) -> dict[str, Decision]:
    lines = read_lines(path, required=("reference",), optional=None)
    by_case = {(case.case, case.unit): case.code for case in study.cases}
    codes = set(by_case.values())
    found: dict[str, Decision] = {}
    for line in lines:
        cells = line.cells
        code = cells.get("code") or by_case.get((cells.get("case", ""), cells.get("unit", "")), "")
        value = reference_of(path, line.number, cells["reference"])
        if value != value:
            continue
        if code not in codes or code in found:
            raise InputError(
                "The reference cannot be read.",
                found=f"{'a case twice' if code in found else 'an unknown case'} in {path.name}, "
                f"row {line.number}",
                needed="each case of the study once, by 'code', or by 'case' and 'unit'",
                mend="correct the row.",
            )
        found[code] = (value == 1.0, cells.get("level", ""))
    return found


def _decisions(path: Path) -> dict[str, Decision]:
    if not path.exists():
        return {}
    found: dict[str, Decision] = {}
    for line in read_lines(path, required=("code", "decision", "level"), optional=None):
        text = line.cells["decision"].casefold()
        if not text:
            continue
        if text not in YES | NO:
            raise InputError(
                "The adjudication cannot be read.",
                found=f"decision '{line.cells['decision']}' in {path.name}, row {line.number}",
                needed="yes or no, or nothing while it is open",
                mend="correct the cell.",
            )
        found[line.cells["code"]] = (text in YES, line.cells["level"])
    return found


def _write(
    folder: Path,
    cases: Sequence[Adjudication],
    names: Sequence[str],
    decided: Mapping[str, Decision],
) -> None:
    words = {True: "yes", False: "no"}
    disputed = [case for case in cases if case.how == "open" or case.code in decided]
    rows = []
    for case in disputed:
        decision, level = decided.get(case.code, (None, ""))
        said = "" if decision is None else words[decision]
        votes = [words[case.votes[n]] if n in case.votes else "" for n in names]
        rows.append((case.code, *votes, said, level))
    write_lines(folder / ADJUDICATION, ("code", *names, "decision", "level"), rows)
    settled = [
        (case.code, "" if case.called is None else int(case.called), case.level, case.how)
        for case in cases
    ]
    write_lines(folder / REFERENCE, ("code", "reference", "level", "how"), settled)
