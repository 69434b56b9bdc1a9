"""``condyle deidentify``: instances without their patients, and a check that they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condyle.cli.progress import shown_progress
from condyle.errors import UsageError

if TYPE_CHECKING:
    from condyle.workflows.deidentification.check import Checked
    from condyle.workflows.deidentification.plan import Plan


def deidentify(
    given: Annotated[
        Path | None, typer.Argument(metavar="IN", help="Folder, zip, DICOMDIR or file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Argument(metavar="OUT", help="Folder of what may be given away.")
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="WORDS", help="Options of PS3.15 E, parted by commas.")
    ] = "basic,clean-pixels",
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The project's key; made where there is none."),
    ] = None,
    quarantine: Annotated[
        Path | None, typer.Option(metavar="DIR", help="For what a person has to look at.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="For the report and the journal.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Encrypted table of who is who.")
    ] = None,
    safe_private: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Private attributes that may stay, beside the known."),
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Search this output; change nothing.")
    ] = None,
    against: Annotated[
        list[Path] | None, typer.Option(metavar="IN", help="What it was made from; repeatable.")
    ] = None,
    pixels: Annotated[
        bool, typer.Option(help="Whether a check reads the text in pixels as well.")
    ] = True,
    reidentify: Annotated[
        Path | None, typer.Option(metavar="TABLE", help="Show who is who, as JSON.")
    ] = None,
) -> None:
    """Take the patients' identity out of DICOM files, and check that it is out.

    Follows PS3.15 Annex E. OUT gets files named by new UIDs; what is in doubt goes to
    OUT-quarantine, the report to OUT-report, and who is who, encrypted, beside the key. Run
    again after an interruption, it goes on where it was. Options of --profile, beside basic:
    clean-pixels, clean-recognizable, clean-graphics, clean-structured, clean-descriptors,
    retain-full-dates or retain-modified-dates, retain-patient-characteristics,
    retain-device, retain-institution, retain-uids, retain-safe-private.

    Examples:
      condyle deidentify scans given-away --key keys/project.key
      condyle deidentify scans out --key p.key --profile basic,retain-modified-dates
      condyle deidentify --check out --against scans
      condyle deidentify --reidentify p.key.table --key p.key
    """
    if check is not None:
        _check(check, against or [], pixels=pixels)
    elif reidentify is not None:
        _reidentify(reidentify, key)
    else:
        run_plan(_plan(given, out, key, profile, quarantine, report, table, safe_private))


def _plan(
    given: Path | None,
    out: Path | None,
    key: Path | None,
    profile: str,
    quarantine: Path | None,
    report: Path | None,
    table: Path | None,
    safe_private: Path | None,
) -> Plan:
    from condyle.dicom.deidentify import profile_of
    from condyle.dicom.deidentify.private import known_safe
    from condyle.workflows.deidentification.plan import plan_of, safe_list

    if given is None or out is None or key is None:
        raise UsageError(
            "Nothing was de-identified.",
            found="an input, an output or a key that is not named",
            needed="condyle deidentify IN OUT --key FILE",
            mend="name all three; the key file is made where there is none.",
        )
    safe = known_safe() if safe_private is None else safe_list(safe_private)
    return plan_of(
        (given,),
        out,
        key=key,
        profile=profile_of(profile.split(",")),
        quarantine=quarantine,
        report=report,
        table=table,
        safe_private=safe,
    )


def run_plan(plan: Plan) -> None:
    """De-identifies as planned, and says what came of it."""
    from condyle.datasets.check.text import installed_reader
    from condyle.dicom.deidentify import Option
    from condyle.workflows.deidentify import deidentify as work

    reader = installed_reader() if plan.profile.has(Option.CLEAN_PIXELS) else None
    with shown_progress() as progress:
        done = work(plan, reader=reader, progress=progress)
    counts = done.counts
    print(f"{counts['written']:,} files of {done.patients:,} patients in {plan.out}")
    if counts["quarantined"]:
        print(f"In quarantine, to be looked at: {counts['quarantined']:,} in {plan.quarantine}")
    if counts["left-out"]:
        print(f"Left out: {counts['left-out']:,}")
    for reason, count in sorted(done.reasons.items()):
        print(f"  {reason}: {count:,}")
    _tell(done.checked)
    print(f"Who is who, encrypted: {plan.table}")
    print(f"Report: {done.page}")


def _check(out: Path, against: list[Path], *, pixels: bool) -> None:
    from condyle.datasets.check.text import installed_reader
    from condyle.workflows.deidentify import check, require_clean

    if not against:
        raise UsageError(
            "Nothing was checked.",
            found="no input to check against",
            needed="condyle deidentify --check OUT --against IN",
            mend="name what the output was made from.",
        )
    reader = installed_reader() if pixels else None
    with shown_progress() as progress:
        checked = check(out, against, reader=reader, progress=progress)
    for leak in checked.leaks[:20]:
        print(f"{leak.file}: a {leak.kind} in {leak.tag}")
    require_clean(checked)
    _tell(checked)


def _tell(checked: Checked) -> None:
    print(f"Searched {checked.files:,} files for every identity of the input: none found.")
    if checked.pixels:
        print(checked.pixels)


def _reidentify(table: Path, key: Path | None) -> None:
    from condyle.workflows.deidentify import reidentify

    if key is None:
        raise UsageError(
            "The table was not opened.",
            found="no key file",
            needed="condyle deidentify --reidentify TABLE --key FILE",
            mend="name the project's key file with --key.",
        )
    print(json.dumps(reidentify(table, key), indent=1, ensure_ascii=False, sort_keys=True))
