"""``condyle train``: a recipe and a labelled archive in, a bundle out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from condyle.cli.extras import need
from condyle.cli.progress import shown_progress
from condyle.errors import Cancelled, UsageError


def train(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="Name of a recipe, or a YAML file.")
    ],
    data: Annotated[Path, typer.Option(metavar="DIR", help="The labelled archive.")],
    out: Annotated[Path, typer.Option(metavar="RUN", help="Folder for the run.")],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A field of the recipe to change, such as schedule.epochs=5. May be repeated.",
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Weights to begin with: none, torchvision:NAME, efficientnet-lite0, bundle:NAME "
            "or a file.",
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A profile of the recipe, such as fast for a trial."),
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        typer.Option(help="Where to train; auto takes a GPU where there is one."),
    ] = "auto",
    devices: Annotated[int, typer.Option(min=1, metavar="N", help="GPUs of each machine.")] = 1,
    nodes: Annotated[int, typer.Option(min=1, metavar="N", help="Machines.")] = 1,
    parallel: Annotated[
        int, typer.Option(min=1, metavar="N", help="Rounds of a split trained side by side.")
    ] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was stopped.")
    ] = False,
    mlflow: Annotated[
        str | None,
        typer.Option(metavar="URI", help="Send the curves to MLflow as well, such as file:runs."),
    ] = None,
) -> None:
    r"""Train, evaluate and export a bundle from a recipe.

    The recipe says how; the labelled archive holds the images and their reference.

    Ctrl-C stops it and keeps what is done; --resume goes on from there.

    Examples:
      condyle train knee-unet --data archive --out runs/try --profile fast
      condyle train knee-unet --data archive --out runs/knee
      condyle train knee-unet --data archive --out runs/knee --resume
      condyle train knee-mrnet --data archive --out runs/folds --set data.split=5-fold
      condyle train knee-mobilenetv3 --data archive --out runs/slices \
        --weights torchvision:mobilenet_v3_small
      condyle train lumbar-grading --data archive --out runs/grading \
        --set anatomy_run=runs/anatomy
    """
    changed = parse_settings(settings or ())
    if weights is not None:
        changed["network.weights"] = weights
    need("train", "Training a recipe")
    from condyle.training.execution import Execution
    from condyle.workflows.train_recipe import train_recipe

    try:
        with shown_progress() as progress:
            bundles = train_recipe(
                recipe,
                data=data,
                out=out,
                settings=changed,
                profile=profile,
                execution=Execution(
                    device=device,
                    devices=devices,
                    nodes=nodes,
                    workers=parallel,
                    resume=resume,
                    mlflow=mlflow,
                    progress=progress,
                ),
            )
    except KeyboardInterrupt as stop:
        raise Cancelled(
            "Training was stopped.",
            found=f"what was finished is kept in {out}",
            mend="run the same command with --resume to go on.",
        ) from stop
    for bundle in bundles:
        print(f"Bundle: {bundle}")


def parse_settings(texts: Sequence[str]) -> dict[str, str]:
    """Parses ``KEY=VALUE`` texts.

    Raises:
        UsageError: One has no ``=`` or no key, or a key stands twice.
    """
    settings: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key or key in settings:
            raise UsageError(
                "A setting of the recipe was not understood.",
                found=f"'{text}'" + (" after another of that key" if key in settings else ""),
                needed="KEY=VALUE, each key once, such as schedule.epochs=5",
                mend="correct --set; 'condyle recipes show NAME' lists the keys.",
            )
        settings[key] = value.strip()
    return settings
