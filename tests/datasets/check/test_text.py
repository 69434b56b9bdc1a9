"""Burned-in text is placed and counted, and what it says is not kept."""

from __future__ import annotations

import socket
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from condyle.datasets.check import text as searching
from condyle.datasets.check.text import Reading, find_text, installed_reader
from condyle.domain.data_report import Place

BOX = (1.0, 2.0, 9.0, 30.0)


def place(number: int) -> Place:
    return Place(f"c{number}", f"p{number}", "s")


def reader_of(*readings: tuple[str, float]) -> Any:
    def read(picture: NDArray[np.uint8]) -> list[Reading]:
        assert picture.dtype == np.uint8
        return [Reading(BOX, text, confidence) for text, confidence in readings]

    return read


def test_a_name_is_placed_and_counted_and_never_told(texture: Any) -> None:
    found = find_text([(place(1), texture(1)[0])], of=1, reader=reader_of(("DOE JANE 1970", 0.9)))
    (text,) = found.found
    assert (text.place, text.box, text.characters, text.marker) == (place(1), BOX, 11, "")
    assert "DOE" not in repr(found)
    assert (found.looked, found.of, found.reason) == (1, 1, "")


@pytest.mark.parametrize("said", ["L", "r", "Left", "A P", "RIGHT KNEE"])
def test_a_marker_of_a_side_names_nobody_and_is_told(texture: Any, said: str) -> None:
    found = find_text([(place(1), texture(1)[0])], of=1, reader=reader_of((said, 0.9)))
    assert found.found[0].marker == "".join(said.split()).upper()


def test_what_is_not_sure_or_no_letter_is_no_text(texture: Any) -> None:
    reader = reader_of(("DOE", 0.4), ("---", 0.9), ("", 0.9))
    assert find_text([(place(1), texture(1)[0])], of=1, reader=reader).found == ()


def test_what_is_as_large_as_a_bone_is_no_letter(texture: Any) -> None:
    def read(picture: NDArray[np.uint8]) -> list[Reading]:
        return [Reading((10, 10, 60, 40), "O", 0.9), Reading((1, 1, 12, 70), "NAME", 0.9)]

    (text,) = find_text([(place(1), texture(1)[0])], of=1, reader=read).found
    assert text.characters == 4


@pytest.mark.parametrize(
    ("said", "confidence", "row", "found"),
    [
        ("R", 0.95, 5, 1),
        ("R", 0.8, 5, 0),
        ("Q", 0.95, 5, 0),
        ("R", 0.95, 45, 0),
        ("R.", 0.95, 5, 1),
    ],
)
def test_a_single_letter_counts_where_it_marks_a_side_surely_and_near_an_edge(
    texture: Any, said: str, confidence: float, row: float, found: int
) -> None:
    def read(picture: NDArray[np.uint8]) -> list[Reading]:
        return [Reading((row, 36, row + 8, 44), said, confidence)]

    texts = find_text([(place(1), texture(1)[0])], of=1, reader=read).found
    assert [text.marker for text in texts] == ["R"] * found


def test_a_sample_says_that_it_is_one(texture: Any) -> None:
    found = find_text([(place(1), texture(1)[0])], of=5, reader=reader_of())
    assert (found.looked, found.of) == (1, 5)
    assert "sample" in found.reason


def test_a_search_ends_with_its_time_and_says_so(texture: Any) -> None:
    ticks = iter(range(0, 1000, 40))
    found = find_text(
        ((place(k), texture(k)[0]) for k in range(10)),
        of=10,
        reader=reader_of(),
        most_seconds=90,
        clock=lambda: float(next(ticks)),
    )
    assert found.looked == 2
    assert found.reason == "the search was ended after 90 seconds"


def test_a_machine_without_a_reader_says_so_and_how_to_get_one(texture: Any) -> None:
    found = find_text([(place(1), texture(1)[0])], of=7, reader=None)
    assert (found.looked, found.of, found.found) == (0, 7, ())
    assert "condyle[ocr]" in found.reason


def test_a_search_that_was_not_asked_for_says_so() -> None:
    assert find_text([], of=7, reader=reader_of()).reason == "it was not asked for"


def test_no_reader_is_given_where_its_package_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "find_spec", lambda name: None)
    assert installed_reader() is None


def test_a_blank_picture_is_not_read() -> None:
    def refuse(picture: NDArray[np.uint8]) -> list[Reading]:
        raise AssertionError("a blank picture was read")

    blank = np.zeros((40, 40), np.float32)
    assert find_text([(place(1), blank)], of=1, reader=refuse).looked == 1


@pytest.mark.needs("ocr")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_installed_reader_finds_burned_in_text_without_a_network(
    texture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    plain = texture(1, rows=240, columns=260)[0] * 0.6
    picture = Image.fromarray(plain.astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    draw.text((20, 30), "DOE JANE", fill=255, font=ImageFont.load_default(18))
    draw.text((200, 200), "R", fill=255, font=ImageFont.load_default(26))
    written = np.asarray(picture, dtype=np.float32)
    found = find_text([(place(0), plain), (place(1), written)], of=2, reader=installed_reader())
    assert {text.place for text in found.found} == {place(1)}
    name = next(text for text in found.found if not text.marker)
    assert name.characters == 7
    assert name.box[0] == pytest.approx(30, abs=8)
    assert name.box[1] == pytest.approx(20, abs=8)
