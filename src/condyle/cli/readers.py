"""``condyle readers``: a reader study from its plan to its result."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from condyle.cli.extras import need
from condyle.cli.verb import add_verb

if TYPE_CHECKING:
    from condyle.workflows.plan_reader_study import PlannedStudy

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The study's folder.")]
New = Annotated[Path, typer.Option(metavar="DIR", help="New or empty folder for what comes out.")]
Dates = Annotated[
    Literal["iso", "dmy", "mdy"],
    typer.Option(help="How 1/2/2030 is meant: dmy or mdy; iso refuses it."),
]


def readers_app() -> typer.Typer:
    """Makes the verbs under ``condyle readers``."""
    app = typer.Typer(
        help="Plan, check and analyse a study of readers without and with a model.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    add_verb(app, plan, "plan")
    add_verb(app, rehearse, "rehearse")
    add_verb(app, import_sheets, "import")
    add_verb(app, reference, "reference")
    add_verb(app, analyse, "analyse")
    return app


def plan(
    *,
    cases: Annotated[Path, typer.Option(metavar="CSV", help="Table with a column 'case'.")],
    readers: Annotated[int, typer.Option(help="How many readers.")],
    out: New,
    title: Annotated[str, typer.Option(help="Of the study.")] = "Reader study",
    arms: Annotated[str, typer.Option(help="Names, the one without the model first.")] = (
        "without,with"
    ),
    washout_days: Annotated[int, typer.Option(help="Least days between two readings.")] = 28,
    crossing: Annotated[
        Literal["sessions", "cases"],
        typer.Option(help="sessions: one arm a session; cases: half of the cases each."),
    ] = "sessions",
    reference_readers: Annotated[int, typer.Option(help="Who set the reference.")] = 0,
    confidence: Annotated[
        Literal["presence", "call"], typer.Option(help="What confidence is about.")
    ] = "presence",
    levels: Annotated[str, typer.Option(help="Levels that may be named, by commas.")] = "",
    start: Annotated[str, typer.Option(help="First day, such as 2030-01-07.")] = "",
    session_days: Annotated[int, typer.Option(help="Days that a session may take.")] = 14,
    seed: Annotated[int, typer.Option(help="Of codes and orders.")] = 1,
    aim: Annotated[
        Literal["auc", "sensitivity", "specificity"] | None,
        typer.Option(help="What the size is worked out for."),
    ] = None,
    expect: Annotated[
        str, typer.Option(metavar="A,B", help="Expected figure without and with the model.")
    ] = "",
    change_sd: Annotated[float, typer.Option(help="SD of the readers' true changes.")] = 0.03,
    power: Annotated[float, typer.Option(help="Wanted chance of finding it.")] = 0.8,
    prevalence: Annotated[
        float | None, typer.Option(help="Share with the finding, if not in the table.")
    ] = None,
    discordant: Annotated[
        float | None, typer.Option(help="Share on which a reader's two calls differ.")
    ] = None,
    simulate: Annotated[int, typer.Option(help="Made-up studies for the power.")] = 0,
) -> None:
    r"""Plan a study: its size, blinded cases, random orders, dates, sheets to fill in.

    What each code stands for is in the folder 'key', which readers must not see.

    Examples:
      condyle readers plan --cases cases.csv --readers 6 --out study
      condyle readers plan --cases cases.csv --readers 6 --out study \
          --start 2030-01-07 --aim auc --expect 0.80,0.86
    """
    from condyle.workflows.plan_reader_study import StudyDesign, plan_reader_study
    from condyle.workflows.readers.study_size import SizeQuestion

    design = StudyDesign(
        title=title,
        readers=readers,
        arms=_names(arms),
        reference_readers=reference_readers,
        washout_days=washout_days,
        crossing=crossing,
        confidence_of=confidence,
        levels=_names(levels),
        start=_day(start),
        session_days=session_days,
    )
    question = None
    if aim is not None:
        without, with_model = _two(expect)
        question = SizeQuestion(
            aim=aim,
            without=without,
            with_model=with_model,
            change_sd=change_sd,
            power=power,
            discordant=discordant,
            prevalence=prevalence,
            simulations=simulate,
        )
    _show_plan(plan_reader_study(cases, out, design, seed=seed, question=question))


def rehearse(
    folder: Folder,
    *,
    out: New,
    area: Annotated[
        list[float] | None, typer.Option(help="ROC area of the made-up readers, once an arm.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the readings.")] = 1,
) -> None:
    """Fill in a copy of a planned study with made-up readings, to try all that follows.

    Example:
      condyle readers rehearse study --out rehearsal
    """
    from condyle.evaluation.reader_simulation import ReaderModel
    from condyle.workflows.rehearse_reader_study import rehearse_reader_study

    model = None
    if area:
        minutes = (4.0, *([3.2] * (len(area) - 1)))
        model = ReaderModel(areas=tuple(area), minutes=minutes)
    print(f"Rehearsal, simulated: {rehearse_reader_study(folder, out, model=model, seed=seed)}")


def import_sheets(folder: Folder, dates: Dates = "iso") -> None:
    """Check every sheet, and join them into readings.csv.

    What is wrong is listed in problems.csv by file and row.

    Example:
      condyle readers import study
    """
    from condyle.workflows.read_reader_sheets import import_readings

    found = import_readings(folder, dates=dates)
    print(f"{len(found.readings)} readings: {folder / 'readings.csv'}")
    if found.unread:
        print(f"{len(found.unread)} readings are still to be filled in.")


def reference(
    folder: Folder,
    rule: Annotated[
        Literal["majority", "consensus"], typer.Option(help="What settles a case.")
    ] = "majority",
    by: Annotated[str, typer.Option(help="Reference readers, by commas; all if left out.")] = "",
) -> None:
    """Settle the reference from its readers; what they leave open goes to adjudication.csv.

    Fill in the column 'decision' there and run the command again.

    Example:
      condyle readers reference study --rule consensus
    """
    from condyle.workflows.settle_reader_reference import settle_in_folder

    found = settle_in_folder(folder, rule=rule, by=_names(by))
    counts = {how: sum(case.how == how for case in found.cases) for how in _HOW}
    print(", ".join(f"{count} {how}" for how, count in counts.items() if count))
    if found.open:
        print(f"{found.open} wait for a decision: {folder / 'adjudication.csv'}")
    else:
        print(f"Reference: {folder / 'reference.csv'}")


_HOW = ("unanimous", "majority", "adjudicated", "open")


def analyse(
    folder: Folder,
    *,
    out: New,
    reference: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Table with 'case' or 'code', 'reference'.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="CSV", help="The model's predictions table.")
    ] = None,
    task: Annotated[str, typer.Option(help="Its task, if there are several.")] = "",
    positive: Annotated[str, typer.Option(help="Classes that are the finding.")] = "1",
    threshold: Annotated[float, typer.Option(help="From which the model calls.")] = 0.5,
    model_name: Annotated[str, typer.Option(help="What the model is called.")] = "the model",
    covariance: Annotated[
        Literal["delong", "jackknife"], typer.Option(help="Of the readers' errors.")
    ] = "delong",
    complete_cases: Annotated[
        bool, typer.Option("--complete-cases", help="Leave out cases not read by all.")
    ] = False,
    dates: Dates = "iso",
    seed: Annotated[int, typer.Option(help="Of the bootstraps.")] = 1,
) -> None:
    """Analyse a study whose sheets are filled in: tables, a page, figures.

    Examples:
      condyle readers analyse study --out results
      condyle readers analyse study --out results --model predictions.csv --task disc-herniation
    """
    need("evaluate", "Analysing a reader study")
    from condyle.reporting.evaluation.reader_sections import short_lines
    from condyle.workflows.analyse_reader_study import AnalysisOptions, analyse_reader_study
    from condyle.workflows.readers.model import ModelTable

    chosen = None
    if model is not None:
        classes = tuple(int(part) for part in _whole(positive))
        chosen = ModelTable(model, task, classes, threshold, model_name)
    options = AnalysisOptions(
        reference=reference,
        model=chosen,
        covariance=covariance,
        complete_cases=complete_cases,
        dates=dates,
        seed=seed,
    )
    found = analyse_reader_study(folder, out, options)
    print("\n".join(short_lines(found)))
    print(f"Page: {out / 'readers.html'}")


def _show_plan(found: PlannedStudy) -> None:
    plan, size = found.plan, found.size
    print(f"{len(plan.readers)} readers, {plan.cases} cases of {plan.patients} patients")
    print(f"{len(found.sheets)} sheets: {found.folder / 'sheets'}")
    print(f"Key, not for readers: {found.folder / 'key'}")
    if size is None:
        return
    for name, cases in size.cases_needed.items():
        enough = f"{cases} cases" if cases else "more readers, whatever the cases"
        power = size.power_listed.get(name)
        listed = "" if power is None else f"; power {power:.2f} with the {size.cases} listed"
        print(f"To hold for {name}: {enough} for power {size.question['power']:g}{listed}")
    if size.simulated:
        value, low, high = size.simulated
        print(f"By simulation, for readers and cases: power {value:.2f} ({low:.2f} to {high:.2f})")


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _whole(text: str) -> tuple[str, ...]:
    parts = _names(text)
    if not parts or not all(part.isdigit() for part in parts):
        raise typer.BadParameter(f"'{text}' is not a list of whole numbers, such as 1 or 2,3")
    return parts


def _two(text: str) -> tuple[float, float]:
    parts = _names(text)
    try:
        first, second = (float(part) for part in parts)
    except ValueError:
        raise typer.BadParameter(
            f"'{text}' for --expect is not two numbers, such as 0.80,0.86"
        ) from None
    return first, second


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"'{text}' for --start is no day such as 2030-01-07") from None
