"""What a reader study's figures, populations and warnings are called."""

from __future__ import annotations

import math

from condyle.domain.estimate import Estimate
from condyle.evaluation.reader_analysis import Warned
from condyle.reporting.evaluation.words import estimate_words, figure_word, number

POPULATIONS: dict[str, str] = {
    "readers and cases": "further readers and cases",
    "cases": "further cases, these readers",
    "readers": "further readers, these cases",
}
"""What a pooled result holds for."""

WARNINGS: dict[str, str] = {
    "one-reader": "One reader: nothing can be said of readers in general.",
    "few-readers": "{readers} readers: intervals for further readers are wide, and rest on "
    "few degrees of freedom.",
    "few-cases": "{cases} {kind} cases: figures that rest on them are uncertain.",
    "clustered": "{cases} readings a reader and arm come from {patients} patients: intervals "
    "are by patient.",
    "contradiction": "In the arm '{arm}' {calls} of {total} calls contradict the reader's own "
    "confidence (called with under 50, or not called with over 50).",
    "untimed": "{readings} of {total} readings were not timed; times are of the others.",
    "no-experience": "Years of experience are known of {readers} readers: no line was fitted. "
    "Fill in readers.csv.",
    "few-for-experience": "Years of experience of {readers} readers: with fewer than 10 no "
    "slope is to be read as evidence, and none as evidence of no effect.",
}
"""Sentences of the warnings, by code."""


def warning_words(warning: Warned) -> str:
    """Words a warning."""
    return WARNINGS[warning.code].format(**warning.params)


def reader_figure_word(name: str) -> str:
    """Words a figure of a reader, such as ``"ROC area"``."""
    return "mean minutes" if name == "minutes" else figure_word(name)


def signed(estimate: Estimate) -> str:
    """Words a difference with its sign and interval."""
    return estimate_words(estimate, "{:+.3f}".format)


def share_words(probability: float) -> str:
    """Words the probability that a claim is false, in per cent."""
    if math.isnan(probability):
        return "-"
    return "< 0.1 %" if probability < 0.001 else f"{100.0 * probability:.1f} %"


def freedom_words(freedom: float) -> str:
    """Words degrees of freedom."""
    return "infinite" if math.isinf(freedom) else number(freedom)
