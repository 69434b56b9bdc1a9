"""Which bundles read a study: every one that is installed and enabled, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from condyle.archive.bundle_settings import BundleUse
from condyle.bundle import Bundle
from condyle.domain.messages import Message
from condyle.errors import UnknownName
from condyle.workflows.read_study import reads_studies as reads_studies


@dataclass(frozen=True)
class Chosen:
    """A bundle that is to read a study, or that says why it does not.

    Attributes:
        bundle: The one that gives the findings.
        silent: Whether its results stay hidden.
        refusal: Why it cannot read any study here, or ``None``.
    """

    bundle: Bundle
    silent: bool = False
    refusal: Message | None = None


def choose_bundles(
    installed: Sequence[Bundle], uses: Mapping[str, BundleUse], *, only: str | None = None
) -> tuple[Chosen, ...]:
    """Gives every enabled bundle that gives findings, in the order of their names.

    A bundle that another one requires is run as a part of that one and gives none itself.

    Args:
        installed: All of them, the user's own before those that come with Condyle.
        uses: By name; a bundle without one is enabled, not silent and not pinned.
        only: Name of the one bundle that is asked for, or ``None`` for all.

    Raises:
        UnknownName: No installed bundle has that name, or it gives no findings.
    """
    needed = {one.name for bundle in installed for one in bundle.manifest.requires}
    names = sorted({bundle.manifest.name for bundle in installed} - needed)
    if only is not None and only not in names:
        raise UnknownName("bundle that gives findings", only, names)
    chosen = []
    for name in names if only is None else [only]:
        use = uses.get(name, BundleUse())
        if use.enabled:
            bundle = in_use(name, installed, use)
            refusal = _refusal(bundle, installed, uses, use)
            chosen.append(Chosen(bundle, use.silent, refusal))
    return tuple(chosen)


def in_use(name: str, installed: Sequence[Bundle], use: BundleUse) -> Bundle:
    """Gives the version of a bundle that reads studies.

    It is the pinned one, or the newest where none is pinned or the pinned one is gone;
    of one version that is installed twice, the user's own.

    Args:
        name: Of a bundle that is installed.
        installed: All of them, the user's own before those that come with Condyle.
        use: What was decided of it.
    """
    own = [bundle for bundle in installed if bundle.manifest.name == name]
    pinned = [bundle for bundle in own if bundle.manifest.version == use.pinned]
    return (pinned or sorted(own, key=_newest_first))[0]


def versions_of(name: str, installed: Sequence[Bundle]) -> tuple[str, ...]:
    """Gives the installed versions of a bundle, the newest first, each once."""
    own = sorted((b for b in installed if b.manifest.name == name), key=_newest_first)
    return tuple(dict.fromkeys(bundle.manifest.version for bundle in own))


def _refusal(
    bundle: Bundle, installed: Sequence[Bundle], uses: Mapping[str, BundleUse], use: BundleUse
) -> Message | None:
    name, version = bundle.manifest.name, bundle.manifest.version
    if use.pinned is not None and version != use.pinned:
        return Message("pinned-version-gone", {"version": use.pinned}, name)
    if not reads_studies(bundle.manifest):
        return Message("no-way-to-read", {}, name)
    for needed in bundle.manifest.requires:
        if not uses.get(needed.name, BundleUse()).enabled:
            return Message("required-bundle-disabled", {"needed": needed.name}, name)
        if all(other.sha256 != needed.sha256 for other in installed):
            return Message("required-bundle-missing", {"needed": needed.name}, name)
    return None


def _newest_first(bundle: Bundle) -> tuple[int, ...]:
    return tuple(-int(part) for part in bundle.manifest.version.split("."))
