"""Opening folders, files and mixtures of them."""

import os
from pathlib import Path

import pytest

from condyle import sources
from condyle.errors import NothingReadable, UnsafeInput
from condyle.sources import Limits
from condyle.sources.files import known_suffix, safe_stem


def _fill(folder: Path, *names: str) -> Path:
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(name.encode())
    return folder


def _codes(tree: sources.SourceTree) -> dict[str, int]:
    return {one.reason.code: one.count for one in tree.left_out}


def test_a_folder_gives_its_files_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    _fill(tmp_path, "b/im10", "b/im2", "a/im1", "im3")
    with sources.open([tmp_path]) as tree:
        assert [file.stem for file in tree.files] == ["im3", "im1", "im2", "im10"]


def test_files_without_an_ending_are_given(tmp_path: Path) -> None:
    _fill(tmp_path, "IM000001")
    with sources.open([tmp_path]) as tree:
        (file,) = tree.files
    assert (file.suffix, file.label, file.size) == ("", "file-1", 8)


def test_a_label_tells_neither_name_nor_unknown_ending(tmp_path: Path) -> None:
    _fill(tmp_path, "Doe Jane.Miller", "Doe Jane.dcm")
    with sources.open([tmp_path]) as tree:
        labels = [file.label for file in tree.files]
        shown = repr(tree)
    assert labels == ["file-1", "file-2.dcm"]
    assert "Jane" not in shown
    assert str(tmp_path) not in shown


def test_a_file_given_by_name_is_marked_as_named(tmp_path: Path) -> None:
    _fill(tmp_path, "a.png", "more/b.png")
    with sources.open([tmp_path / "a.png", tmp_path / "more"]) as tree:
        assert [file.named for file in tree.files] == [True, False]


def test_a_file_named_twice_is_given_once(tmp_path: Path) -> None:
    _fill(tmp_path, "a.png")
    with sources.open([tmp_path / "a.png", tmp_path]) as tree:
        assert len(tree.files) == 1


def test_the_bytes_can_be_read_and_read_again(tmp_path: Path) -> None:
    _fill(tmp_path, "a")
    with sources.open([str(tmp_path)]) as tree:
        with tree.files[0].open() as stream:
            assert stream.read() == b"a"
        assert tree.files[0].head(100) == b"a"


def test_what_operating_systems_leave_behind_is_passed_over_quietly(tmp_path: Path) -> None:
    _fill(tmp_path, ".DS_Store", "Thumbs.db", "__MACOSX/x", ".hidden/y", "a")
    with sources.open([tmp_path]) as tree:
        assert [file.stem for file in tree.files] == ["a"]
        assert tree.left_out == ()


def test_an_empty_folder_gives_no_file(tmp_path: Path) -> None:
    with sources.open([tmp_path]) as tree:
        assert tree.files == ()


def test_an_empty_file_is_left_out_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with sources.open([tmp_path]) as tree:
        assert tree.files == ()
        assert _codes(tree) == {"empty-file": 1}


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    _fill(tmp_path, "a/im1")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    with sources.open([tmp_path]) as tree:
        assert len(tree.files) == 1
        assert _codes(tree) == {"link-not-followed": 2}


def test_a_link_to_a_file_outside_is_not_followed(tmp_path: Path) -> None:
    outside = _fill(tmp_path / "outside", "secret")
    inside = _fill(tmp_path / "inside", "im1")
    (inside / "link").symlink_to(outside / "secret")
    with sources.open([inside]) as tree:
        assert [file.stem for file in tree.files] == ["im1"]


def test_a_link_that_the_user_names_is_followed(tmp_path: Path) -> None:
    _fill(tmp_path / "real", "im1")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with sources.open([tmp_path / "link"]) as tree:
        assert len(tree.files) == 1


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with sources.open([tmp_path]) as tree:
        assert _codes(tree) == {"not-a-plain-file": 1}


@pytest.mark.parametrize("paths", [[], ["/no/such/place/Doe_Jane"], ["\0"], ["/dev/null"]])
def test_a_path_that_is_not_there_is_refused_without_being_named(paths: list[str]) -> None:
    with pytest.raises(NothingReadable) as caught, sources.open(paths):
        pass
    assert "Jane" not in str(caught.value)
    assert len(caught.value.lines()) == 4


def test_the_error_says_which_of_several_paths_it_means(tmp_path: Path) -> None:
    missing = tmp_path / "gone"
    with pytest.raises(NothingReadable, match="Path 2 of the 2"), sources.open([tmp_path, missing]):
        pass


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    _fill(tmp_path, "a", "b", "c")
    limits = Limits(files=2)
    with (
        pytest.raises(UnsafeInput, match="more than 2 files"),
        sources.open([tmp_path], limits=limits),
    ):
        pass


def test_too_deep_a_folder_is_refused(tmp_path: Path) -> None:
    _fill(tmp_path, "a/b/c/d")
    limits = Limits(folders=2)
    with (
        pytest.raises(UnsafeInput, match="more than 2 deep"),
        sources.open([tmp_path], limits=limits),
    ):
        pass


def test_a_file_over_the_limit_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 100)
    with sources.open([tmp_path], limits=Limits(file_bytes=50)) as tree:
        assert _codes(tree) == {"file-too-large": 1}


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("100_t2_SPACE.png", "100_t2_SPACE"),
        ("a b/c.nii.gz", "a-b-c"),
        ("../../etc/passwd", "etc-passwd"),
        ("Müller.png", "Muller"),
        ("日本.png", "image"),
        ("....png", "image"),
        ("x" * 300 + ".png", "x" * 80),
    ],
)
def test_a_stem_is_safe_in_the_name_of_an_output(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


def test_both_parts_of_a_packed_nifti_ending_are_known() -> None:
    assert known_suffix("A.NII.GZ") == ".nii.gz"
