"""What is to be de-identified, how, and where everything goes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from condyle.dicom.deidentify import Profile, Project
from condyle.dicom.deidentify.private import SafePrivate, known_safe, read_safe
from condyle.errors import InputError, UsageError
from condyle.workflows.deidentification.table import is_table


@dataclass(frozen=True)
class Plan:
    """A run.

    Attributes:
        given: What the user named.
        out: Folder of what may be given away.
        key: The project's key file, made where there is none.
        profile: The basic profile with its options.
        quarantine: Folder of what a person has to look at.
        report: Folder of the report and the journal.
        table: The encrypted table of who is who.
        safe_private: Private attributes that may stay, with the option for them.
    """

    given: tuple[Path, ...]
    out: Path
    key: Path
    profile: Profile
    quarantine: Path
    report: Path
    table: Path
    safe_private: SafePrivate = field(default_factory=known_safe)

    def settings(self, project: Project) -> str:
        """Gives what tells runs apart whose outputs may not be mixed; holds no secret."""
        words = sorted(option.value for option in self.profile.options)
        words += [
            f"{group:04x} {creator} {element:02x}"
            for group, creator, element in sorted(self.safe_private)
        ]
        return project.mark(hashlib.sha256("\n".join(words).encode()).hexdigest())


def plan_of(
    given: tuple[Path, ...],
    out: Path,
    *,
    key: Path,
    profile: Profile,
    quarantine: Path | None = None,
    report: Path | None = None,
    table: Path | None = None,
    safe_private: SafePrivate | None = None,
) -> Plan:
    """Makes a plan; quarantine and report lie beside the output, the table beside the key.

    Raises:
        UsageError: The key, the table, the quarantine or the report would lie in what is
            given away, the output in the input, or the table over another file.
    """
    whole = out.resolve()
    plan = Plan(
        given,
        out,
        key,
        profile,
        quarantine or whole.with_name(f"{whole.name}-quarantine"),
        report or whole.with_name(f"{whole.name}-report"),
        table or key.with_name(f"{key.name}.table"),
        known_safe() if safe_private is None else safe_private,
    )
    for what, path in (
        ("the key", plan.key),
        ("the table", plan.table),
        ("the quarantine", plan.quarantine),
        ("the report", plan.report),
    ):
        _require_apart(what, path, "the output", plan.out)
    for source in given:
        _require_apart("the output", plan.out, "the input", source)
        _require_apart("the input", source, "the output", plan.out)
        _require_apart("the quarantine", plan.quarantine, "the input", source)
    _require_room_for_table(plan)
    return plan


def safe_list(path: Path) -> SafePrivate:
    """Gives the private attributes that may stay: the known ones, and those of a file.

    Raises:
        InputError: The file cannot be read.
        BadConfiguration: It is no list of private attributes.
    """
    try:
        return known_safe() | read_safe(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "The list of safe private attributes was not read.",
            found="no text file that can be read",
            needed="a CSV file in UTF-8",
            mend="check the path given with --safe-private.",
        ) from error


def _require_room_for_table(plan: Plan) -> None:
    """Keeps the table from being written over the key, an image or anything else."""
    is_key = plan.table.resolve() == plan.key.resolve()
    if is_key or (plan.table.exists() and not is_table(plan.table)):
        raise UsageError(
            "Nothing was de-identified.",
            found="another file where the table is to be written",
            needed="a place of its own for the table, or the project's earlier table",
            mend="name another file with --table.",
        )


def _require_apart(what: str, path: Path, within: str, folder: Path) -> None:
    if folder.resolve() in (path.resolve(), *path.resolve().parents):
        raise UsageError(
            "Nothing was de-identified.",
            found=f"{what} inside {within}",
            needed=f"{what} apart from {within}",
            mend="name another place for it.",
        )
