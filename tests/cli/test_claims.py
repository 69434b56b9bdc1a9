"""``condyle claims check`` from the command line."""

from __future__ import annotations

from pathlib import Path

CLAIMS = """
schema: condyle.claims/1
title: A made-up table
claims:
  - {id: table, kind: confusion, tp: 40, fn: 10, fp: 5, tn: 45,
     printed: {sensitivity: "80.0 %", specificity: "70.0 %"}}
"""


def test_each_figure_gets_its_verdict_with_the_arithmetic(condyle, tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(CLAIMS)
    outcome = condyle("claims", "check", str(path))
    assert outcome.status == 0
    assert "A made-up table" in outcome.out
    assert "table, sensitivity: consistent" in outcome.out
    assert "table, specificity: impossible" in outcome.out
    assert "45/50" in outcome.out.replace(" ", "")


def test_a_file_that_is_not_there_is_an_error_of_four_lines(condyle, tmp_path: Path) -> None:
    outcome = condyle("claims", "check", str(tmp_path / "absent.yaml"))
    assert outcome.status == 2
    assert 0 < len(outcome.err.splitlines()) <= 4


def test_a_claim_of_an_unknown_kind_names_those_there_are(condyle, tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_text("schema: condyle.claims/1\ntitle: x\nclaims:\n  - {id: a, kind: magic}\n")
    outcome = condyle("claims", "check", str(path))
    assert outcome.status == 2
    assert "confusion" in outcome.err
