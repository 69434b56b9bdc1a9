"""A labelled archive is known by its layout, by name or by its folder."""

from pathlib import Path

import pytest

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.layouts import AUTO, LAYOUTS, layout_named, layout_of, open_archive
from condyle.errors import BadConfiguration, DatasetError, UnknownName
from condyle.training.recipe import read_recipe, recipe_names


@pytest.fixture(name="spider")
def _spider(tmp_path: Path) -> Path:
    """A folder with what the layout is known by, and no case."""
    (tmp_path / "midsagittal").mkdir()
    (tmp_path / "gradings.csv").write_text("patient,disc\n")
    return tmp_path


def test_a_layout_is_found_by_its_name_and_by_its_folder(spider: Path) -> None:
    assert layout_of(spider) == "spider"
    assert layout_named("spider") is LAYOUTS["spider"]


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
        named = read_recipe(name).data.layout
        assert named == AUTO or layout_named(named)


def test_a_folder_that_lost_its_table_is_of_no_layout_and_is_not_read(spider: Path) -> None:
    (spider / "gradings.csv").unlink()
    with pytest.raises(DatasetError):
        layout_of(spider)
    with pytest.raises(DatasetError):
        open_archive(spider, layout="spider")


def test_an_archive_without_a_case_is_refused_with_what_it_should_hold(spider: Path) -> None:
    with pytest.raises(DatasetError, match="holds no case") as refused:
        open_archive(spider)
    assert refused.value.needed == LAYOUTS["spider"].holds


def test_an_option_that_a_layout_does_not_read_is_refused_by_name(spider: Path) -> None:
    with pytest.raises(BadConfiguration) as refused:
        open_archive(spider, options=ArchiveOptions(patient="(p[0-9]+)", overlap=0.4))
    assert refused.value.found == "data.options.patient, data.options.overlap"
    assert refused.value.needed == "no options"
