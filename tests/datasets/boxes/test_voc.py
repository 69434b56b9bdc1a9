"""Pascal VOC, as LabelImg writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import layout_of, open_archive
from condyle.datasets.voc import is_voc, open_voc
from condyle.datasets.voc_writing import write_voc
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.errors import BadConfiguration, DatasetError, OutputError

Put = Callable[..., Path]

OBJECT = """<object><name>{name}</name><pose>Unspecified</pose><truncated>0</truncated>
<difficult>{difficult}</difficult><bndbox><xmin>{box[0]}</xmin><ymin>{box[1]}</ymin>
<xmax>{box[2]}</xmax><ymax>{box[3]}</ymax></bndbox></object>"""


def labelled(*objects: tuple[object, ...], size: tuple[int, int] | None = (24, 32)) -> str:
    """An annotation as LabelImg writes it; objects are (name, (xmin, ymin, xmax, ymax))."""
    stated = ""
    if size:
        stated = f"<size><width>{size[1]}</width><height>{size[0]}</height><depth>1</depth></size>"
    drawn = "".join(
        OBJECT.format(name=one[0], box=one[1], difficult=one[2] if len(one) > 2 else 0)
        for one in objects
    )
    return f"<annotation><folder>x</folder><filename>?</filename>{stated}{drawn}</annotation>"


def put_xml(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def beside(tmp_path: Path, put_picture: Put) -> Path:
    """Two pictures of one patient with XML beside them, and one that nobody looked at."""
    for name in ("p1_1.png", "p1_2.jpg", "p2_1.png"):
        put_picture(name)
    disc, slip = ("herniation", (4, 3, 12, 10)), ("slip", (4, 3, 12, 10))
    put_xml(tmp_path / "p1_1.xml", labelled(disc, slip, ("herniation", (1, 1, 32, 24), 1)))
    put_xml(tmp_path / "p1_2.xml", labelled())
    return tmp_path


def boxes_of(archive: Archive, name: str) -> tuple[LabelledBox, ...]:
    case = next(case for case in archive.cases if case.id == name)
    return case.reference.boxes[case.study.series[0].stem]


def test_boxes_counted_from_one_to_the_last_pixel_become_half_open_from_zero(beside: Path) -> None:
    first, whole = boxes_of(open_voc(beside, ArchiveOptions()), "p1_1")
    assert first.box == (2.0, 3.0, 10.0, 12.0)
    assert whole.box == (0.0, 0.0, 24.0, 32.0)


def test_two_names_in_one_place_are_one_box_with_two_labels(beside: Path) -> None:
    archive = open_voc(beside, ArchiveOptions())
    first, whole = boxes_of(archive, "p1_1")
    assert first.labels == ("herniation", "slip") and not first.difficult
    assert whole.labels == ("herniation",) and whole.difficult
    assert archive.box_classes == ("herniation", "slip")


def test_an_annotation_without_object_is_a_picture_that_holds_none(beside: Path) -> None:
    assert boxes_of(open_voc(beside, ArchiveOptions()), "p1_2") == ()


def test_a_picture_without_annotation_was_not_looked_at_and_is_no_case(beside: Path) -> None:
    archive = open_voc(beside, ArchiveOptions())
    assert [case.id for case in archive.cases] == ["p1_1", "p1_2"]
    assert "1 picture has no annotation: not looked at, and left out." in archive.notes


def test_the_patient_comes_from_the_expression(beside: Path) -> None:
    archive = open_voc(beside, ArchiveOptions(patient=r"(p\d+)_"))
    assert {case.patient for case in archive.cases} == {"p1"}


def test_a_table_beside_the_pictures_gives_patients_and_covariates(beside: Path) -> None:
    (beside / "patients.csv").write_text(
        "image;patient;sex;Patient Name\np1_1.png;17;F;Doe\np1_2;18;;Roe\n"
    )
    cases = open_voc(beside, ArchiveOptions()).cases
    assert [case.patient for case in cases] == ["17", "18"]
    assert [dict(case.covariates) for case in cases] == [{"sex": "F"}, {}]


def test_a_picture_that_the_table_of_patients_lacks_is_named(beside: Path) -> None:
    (beside / "patients.csv").write_text("image,patient\np1_1,17\n")
    with pytest.raises(DatasetError, match="p1_2.jpg, which is not in patients.csv"):
        open_voc(beside, ArchiveOptions())


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("image,patient\np1_1,1\np1_1,2\n", "row 3: 'p1_1' again"),
        ("image,patient\np1_1,\n", "row 2: no patient"),
        ("picture,who\np1_1,1\n", "row 1: columns picture, who"),
    ],
)
def test_a_row_of_the_table_of_patients_that_cannot_be_used_is_named(
    beside: Path, rows: str, found: str
) -> None:
    (beside / "patients.csv").write_text(rows)
    with pytest.raises(DatasetError) as refused:
        open_voc(beside, ArchiveOptions())
    assert refused.value.found == f"patients.csv, {found}"


def test_a_folder_is_known_by_its_xml(beside: Path, tmp_path: Path) -> None:
    assert is_voc(beside)
    assert layout_of(beside) == "voc"
    other = tmp_path / "other"
    put_xml(other / "a.xml", "<html/>")
    assert not is_voc(other)
    assert not is_voc(tmp_path / "absent")


@pytest.fixture
def devkit(tmp_path: Path, put_picture: Put) -> Path:
    """The folders of the challenge, with its lists."""
    for name in ("a", "b c", "d"):
        put_picture(f"JPEGImages/{name}.png")
        put_xml(tmp_path / "Annotations" / f"{name}.xml", labelled(("tear", (1, 1, 5, 5))))
    lists = tmp_path / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "trainval.txt").write_text("a\nb c\n\n")
    (lists / "test.txt").write_text("d  1\n")
    return tmp_path


def test_the_lists_of_the_challenge_give_the_sides(devkit: Path) -> None:
    archive = open_voc(devkit, ArchiveOptions())
    assert [case.id for case in archive.cases] == ["a", "b-c", "d"]
    assert archive.sides == {"a": "train", "b c": "train", "d": "test"}
    main = devkit / "ImageSets" / "Main"
    (main / "train.txt").write_text("a\n")
    (main / "val.txt").write_text("b c\n")
    sides = open_voc(devkit, ArchiveOptions()).sides
    assert sides == {"a": "train", "b c": "validation", "d": "test"}


def test_a_patient_on_two_sides_is_named_as_a_leak_and_is_on_none(devkit: Path) -> None:
    (devkit / "patients.csv").write_text("image,patient\na,7\nb c,8\nd,7\n")
    archive = open_voc(devkit, ArchiveOptions())
    assert archive.sides == {"8": "train"}
    assert archive.leaks == ("7",)


def test_a_picture_on_two_lists_is_a_leak(devkit: Path) -> None:
    (devkit / "ImageSets" / "Main" / "test.txt").write_text("d\na\n")
    archive = open_voc(devkit, ArchiveOptions())
    assert archive.leaks == ("a",) and set(archive.sides) == {"b c", "d"}


def test_a_row_of_a_list_without_its_picture_is_named(devkit: Path) -> None:
    (devkit / "ImageSets" / "Main" / "test.txt").write_text("d\ne\n")
    with pytest.raises(DatasetError, match="not there") as refused:
        open_voc(devkit, ArchiveOptions())
    assert refused.value.found.startswith("ImageSets/Main/test.txt, row 2")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (labelled(size=(32, 24)), "p1_2.xml: a size of 32 rows and 24 columns"),
        (labelled(("", (1, 1, 5, 5))), "p1_2.xml, object 1: no name"),
        (labelled(("t", (1, 1, 5.5, 5))), "p1_2.xml, object 1: xmax '5.5'"),
        (labelled(("t", (1, "", 5, 5))), "p1_2.xml, object 1: ymin ''"),
        (
            labelled(("t", (1, 1, 5, 5)), ("t", (9, 1, 5, 5))),
            "p1_2.xml, object 2: a box without height or width",
        ),
        (
            labelled(("t", (1, 1, 40, 5))),
            "p1_2.xml, object 1: rows 0 to 5, columns 0 to 40",
        ),
        ("<annotation>", "p1_2.xml: text that is not XML"),
        ("", "p1_2.xml: text that is not XML"),
        ('<?xml version="1.0" encoding="none"?><annotation/>', "p1_2.xml: text that is not XML"),
    ],
)
def test_an_annotation_that_cannot_be_used_is_named_with_its_object(
    beside: Path, text: str, found: str
) -> None:
    put_xml(beside / "p1_2.xml", text)
    with pytest.raises(DatasetError) as refused:
        open_voc(beside, ArchiveOptions())
    assert refused.value.found == found
    assert refused.value.mend


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb_is_refused_before_it_grows(beside: Path, encoding: str) -> None:
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><annotation>&b;</annotation>'
    (beside / "p1_2.xml").write_bytes(bomb.encode(encoding))
    with pytest.raises(DatasetError, match=r"p1_2.xml: a document type"):
        open_voc(beside, ArchiveOptions())


def test_an_xml_file_larger_than_any_list_of_boxes_is_refused(beside: Path) -> None:
    put_xml(beside / "p1_2.xml", "<annotation>" + " " * (4 << 20) + "</annotation>")
    with pytest.raises(DatasetError, match="more than 4 MiB"):
        open_voc(beside, ArchiveOptions())


def test_a_box_that_leaves_its_picture_by_a_pixel_is_cut_off_there(beside: Path) -> None:
    put_xml(beside / "p1_2.xml", labelled(("t", (0, 0, 33, 25))))
    (box,) = boxes_of(open_voc(beside, ArchiveOptions()), "p1_2")
    assert box.box == (0.0, 0.0, 24.0, 32.0)


def test_a_size_that_is_left_out_or_zero_is_taken_from_the_picture(beside: Path) -> None:
    for size in (None, (0, 0)):
        put_xml(beside / "p1_2.xml", labelled(("t", (1, 1, 5, 5)), size=size))
        assert boxes_of(open_voc(beside, ArchiveOptions()), "p1_2")


def test_an_annotation_finds_its_picture_by_the_file_name_that_it_states(
    beside: Path, put_picture: Put
) -> None:
    put_picture("renamed.png")
    text = labelled(("t", (1, 1, 5, 5))).replace("?", "C:\\pictures\\renamed.png")
    put_xml(beside / "x9.xml", text)
    assert boxes_of(open_voc(beside, ArchiveOptions()), "renamed")


def test_an_annotation_without_picture_is_named(beside: Path) -> None:
    put_xml(beside / "lost.xml", labelled())
    with pytest.raises(DatasetError, match="has no picture") as refused:
        open_voc(beside, ArchiveOptions())
    assert refused.value.found == "lost.xml alone"


def test_two_pictures_of_one_name_are_refused(beside: Path, put_picture: Put) -> None:
    put_picture("p1_1.jpg")
    with pytest.raises(DatasetError, match="p1_1.jpg, p1_1.png"):
        open_voc(beside, ArchiveOptions())


def test_a_picture_that_cannot_be_read_is_listed_and_left_out(beside: Path) -> None:
    whole = (beside / "p1_1.png").read_bytes()
    (beside / "p1_1.png").write_bytes(whole[:60])
    archive = open_voc(beside, ArchiveOptions())
    assert [case.id for case in archive.cases] == ["p1_2"]
    assert [one.file for one in archive.unreadable] == ["p1_1.png"]
    assert "ends early" in archive.unreadable[0].why
    (beside / "p1_1.png").write_bytes(b"")
    assert open_voc(beside, ArchiveOptions()).unreadable[0].why == "an empty file"


def test_named_classes_are_in_their_order_whether_or_not_they_occur(beside: Path) -> None:
    archive = open_voc(beside, ArchiveOptions(classes=("slip", "tear", "herniation")))
    assert archive.box_classes == ("slip", "tear", "herniation")
    assert boxes_of(archive, "p1_1")[0].labels == ("herniation", "slip")


@pytest.mark.parametrize("classes", [(), ("tear",), ("None", "tear")])
def test_a_box_of_the_class_none_shows_the_object_without_any(
    beside: Path, classes: tuple[str, ...]
) -> None:
    put_xml(beside / "p1_1.xml", labelled(("None", (1, 1, 5, 5)), ("tear", (9, 9, 12, 12))))
    archive = open_voc(beside, ArchiveOptions(classes=classes))
    assert archive.box_classes == ("tear",)
    assert [box.labels for box in boxes_of(archive, "p1_1")] == [(), ("tear",)]


def test_a_class_that_was_not_named_is_refused_with_the_file_that_has_it(beside: Path) -> None:
    with pytest.raises(DatasetError, match=r"'slip' in p1_1.png") as refused:
        open_voc(beside, ArchiveOptions(classes=("none", "herniation")))
    assert refused.value.needed == "one of: none, herniation"


def test_an_option_that_is_not_read_or_makes_no_sense_is_refused(beside: Path) -> None:
    with pytest.raises(BadConfiguration, match="labels"):
        open_voc(beside, ArchiveOptions(labels=("a",)))
    with pytest.raises(BadConfiguration, match="overlap"):
        open_voc(beside, ArchiveOptions(overlap=0.0))
    with pytest.raises(BadConfiguration, match="without a group"):
        open_voc(beside, ArchiveOptions(patient="p1"))


def test_what_is_written_is_read_back_the_same(
    tmp_path: Path, boxed: Archive, same: Callable[[Archive, Archive], None]
) -> None:
    write_voc(tmp_path / "out", boxed)
    same(open_archive(tmp_path / "out"), boxed)
    text = (tmp_path / "out" / "Annotations" / "site-1-a.xml").read_text()
    assert text.count("<object>") == 3 and "<name>none</name>" in text


def test_a_doubtful_box_stays_doubtful_when_written(
    tmp_path: Path, make_case: Callable[..., Case]
) -> None:
    box = LabelledBox((1.0, 1.0, 5.0, 6.0), ("tear",), difficult=True)
    write_voc(tmp_path / "out", Archive("made", (make_case("a", (box,)),)))
    assert boxes_of(open_voc(tmp_path / "out", ArchiveOptions()), "a") == (box,)


def test_each_slice_of_a_volume_is_written_as_a_picture_of_its_own(
    tmp_path: Path, make_case: Callable[..., Case]
) -> None:
    box = LabelledBox((1.0, 1.0, 5.0, 6.0), ("tear",), slice=1)
    write_voc(tmp_path / "out", Archive("made", (make_case("a", (box,), slices=3),)))
    archive = open_voc(tmp_path / "out", ArchiveOptions())
    assert [case.id for case in archive.cases] == ["a_slice000", "a_slice001", "a_slice002"]
    assert [len(boxes_of(archive, case.id)) for case in archive.cases] == [0, 1, 0]
    assert {case.patient for case in archive.cases} == {"p"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda case: replace(case, id="../a"), "no path within the archive"),
        (lambda case: replace(case, reference=Reference(grades={"study": {"x": 1}})), "grades"),
        (
            lambda case: replace(
                case, reference=Reference(boxes={"a": (LabelledBox((0.5, 0, 2, 2), ()),)})
            ),
            "whole pixels",
        ),
        (
            lambda case: replace(
                case,
                reference=Reference(boxes={"a": (LabelledBox((0, 0, 2, 2), (), annotator="x"),)}),
            ),
            "several annotators",
        ),
    ],
)
def test_what_the_layout_has_no_place_for_is_refused(
    tmp_path: Path,
    make_case: Callable[..., Case],
    change: Callable[[Case], Case],
    found: str,
) -> None:
    with pytest.raises(DatasetError) as refused:
        write_voc(tmp_path / "out", Archive("made", (change(make_case("a")),)))
    assert found in refused.value.found
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path, boxed: Archive) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(OutputError, match="holds something"):
        write_voc(tmp_path, boxed)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_annotators_named_in_the_objects_are_made_one(beside: Path) -> None:
    def drawn(*readers: str) -> str:
        text = labelled(*(("tear", (4, 3, 12, 10)) for _ in readers))
        for reader in readers:
            named = f"<annotator>{reader}</annotator>" if reader else "<pose/>"
            text = text.replace("<pose>Unspecified</pose>", named, 1)
        return text

    put_xml(beside / "p1_1.xml", drawn("a", "b"))
    put_xml(beside / "p1_2.xml", drawn("c"))
    archive = open_voc(beside, ArchiveOptions())
    assert len(boxes_of(archive, "p1_1")) == 1
    assert boxes_of(archive, "p1_2") == ()
    assert archive.agreement["mean-iou"] == 1.0
    assert any("Each annotator named in the XML" in note for note in archive.notes)
    put_xml(beside / "p1_2.xml", drawn("c", ""))
    with pytest.raises(DatasetError, match=r"p1_2.xml, object 2: no annotator"):
        open_voc(beside, ArchiveOptions())


def test_annotators_may_have_the_xml_in_folders_of_their_own(devkit: Path) -> None:
    for reader, boxes in (("reader_1", ((1, 1, 8, 8),)), ("reader_2", ((1, 1, 8, 6),))):
        for name in ("a", "d"):
            put_xml(devkit / reader / f"{name}.xml", labelled(*(("tear", box) for box in boxes)))
    (devkit / "Annotations" / "a.xml").unlink()
    archive = open_voc(devkit, ArchiveOptions(consensus="any"))
    assert [case.id for case in archive.cases] == ["a", "d"]
    assert boxes_of(archive, "a")[0].box == (0.0, 0.0, 7.0, 8.0)
    assert archive.agreement["mean-iou"] == pytest.approx(48 / 64)


@pytest.mark.parametrize("name", ["readers", "expert-notes", "annotations"])
def test_a_folder_that_is_called_like_an_annotator_and_holds_none_is_passed_over(
    beside: Path, name: str
) -> None:
    (beside / name).mkdir()
    (beside / name / "readme.txt").write_text("hello")
    assert len(open_voc(beside, ArchiveOptions()).cases) == 2


def test_a_list_of_classes_gives_their_order_and_those_that_do_not_occur(beside: Path) -> None:
    (beside / "classes.txt").write_text("slip\ncrack\n\n")
    archive = open_voc(beside, ArchiveOptions())
    assert archive.box_classes == ("slip", "crack", "herniation")
