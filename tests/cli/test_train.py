"""``condyle train`` passes on what was asked, and says what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from condyle.cli.train import parse_settings
from condyle.domain.progress import ignore_progress
from condyle.errors import UsageError
from condyle.training.execution import Execution


@pytest.fixture
def asked(fake, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the workflow was given; it gives a bundle's folder back."""
    given: dict[str, Any] = {}

    def train_recipe(name: str, **more: Any) -> tuple[Path, ...]:
        given.update(more, name=name)
        if given.get("stop"):
            raise KeyboardInterrupt
        return (more["out"] / "bundle",)

    fake("condyle.workflows.train_recipe", train_recipe=train_recipe)
    monkeypatch.setattr("condyle.cli.extras.find_spec", lambda name: object())
    return given


def test_the_recipe_data_and_run_are_passed_on(condyle, asked: dict[str, Any]) -> None:
    outcome = condyle("train", "lumbar-anatomy", "--data", "d", "--out", "r")
    assert outcome.status == 0
    assert asked["name"] == "lumbar-anatomy"
    assert (asked["data"], asked["out"]) == (Path("d"), Path("r"))
    assert (asked["settings"], asked["profile"]) == ({}, None)
    execution = asked["execution"]
    assert replace(execution, progress=ignore_progress) == Execution()


def test_the_bundle_is_named_at_the_end(condyle, asked: dict[str, Any]) -> None:
    outcome = condyle("train", "x", "--data", "d", "--out", "r")
    assert outcome.out == f"Bundle: {Path('r') / 'bundle'}\n"


def test_settings_device_and_resume_are_passed_on(condyle, asked: dict[str, Any]) -> None:
    more = ("--set", "schedule.steps=50", "--set", "seed=7", "--device", "cpu", "--resume")
    more += (
        "--weights",
        "bundle:mine",
        "--profile",
        "fast",
        "--devices",
        "2",
        "--nodes",
        "3",
        "--mlflow",
        "file:m",
    )
    condyle("train", "x", "--data", "d", "--out", "r", *more)
    assert asked["settings"] == {
        "schedule.steps": "50",
        "seed": "7",
        "network.weights": "bundle:mine",
    }
    assert asked["profile"] == "fast"
    execution = replace(asked["execution"], progress=ignore_progress)
    assert execution == Execution("cpu", devices=2, nodes=3, resume=True, mlflow="file:m")


def test_a_stopped_training_says_how_to_go_on(condyle, asked: dict[str, Any]) -> None:
    asked["stop"] = True
    outcome = condyle("train", "x", "--data", "d", "--out", "r")
    assert outcome.status == 130
    assert "--resume" in outcome.err
    assert len(outcome.error_lines) <= 4


def test_without_the_extra_the_pip_command_is_given(condyle, asked, monkeypatch) -> None:
    monkeypatch.setattr("condyle.cli.extras.find_spec", lambda name: None)
    outcome = condyle("train", "x", "--data", "d", "--out", "r")
    assert outcome.status == 2
    assert "pip install 'condyle[train]'" in outcome.err
    assert "name" not in asked


@pytest.mark.parametrize(
    "arguments",
    [
        ("train",),
        ("train", "x", "--data", "d"),
        ("train", "x", "--out", "r"),
        ("train", "x", "--data", "d", "--out", "r", "--device", "abacus"),
        ("train", "x", "--data", "d", "--out", "r", "--set", "steps"),
        ("train", "x", "--data", "d", "--out", "r", "--set", "=5"),
    ],
)
def test_wrong_usage_is_status_2(condyle, asked: dict[str, Any], arguments) -> None:
    outcome = condyle(*arguments)
    assert outcome.status == 2
    assert len(outcome.error_lines) == 4
    assert "name" not in asked


def test_a_value_may_hold_an_equals_sign_and_blanks() -> None:
    assert parse_settings(["summary= a = b "]) == {"summary": "a = b"}


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="not understood"):
        parse_settings(["seed=1", "seed=2"])


def test_the_help_tells_of_profiles_weights_and_how_to_go_on(condyle) -> None:
    outcome = condyle("train", "--help")
    assert outcome.status == 0
    for words in ("knee-unet", "--profile fast", "--weights torchvision:", "--resume", "--set"):
        assert words in outcome.out


@pytest.mark.needs("torch")
def test_a_setting_that_the_recipe_does_not_have_lists_those_it_has(condyle, tmp_path) -> None:
    told = ("train", "knee-unet", "--data", str(tmp_path), "--out", str(tmp_path / "run"))
    outcome = condyle(*told, "--set", "schedule.stpes=5")
    assert outcome.status == 2 and len(outcome.error_lines) == 4
    assert "schedule.stpes" in outcome.err and "most_epoch_steps" in outcome.err
    assert "condyle recipes show knee-unet" in outcome.err
    assert not (tmp_path / "run").exists()


@pytest.mark.needs("torch")
def test_a_profile_that_the_recipe_does_not_have_lists_those_it_has(condyle, tmp_path) -> None:
    told = ("train", "knee-unet", "--data", str(tmp_path), "--out", str(tmp_path / "run"))
    outcome = condyle(*told, "--profile", "quick")
    assert outcome.status == 2
    assert "'quick'" in outcome.err and "fast" in outcome.err


def test_a_recipe_is_shown_with_its_source(condyle) -> None:
    outcome = condyle("recipes", "show", "knee-unet")
    assert outcome.status == 0
    assert "arXiv 1505.04597" in outcome.out
    assert "fast:" in outcome.out and "most_epoch_steps: 10" in outcome.out
