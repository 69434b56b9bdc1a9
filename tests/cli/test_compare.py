"""``condyle compare`` and ``condyle evaluate --predictions`` from the command line."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

PLAIN = SimpleNamespace(name="auc", headline=True, verdict="not shown")
ASIDE = SimpleNamespace(name="accuracy", headline=False, verdict="A is better than B")


@pytest.fixture(name="asked")
def _asked(fake) -> dict[str, Any]:
    asked: dict[str, Any] = {}

    def compare_tables(a: Path, b: Path, **more: Any) -> SimpleNamespace:
        asked.update(more, a=a, b=b)
        return SimpleNamespace(tasks=(SimpleNamespace(name="tear", figures=(PLAIN, ASIDE)),))

    def evaluate_table(path: Path, **more: Any) -> Path:
        asked.update(more, path=path)
        return more["out"]

    fake("condyle.workflows.compare_tables", compare_tables=compare_tables)
    fake("condyle.workflows.evaluate_table", evaluate_table=evaluate_table)
    return asked


def test_a_comparison_prints_the_verdict_of_each_task(condyle, asked) -> None:
    outcome = condyle("compare", "a.csv", "b.csv", "--out", "c")
    assert outcome.status == 0
    assert outcome.out == "tear, auc: not shown\nComparison: c/report.html\n"
    assert (asked["a"], asked["b"], asked["margin"]) == (Path("a.csv"), Path("b.csv"), None)


def test_a_margin_is_passed_on(condyle, asked) -> None:
    assert condyle("compare", "a.csv", "b.csv", "--out", "c", "--margin", "0.05").status == 0
    assert asked["margin"] == 0.05


def test_a_table_is_evaluated_without_a_bundle(condyle, asked) -> None:
    outcome = condyle("evaluate", "--predictions", "t.csv", "--out", "e")
    assert (outcome.status, asked["path"], asked["out"]) == (0, Path("t.csv"), Path("e"))
    assert outcome.out == "Evaluation: e\nReport:     e/report.html\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", "--out", "e"),
        ("evaluate", "x", "--out", "e"),
        ("evaluate", "--data", "d", "--out", "e"),
        ("evaluate", "x", "--data", "d", "--predictions", "t.csv", "--out", "e"),
        ("evaluate", "--predictions", "t.csv"),
        ("compare", "a.csv", "--out", "c"),
        ("compare", "a.csv", "b.csv"),
        ("compare", "a.csv", "b.csv", "--out", "c", "--margin", "much"),
    ],
)
def test_wrong_usage_is_status_2_and_four_lines(condyle, asked, arguments) -> None:
    outcome = condyle(*arguments)
    assert (outcome.status, len(outcome.error_lines), asked) == (2, 4, {})


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", "--predictions", "t.csv", "--out", "e"),
        ("compare", "a.csv", "b.csv", "--out", "c"),
    ],
)
def test_without_matplotlib_the_extra_is_named_before_any_work(
    condyle, asked, monkeypatch, arguments
) -> None:
    monkeypatch.setattr("condyle.cli.extras.find_spec", lambda name: None)
    outcome = condyle(*arguments)
    assert (outcome.status, asked) == (2, {})
    assert "pip install 'condyle[evaluate]'" in outcome.err


def test_tables_that_are_not_there_are_an_error_of_four_lines(condyle, tmp_path: Path) -> None:
    assert importlib.util.find_spec("matplotlib")
    for verb in (("compare", "no.csv", "no.csv"), ("evaluate", "--predictions", "no.csv")):
        outcome = condyle(*verb, "--out", tmp_path / "out")
        assert outcome.status == 2
        assert 2 <= len(outcome.error_lines) <= 4
    assert not (tmp_path / "out").exists()
