"""The recipes in the package can be listed and shown without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from condyle.cli import main
from condyle.errors import BadConfiguration, UnknownName
from condyle.workflows.recipes import list_recipes, load_recipe


def test_the_lumbar_recipes_come_with_the_package() -> None:
    assert {"lumbar-anatomy", "lumbar-grading"} <= set(list_recipes())


@pytest.mark.parametrize("name", list_recipes())
def test_a_recipe_is_named_as_its_file(name: str) -> None:
    assert load_recipe(name).name == name


@pytest.mark.parametrize("name", list_recipes())
def test_what_the_command_shows_is_a_recipe_of_its_own(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recipes", "show", name]) == 0
    shown = capsys.readouterr().out
    path = tmp_path / "shown.yaml"
    path.write_text(shown, "utf-8")
    assert load_recipe(str(path)) == load_recipe(name)


def test_the_command_lists_every_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "list"]) == 0
    shown = capsys.readouterr().out
    assert not [name for name in list_recipes() if name not in shown]


def test_an_unknown_recipe_names_those_that_exist() -> None:
    with pytest.raises(UnknownName, match="lumbar-anatomy"):
        load_recipe("lumbar-astronomy")


def test_an_unknown_field_is_refused_with_its_path(tmp_path: Path) -> None:
    values = load_recipe("lumbar-anatomy").model_dump(mode="json", by_alias=True)
    values["schedule"]["stpes"] = 5
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(values), "utf-8")
    with pytest.raises(BadConfiguration, match=r"schedule\.stpes"):
        load_recipe(str(path))


def test_every_fault_of_a_recipe_is_told_at_once(tmp_path: Path) -> None:
    values = load_recipe("lumbar-anatomy").model_dump(mode="json", by_alias=True)
    values["schedule"]["steps"] = -1
    values["task"] = "dance"
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(values), "utf-8")
    with pytest.raises(BadConfiguration) as caught:
        load_recipe(str(path))
    assert "schedule.steps" in caught.value.found
    assert "task" in caught.value.found


def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("a: [1, 2", "utf-8")
    with pytest.raises(BadConfiguration, match="cannot be used"):
        load_recipe(str(path))


def test_showing_a_recipe_needs_no_torch() -> None:
    code = (
        "import sys; from condyle.workflows.recipes import load_recipe;"
        " load_recipe('lumbar-anatomy'); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "False"
