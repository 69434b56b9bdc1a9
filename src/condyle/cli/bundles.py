"""``condyle bundles``: which models are here, what they say of themselves, are they intact."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.verb import add_verb

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a bundle, or its folder.")]


def bundles_app() -> typer.Typer:
    """Makes the verbs under ``condyle bundles``."""
    app = typer.Typer(
        help="Install, list, show, verify and quantise bundles.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    add_verb(app, list_bundles, "list")
    add_verb(app, show_bundle, "show")
    add_verb(app, verify, "verify")
    add_verb(app, install, "install")
    add_verb(app, quantise, "quantise")
    return app


def list_bundles() -> None:
    """List the installed bundles.

    Example:
      condyle bundles list
    """
    from condyle.bundle import broken_bundles, installed_bundles, store_folders
    from condyle.cli.summary import table

    bundles = installed_bundles()
    if bundles:
        rows = [
            (it.manifest.name, it.manifest.version, it.sha256[:12], it.manifest.summary)
            for it in bundles
        ]
        print("\n".join(table([("bundle", "version", "sha256", "summary"), *rows])))
    else:
        print("No bundle is installed. A bundle's folder goes into " + str(store_folders()[0]))
    for folder, error in broken_bundles():
        print(f"{folder.name}: cannot be opened; {error.failed} {error.found}".rstrip())


def show_bundle(name: _Name) -> None:
    """Show a bundle's model card.

    Example:
      condyle bundles show lumbar-anatomy
    """
    from condyle.bundle import find_bundle

    bundle = find_bundle(name)
    print(f"{bundle.manifest.name} {bundle.manifest.version}, SHA-256 {bundle.sha256}")
    print(f"in {bundle.path}\n")
    print(bundle.card())


def verify(name: _Name) -> None:
    """Check that a bundle is intact and runs as published.

    Looks at its manifest, hashes, models, what it requires, and its stored sample.

    Exit status 2 where a check fails.

    Examples:
      condyle bundles verify lumbar-anatomy
      condyle bundles verify runs/anatomy/bundle/lumbar-anatomy
    """
    _verify(name)


def install(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The bundle's folder.")],
) -> None:
    """Check a bundle and put it into your store, where 'read' and the clinic find it.

    It is checked as 'condyle bundles verify' does, and copied whole, beside its other
    versions. A clinic that runs takes it for the studies that come from then on; its
    administrator pins the version that reads.

    Exit status 2 where a check fails, or another bundle has that name and version.

    Example:
      condyle bundles install runs/anatomy/bundle/lumbar-anatomy
    """
    from condyle.bundle import install_bundle

    _verify(folder)
    installed = install_bundle(folder)
    print(f"{installed.manifest.name} {installed.manifest.version} is in {installed.path}")


def _verify(name: str | Path) -> None:
    """Prints each check of a bundle, and refuses it where one fails."""
    from condyle.errors import BundleError
    from condyle.inference import verify_bundle

    found = verify_bundle(name)
    for check in found.checks:
        print(f"{'ok  ' if check.ok else 'BAD '} {check.name}: {check.detail}")
    if not found.ok:
        wrong = ", ".join(check.name for check in found.checks if not check.ok)
        raise BundleError(
            f"The bundle '{name}' is not what was published.",
            found=f"faults in: {wrong}",
            needed="every check to pass",
            mend="get the bundle again from where it came from, and do not use this one.",
        )


def quantise(
    name: _Name,
    data: Annotated[
        Path, typer.Option(metavar="PATH", help="An archive of images that the bundle is for.")
    ],
    images: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many slices to take ranges from.")
    ] = 60,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Make networks of 8 bits of a bundle, for 'condyle read --int8'.

    The bundle stays as it is; the new networks are kept beside it, under its hash. Labels of
    the archive are not looked at. Needs the openvino extra.

    Example:
      condyle bundles quantise lumbar-anatomy --data archive
    """
    from condyle.cli.progress import shown_progress
    from condyle.workflows.quantise_bundle import quantise_bundle

    with shown_progress(quiet=quiet) as progress:
        made = quantise_bundle(name, data, images=images, progress=progress)
    if not quiet:
        print(f"{len(made.record.files)} networks of 8 bits, from {made.record.calibrated_on}")
        print(f"in {made.path}")
