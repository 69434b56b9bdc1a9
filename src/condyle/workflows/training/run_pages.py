"""The pages of a run: its evaluation, with how it was trained, and examples right and wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from condyle.bundle import EstimateRecord, Metric, Task
from condyle.domain.evaluation_charts import Chart, Curve, LineChart, Mark
from condyle.domain.evaluation_report import EvaluationReport, Section, Table
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.draw import drawings
from condyle.training.recipe import Recipe
from condyle.workflows.evaluation.pages import evaluated, report_files
from condyle.workflows.evaluation.report import About
from condyle.workflows.evaluation.rows import Draw
from condyle.workflows.training.run_record import RoundRecord
from condyle.workflows.training.training import Training

CONTROL = "CONTROL: the labels were dealt at random; nothing here may be better than chance."
SIMULATED_DATA = "SIMULATED PATIENTS: these figures say nothing of real ones."
MOST_LINES = 12
"""Rounds that are drawn as a line of their own."""


def run_report(
    training: Training,
    *,
    table: Predictions,
    rounds: Sequence[RoundRecord],
    record: Mapping[str, Any],
    simulated: bool,
    sections: Sequence[Section] = (),
    picture: Callable[[str], bytes | None],
) -> EvaluationReport:
    """Evaluates a run's predictions and adds how it was trained.

    Args:
        training: What was asked for.
        table: The predictions on test patients.
        rounds: How the fits went.
        record: What ``run.json`` holds.
        simulated: Whether the patients are simulated.
        sections: Figures that rows of a table cannot give.
        picture: From a case to its picture, or nothing.
    """
    recipe = training.recipe
    facts = (
        ("recipe", f"{recipe.name} {recipe.version}"),
        ("split", f"{training.split.design}, by patient"),
        (
            "data",
            f"{record['data']['counts']['patients']} patients, layout {record['data']['layout']}",
        ),
        ("trained on", ", ".join(sorted({one.fit.device for one in rounds}))),
        ("training time", f"{record['seconds']:.0f} s"),
        ("commit", str(record["commit"])),
    )
    about = About(
        f"Training run of {recipe.name}",
        facts=facts,
        banners=(
            *((SIMULATED_DATA,) if simulated else ()),
            *((CONTROL,) if recipe.data.shuffled else ()),
            *record["notices"],
        ),
    )
    return evaluated(
        table,
        about=about,
        draw=Draw(seed=recipe.seed, replicates=training.replicates),
        picture=picture,
        extra=(
            *sections,
            training_section(rounds, notes=[design_of(recipe), *record["notes"]]),
        ),
        progress=training.execution.progress,
    )


def design_of(recipe: Recipe) -> str:
    """Says which publications the design follows."""
    return f"The design follows {'; '.join(recipe.source)}."


def run_files(training: Training, report: EvaluationReport, table: Predictions) -> dict[str, bytes]:
    """Gives the pages, figures and metrics of a run by name."""
    return report_files(report, table, progress=training.execution.progress)


def headline_metrics(report: EvaluationReport, tasks: Sequence[Task]) -> tuple[Metric, ...]:
    """Gives the headline figures of a report as a bundle states them.

    Args:
        report: The evaluation on patients that the networks never saw.
        tasks: What the bundle tells; a figure is of the output whose name its task bears.
    """
    names = {output.name for task in tasks for output in task.outputs}
    made = []
    for task in report.tasks:
        output = next((name for name in names if task.name in (name, f"dice-{name}")), None)
        for score in task.scores:
            if score.headline:
                made.append(
                    Metric(
                        name=score.name,
                        estimate=EstimateRecord.of(score.estimate),
                        output=output,
                        note="" if output == task.name else task.name,
                    )
                )
    return tuple(made)


def training_section(rounds: Sequence[RoundRecord], *, notes: Sequence[str]) -> Section:
    """Gives how the rounds were trained: a row each, and their curves.

    Args:
        rounds: How the fits went.
        notes: What a reader must know.
    """
    headings = ("fit", "epochs", "best epoch", "validation figure", "time", "waiting", "device")
    rows = tuple(
        (
            one.name,
            f"{one.fit.epochs}" + (", stopped early" if one.fit.stopped_early else ""),
            str(one.fit.best_epoch or "last"),
            f"{one.fit.figure} {one.fit.best:.3f}" if one.fit.best_epoch else "none",
            f"{one.fit.seconds:.0f} s",
            f"{one.fit.waited_share:.1%}",
            one.fit.device,
        )
        for one in rounds
    )
    weights = sorted({one.weights for one in rounds if one.weights})
    return Section(
        title="Training",
        paragraphs=(*weights, *notes),
        tables=(
            Table(
                "",
                headings,
                rows,
                note="Waiting is the share of the time in which a step waited for its batch.",
            ),
        ),
        figures=drawings(curve_charts(rounds), "training"),
    )


def curve_charts(rounds: Sequence[RoundRecord]) -> tuple[tuple[str, Chart], ...]:
    """Gives the charts of the training loss and of the validation figure that decided."""
    shown = rounds[:MOST_LINES]
    loss = tuple(Curve(one.name, _of(one, "epoch"), _of(one, "loss"), role="main") for one in shown)
    charts: list[tuple[str, Chart]] = [
        ("loss", LineChart("training-loss", "Training loss", loss)),
    ]
    with_figure = [one for one in shown if one.fit.best_epoch]
    if with_figure:
        figure = with_figure[0].fit.figure
        curves = tuple(
            Curve(one.name, _of(one, "epoch"), _of(one, f"validation-{figure}"), role="main")
            for one in with_figure
        )
        marks = tuple(
            Mark(x=one.fit.best_epoch, y=one.fit.best, series=one.name) for one in with_figure
        )
        title = f"Validation: {figure}"
        charts.append(("validation", LineChart("validation", title, curves, marks=marks)))
    return tuple(charts)


def _of(one: RoundRecord, column: str) -> tuple[float, ...]:
    return tuple(row.get(column, float("nan")) for row in one.log)
