"""A labelled archive is known by its layout, by name or by its folder."""

from pathlib import Path

import pytest

from condyle.datasets.layouts import LAYOUTS, layout_named, layout_of
from condyle.errors import DatasetError, UnknownName
from condyle.training.recipe import read_recipe, recipe_names


@pytest.fixture(name="spider")
def _spider(tmp_path: Path) -> Path:
    """A folder with what the layout is known by, and no case."""
    (tmp_path / "midsagittal").mkdir()
    (tmp_path / "gradings.csv").write_text("patient,disc\n")
    return tmp_path


def test_a_layout_is_found_by_its_name_and_by_its_folder(spider: Path) -> None:
    assert layout_of(spider) is layout_named("spider")


def test_an_unknown_name_lists_those_that_are_known() -> None:
    with pytest.raises(UnknownName, match="'elsewhere'") as refused:
        layout_named("elsewhere")
    assert "spider" in str(refused.value.lines())


def test_a_folder_without_any_layout_is_told_what_each_holds(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        layout_of(tmp_path / "absent")
    for name, layout in LAYOUTS.items():
        assert f"{name}: {layout.holds}" in refused.value.needed


def test_every_recipe_of_the_package_names_a_layout_that_is_there() -> None:
    for name in recipe_names():
        assert layout_named(read_recipe(name).data.layout)


def test_a_folder_that_lost_its_table_is_of_no_layout_and_is_not_read(spider: Path) -> None:
    (spider / "gradings.csv").unlink()
    with pytest.raises(DatasetError):
        layout_of(spider)
    with pytest.raises(DatasetError):
        layout_named("spider").graded_cases(spider)
