"""``condyle pacs explain`` and ``outbox``: what routing does with a study, and what waits to go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condyle.cli.extras import need
from condyle.cli.pacs_peers import PeersFile, own_folder

if TYPE_CHECKING:
    from condyle.archive.archive import Archive
    from condyle.workflows.pacs.routing import Decision, StudyFeatures

_TOLD = 20


def explain(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="A folder, or the number or UID of a study.")
    ],
    *,
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The rules; CONDYLE_HOME/routing.yaml.")
    ] = None,
    calling: Annotated[
        str | None, typer.Option(metavar="AE", help="As if this AE title had sent it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    peers: PeersFile = None,
) -> None:
    """Show which routing rules match a study, why, and what is done with it. Does nothing.

    Examples:
      condyle pacs explain study --calling SCANNER
      condyle pacs explain 17
    """
    need("pacs", "Explaining the routing")
    from condyle.workflows.pacs.peers import FILE, read_peers
    from condyle.workflows.pacs.route_study import read_routing, routing_file
    from condyle.workflows.pacs.routing import route

    folder = own_folder() if rules is None or peers is None else None
    file = rules if rules is not None or folder is None else routing_file(folder)
    listed = peers if peers is not None or folder is None else folder / FILE
    known = read_peers(listed) if listed is not None and listed.is_file() else {}
    routing = None if file is None else read_routing(file, known)
    decision = route(routing, _features(study, calling))
    if as_json:
        print(json.dumps(asdict(decision), indent=1))
        return
    _tell(decision, with_rules=routing is not None)


def outbox(
    *,
    send: Annotated[
        bool, typer.Option("--send", help="Send what is due now; the clinic does it by itself.")
    ] = False,
    peers: PeersFile = None,
) -> None:
    """Show what waits to go to each peer, what went, and what was refused or not made.

    Examples:
      condyle pacs outbox
      condyle pacs outbox --send
    """
    need("pacs", "Sending to other systems")
    need("clinic", "Reading the clinic's outbox")
    from condyle.archive.outgoing import counts_of
    from condyle.archive.results_out import count_due, refused_results
    from condyle.workflows.pacs.outbox import deliver, refused
    from condyle.workflows.pacs.peers import FILE, read_peers
    from condyle.workflows.pacs.signed_results import put_signed

    with _opened() as archive:
        if send:
            known = read_peers(peers or own_folder() / FILE)
            put_signed(archive, own_folder(), organization=_organization())
            count = 0
            while went := deliver(archive, known):
                count += went
            print(f"{count} sent.")
        with archive.database.read() as session:
            counts = counts_of(session)
            due, not_made = count_due(session), refused_results(session)
        for peer in sorted({one for one, _ in counts}):
            waiting = counts.get((peer, "waiting"), 0) + counts.get((peer, "sending"), 0)
            stored, no = (counts.get((peer, state), 0) for state in ("stored", "refused"))
            gone = counts.get((peer, "withdrawn"), 0)
            more = f", {gone} withdrawn" if gone else ""
            print(f"{peer}: {waiting} wait, {stored} stored, {no} refused{more}.")
        for peer, uid, said in refused(archive)[:_TOLD]:
            print(f"Refused by '{peer}': {uid}: {said}.")
        for study, said in not_made[:_TOLD]:
            print(f"Results of study {study} do not go out: {said}.")
        if due:
            print(f"Signed, and not made yet: {due}.")
        if not counts and not due:
            print("Nothing waits.")


def _organization() -> str:
    from condyle.service.settings import load_settings

    return load_settings().organization


def _features(study: str, calling: str | None) -> StudyFeatures:
    from condyle.errors import NothingReadable
    from condyle.workflows.pacs.route_study import features_of, features_of_path, study_named

    if Path(study).exists():
        return features_of_path(Path(study), calling or "")
    need("clinic", "Explaining a study of the archive")
    with _opened() as archive, archive.database.read() as session:
        number = study_named(session, study)
        if number is None:
            raise NothingReadable(
                "The study was not explained.",
                found="no such path, and no such study in the archive",
                needed="a folder, or the number or Study Instance UID of a study",
                mend="look at the worklist for its number.",
            )
        return features_of(session, number, calling)


def _tell(decision: Decision, *, with_rules: bool) -> None:
    marks = {True: "matches", False: "does not match", None: "not looked at"}
    if not with_rules:
        print("There are no rules.")
    for rule in decision.rules:
        print(f"{rule.name}: {marks[rule.matched]}: {rule.reason}.")
    if decision.bundles is None:
        print("Read by: every bundle that is enabled and fits.")
    else:
        print(f"Read by: {', '.join(decision.bundles) or 'no bundle'}.")
    print(f"Forwarded to: {', '.join(decision.forward) or 'nobody'}.")
    for peer, kinds in decision.results.items():
        print(f"Once a report is signed: {', '.join(kinds)} to {peer}.")
    if not decision.results:
        print("Once a report is signed: nothing goes out by itself.")


@contextmanager
def _opened() -> Iterator[Archive]:
    from condyle.service.opening import open_archive
    from condyle.service.settings import load_settings

    archive = open_archive(load_settings())
    try:
        yield archive
    finally:
        archive.database.close()
