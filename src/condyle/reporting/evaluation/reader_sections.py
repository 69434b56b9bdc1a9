"""A reader study as sections of text, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import Drawing, Section, Table
from condyle.evaluation.comparison import Comparison
from condyle.evaluation.reader_analysis import ReaderAnalysis
from condyle.evaluation.reader_pooled import Pooled
from condyle.evaluation.readers import FIGURES, Performance, paired_verdict
from condyle.reporting.evaluation.reader_words import (
    POPULATIONS,
    freedom_words,
    reader_figure_word,
    share_words,
    signed,
    warning_words,
)
from condyle.reporting.evaluation.words import counted_word, estimate_words, p_words

Drawings = Mapping[str, tuple[Drawing, ...]]
BETTER = (
    "'Better' is said of a reader only where the claim is false with less than 5 %, and of all "
    "readers only where the interval excludes 0; anything else is not shown, which is not the "
    "same as no difference."
)


def reader_sections(analysis: ReaderAnalysis, drawings: Drawings) -> tuple[Section, ...]:
    """Gives the sections of a reader study.

    Args:
        analysis: What it shows.
        drawings: Its figures by section.
    """
    sections = [_short(analysis)]
    if analysis.pooled:
        sections.append(_pooled(analysis))
    sections.append(_each(analysis, drawings))
    if len(analysis.table.arms) > 1:
        sections.append(_changes(analysis, drawings))
    if drawings["times"]:
        sections.append(_times(analysis, drawings))
    if analysis.agreement:
        sections.append(_agreement(analysis))
    if analysis.experience:
        sections.append(_experience(analysis, drawings))
    if analysis.model is not None:
        sections.append(_model(analysis))
    return tuple(sections)


def pooled_verdict(pooled: Pooled) -> str:
    """Words whether an arm is better over all readers, or faster."""
    words = ("slower", "faster") if pooled.figure == "minutes" else ("better", "worse")
    return pooled.verdict(words)


def change_verdict(name: str, comparison: Comparison) -> str:
    """Words whether a reader is better with the model, or faster."""
    words = ("faster", "slower") if name == "minutes saved" else ("better", "worse")
    return paired_verdict(comparison, words)


def short_lines(analysis: ReaderAnalysis) -> tuple[str, ...]:
    """Gives what a study shows in a few lines of text, warnings last."""
    first = analysis.table.arms[0]
    said = [_sentence(pooled, arm, first) for arm, pooled in _for_all(analysis)]
    return (_who(analysis), *said, *(warning_words(warning) for warning in analysis.warnings))


def _for_all(analysis: ReaderAnalysis) -> list[tuple[str, Pooled]]:
    """Gives the results that hold for further readers and cases, with their arm."""
    return [
        (arm, pooled)
        for arm, found in zip(analysis.table.arms[1:], analysis.pooled, strict=False)
        for pooled in found
        if pooled.generalises == "readers and cases"
    ]


def _who(analysis: ReaderAnalysis) -> str:
    table = analysis.table
    positives = int(table.reference.sum())
    readers = counted_word(len(table.readers), "reader")
    arms = counted_word(len(table.arms), "arm")
    return (
        f"{readers}, {counted_word(len(table.reference), table.unit)} ({positives} with the "
        f"finding, {len(table.reference) - positives} without) of "
        f"{counted_word(len(set(table.patients)), 'patient')}, {arms}: {', '.join(table.arms)}."
    )


def _short(analysis: ReaderAnalysis) -> Section:
    rows = tuple(
        (
            reader_figure_word(pooled.figure),
            estimate_words(pooled.against),
            estimate_words(pooled.arm),
            signed(pooled.difference),
            p_words(pooled.p_value),
            f"'{arm}' is {pooled_verdict(pooled)}"
            if pooled_verdict(pooled) != "not shown"
            else "not shown to differ",
        )
        for arm, pooled in _for_all(analysis)
    )
    headings = ("mean of all readers", analysis.table.arms[0], "with", "change", "p", "verdict")
    if len(analysis.table.arms) == 2:
        headings = (*headings[:2], analysis.table.arms[1], *headings[3:])
    note = "For further readers and cases: Obuchowski and Rockette, readers and cases random."
    return Section(
        "In short",
        (_who(analysis), BETTER),
        tables=(Table("", headings, rows, note),) if rows else (),
        warnings=tuple(warning_words(warning) for warning in analysis.warnings),
    )


def _sentence(pooled: Pooled, arm: str, against: str) -> str:
    word = reader_figure_word(pooled.figure)
    verdict = pooled_verdict(pooled)
    said = f"'{arm}' is {verdict}" if verdict != "not shown" else "a difference is not shown"
    return (
        f"{word[:1].upper()}{word[1:]}: '{arm}' {estimate_words(pooled.arm)}, '{against}' "
        f"{estimate_words(pooled.against)}; change {signed(pooled.difference)}, "
        f"p {_p(pooled.p_value)}: {said}, for further readers and cases."
    )


def _p(value: float) -> str:
    words = p_words(value).replace("-", "undefined")
    return words if words.startswith("<") else f"= {words}"


def _pooled(analysis: ReaderAnalysis) -> Section:
    tables = []
    for arm, found in zip(analysis.table.arms[1:], analysis.pooled, strict=True):
        against = analysis.table.arms[0]
        rows = tuple(
            (
                reader_figure_word(each.figure),
                POPULATIONS[each.generalises],
                estimate_words(each.against),
                estimate_words(each.arm),
                signed(each.difference),
                f"{freedom_words(each.statistic)} ({freedom_words(each.freedom)})",
                p_words(each.p_value),
                pooled_verdict(each),
            )
            for each in found
        )
        headings = ("figure", "holds for", against, arm, "change", "F (df)", "p", f"'{arm}' is")
        note = (
            "Obuchowski and Rockette with Hillis' degrees of freedom; covariance of the errors by "
            f"{_covariance(found[0].covariance)}. F has 1 degree of freedom above."
        )
        tables.append(Table("", headings, rows, note))
    return Section("All readers together", tables=tuple(tables))


def _covariance(method: str) -> str:
    return "DeLong, or of the calls" if method == "delong" else "the jackknife"


def _each(analysis: ReaderAnalysis, drawings: Drawings) -> Section:
    located = any(arm.located is not None for reader in analysis.readers for arm in reader.arms)
    rows = []
    for reader in analysis.readers:
        for name, found in zip(analysis.table.arms, reader.arms, strict=True):
            rows.append(_performance_row(reader.reader, name, found, located))
    if analysis.model is not None:
        rows.append(_performance_row(analysis.model_name, "alone", analysis.model, located))
    words = tuple(reader_figure_word(figure) for figure in FIGURES)
    headings = ("reader", "arm", *words, *(("at the right level",) if located else ()))
    note = (
        "Intervals: Wilson's at the effective number of cases for shares, the logit of DeLong's "
        "for the area, both by patient."
    )
    return Section(
        "Each reader", tables=(Table("", headings, tuple(rows), note),), figures=drawings["roc"]
    )


def _performance_row(name: str, arm: str, found: Performance, located: bool) -> tuple[str, ...]:
    figures = tuple(estimate_words(found.of(figure)) for figure in FIGURES)
    place = "-" if found.located is None else estimate_words(found.located)
    return (name, arm, *figures, *((place,) if located else ()))


def _changes(analysis: ReaderAnalysis, drawings: Drawings) -> Section:
    tables = []
    for at, arm in enumerate(analysis.table.arms[1:]):
        rows = []
        for place, reader in enumerate(analysis.readers):
            for name, found in reader.changes[at].items():
                adjusted = analysis.holm[at].get(name, ())
                rows.append(
                    (
                        reader.reader,
                        reader_figure_word(name),
                        signed(found.difference),
                        p_words(found.p_value),
                        p_words(adjusted[place]) if adjusted else "-",
                        share_words(found.probability_false),
                        change_verdict(name, found),
                    )
                )
        headings = ("reader", "figure", "change", "p", "p, Holm", "P(false)", "verdict")
        title = f"'{arm}' less '{analysis.table.arms[0]}'"
        tables.append(Table(title, headings, tuple(rows), _tests_note(analysis, at)))
    return Section(
        "What changes for each reader",
        (
            "P(false) is the probability that the claim in the direction seen is false. "
            "Holm's p values are adjusted for the number of readers, a figure at a time.",
        ),
        tables=tuple(tables),
        figures=drawings["changes"],
    )


def _tests_note(analysis: ReaderAnalysis, at: int) -> str:
    found = analysis.readers[0].changes[at]
    tests = dict.fromkeys(
        f"{reader_figure_word(name)}: {c.test}; P(false): {c.probability_method}"
        for name, c in found.items()
    )
    return ". ".join(tests) + "."


def _times(analysis: ReaderAnalysis, drawings: Drawings) -> Section:
    rows = []
    for reader in analysis.readers:
        for name, found in zip(analysis.table.arms, reader.arms, strict=True):
            spent = found.times
            if spent is None:
                continue
            quartiles = f"{spent.lower_quartile:.1f} to {spent.upper_quartile:.1f}"
            count = str(spent.median.n)
            median = estimate_words(spent.median, "{:.1f}".format)
            rows.append((reader.reader, name, median, quartiles, f"{spent.mean:.1f}", count))
    headings = ("reader", "arm", "median minutes", "quartiles", "mean", "readings timed")
    return Section("Time", tables=(Table("", headings, tuple(rows)),), figures=drawings["times"])


def _agreement(analysis: ReaderAnalysis) -> Section:
    rows = tuple(
        (
            each.arm,
            estimate_words(each.unanimous),
            estimate_words(each.fleiss),
            estimate_words(each.gwet),
        )
        for each in analysis.agreement
    )
    overall = Table("", ("arm", "all call alike", "Fleiss' kappa", "Gwet's AC1"), rows)
    arms = tuple(each.arm for each in analysis.agreement)
    pairs = tuple(
        (
            f"{first} and {second}",
            *(estimate_words(each.pairs[at][2]) for each in analysis.agreement),
        )
        for at, (first, second, _) in enumerate(analysis.agreement[0].pairs)
    )
    tables = [overall, Table("Cohen's kappa of each two readers", ("readers", *arms), pairs)]
    if analysis.agreement[0].with_model:
        beside = tuple(
            (name, *(estimate_words(each.with_model[at][1]) for each in analysis.agreement))
            for at, (name, _) in enumerate(analysis.agreement[0].with_model)
        )
        title = f"Cohen's kappa with {analysis.model_name} alone"
        tables.append(Table(title, ("reader", *arms), beside))
    return Section("Agreement of the readers", tables=tuple(tables))


def _experience(analysis: ReaderAnalysis, drawings: Drawings) -> Section:
    rows = tuple(
        (
            reader_figure_word(line.figure)
            if not line.against
            else f"change in {reader_figure_word(line.figure)}"
            if line.figure != "minutes saved"
            else "minutes saved",
            line.arm,
            _per_ten(line.line.slope),
            p_words(line.line.p_value),
            str(line.line.slope.n),
        )
        for line in analysis.experience
    )
    headings = ("figure", "arm", "for ten more years", "p", "readers")
    note = (
        "Least squares over readers. The slope of a change is the interaction of arm and "
        "experience: whether the model does more for some readers than for others."
    )
    return Section(
        "Years of experience",
        tables=(Table("", headings, rows, note),),
        figures=drawings["experience"],
    )


def _per_ten(slope: Estimate) -> str:
    ten = Estimate(10 * slope.value, 10 * slope.low, 10 * slope.high, slope.n, slope.method)
    return signed(ten)


def _model(analysis: ReaderAnalysis) -> Section:
    arm = analysis.table.arms[0]
    rows: list[tuple[str, ...]] = [
        (
            "further readers and cases",
            reader_figure_word(name),
            signed(found.difference),
            p_words(found.p_value),
            "-",
            found.verdict,
        )
        for name, found in analysis.against_readers.items()
    ]
    rows += [
        ("the mean of these readers", *_against(name, compared))
        for name, compared in analysis.against_mean.items()
    ]
    for reader in analysis.readers:
        rows += [(reader.reader, *_against(name, found)) for name, found in reader.model.items()]
    headings = ("against", "figure", "the model less it", "p", "P(false)", "the model is")
    paragraphs = [f"{analysis.model_name} alone, against the readers in the arm '{arm}'."]
    if analysis.model_declined:
        paragraphs.append(f"It declined {analysis.model_declined} cases, which count as wrong.")
    note = (
        "Against further readers: Obuchowski and Rockette, readers and cases random. Against the "
        "mean of these readers: by patient bootstrap, which holds for them and not for others."
    )
    return Section(
        "The model alone", tuple(paragraphs), tables=(Table("", headings, tuple(rows), note),)
    )


def _against(name: str, found: Comparison) -> tuple[str, ...]:
    return (
        reader_figure_word(name),
        signed(found.difference),
        p_words(found.p_value),
        share_words(found.probability_false),
        paired_verdict(found),
    )
