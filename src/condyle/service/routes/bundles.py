"""The bundles of this clinic, and what an administrator decides of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter

from condyle.archive import audit
from condyle.archive.bundle_settings import BundleUse, bundle_use, bundle_uses, decide
from condyle.bundle import Bundle, installed_bundles
from condyle.bundle.store import store_folders
from condyle.errors import UnknownName
from condyle.service.access import Permission
from condyle.service.deps import HasDeps
from condyle.service.schemas.bundles import BundleChange, BundleEntry
from condyle.service.security.actor import Actor, needs
from condyle.workflows.clinic.choose import in_use, versions_of


def routes() -> APIRouter:
    """Gives the calls under ``/bundles``."""
    router = APIRouter(prefix="/bundles", tags=["bundles"])
    router.add_api_route("", list_bundles, methods=["GET"])
    router.add_api_route("/{name}", change_bundle, methods=["PATCH"])
    return router


def list_bundles(
    actor: Annotated[Actor, needs(Permission.SEE_FINDINGS)], deps: HasDeps
) -> list[BundleEntry]:
    """Lists the installed bundles, each in the version that reads studies."""
    installed = installed_bundles(check_files=False)
    with deps.archive.database.read() as session:
        uses = bundle_uses(session)
    names = sorted({bundle.manifest.name for bundle in installed})
    return [_entry(name, installed, uses) for name in names]


def change_bundle(
    name: str,
    change: BundleChange,
    actor: Annotated[Actor, needs(Permission.MANAGE_BUNDLES)],
    deps: HasDeps,
) -> BundleEntry:
    """Enables, disables, silences or pins a bundle; what it found before stays as it is."""
    installed = installed_bundles(check_files=False)
    _check(name, change, installed)
    with deps.archive.database.write() as session:
        before = bundle_use(session, name)
        use = replace(
            before,
            enabled=before.enabled if change.enabled is None else change.enabled,
            silent=before.silent if change.silent is None else change.silent,
            pinned=before.pinned if change.pinned is None else change.pinned or None,
            shown_to_all=(
                before.shown_to_all if change.shown_to_all is None else change.shown_to_all
            ),
        )
        now = decide(session, name, use, by=actor.user_id, at=deps.now())
        act = actor.act(
            deps.now(),
            "bundle.changed",
            subject="bundle",
            subject_id=name,
            enabled=now.enabled,
            silent=now.silent,
            shown_to_all=now.shown_to_all,
            pinned=now.pinned,
        )
        audit.append(session, act)
    return _entry(name, installed, {name: now})


def _check(name: str, change: BundleChange, installed: Sequence[Bundle]) -> None:
    versions = versions_of(name, installed)
    if not versions:
        raise UnknownName("bundle", name, {bundle.manifest.name for bundle in installed})
    if change.pinned and change.pinned not in versions:
        raise UnknownName(f"installed version of '{name}'", change.pinned, versions)


def _entry(name: str, installed: Sequence[Bundle], uses: Mapping[str, BundleUse]) -> BundleEntry:
    use = uses.get(name, BundleUse())
    bundle = in_use(name, installed, use)
    manifest = bundle.manifest
    return BundleEntry(
        name=name,
        version=manifest.version,
        sha256=bundle.sha256,
        anatomy=manifest.input.anatomy,
        summary=manifest.summary,
        intended_use=manifest.intended_use,
        exclusions=list(manifest.exclusions),
        attribution=" ".join(manifest.licence.attribution),
        simulated_training=manifest.training.dataset.simulated,
        shipped=bundle.path.parent == store_folders()[-1].resolve(),
        enabled=use.enabled,
        silent=use.silent,
        shown_to_all=use.shown_to_all,
        pinned=use.pinned,
        versions=list(versions_of(name, installed)),
        changed_at=use.changed_at,
    )
