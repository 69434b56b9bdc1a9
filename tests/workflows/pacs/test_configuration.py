"""A file of YAML is plain values or it is refused, in four parts that hold none of its values."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from condyle.errors import BadConfiguration
from condyle.workflows.pacs.configuration import (
    MOST_BYTES,
    Strict,
    parse_configuration,
    read_configuration,
)


class Example(Strict):
    """A file with a text, a number and a list."""

    word: str = ""
    count: int = 0
    some: list[str] = Field(default_factory=list)


def parsed(text: str) -> Example:
    return parse_configuration(text, Example, kind="examples", name="example.yaml")


def refusal(text: str) -> BadConfiguration:
    with pytest.raises(BadConfiguration) as error:
        parsed(text)
    return error.value


@pytest.mark.parametrize(
    "text",
    [
        "word: !!int ''",
        "word: !!float ''",
        "word: !!bool maybe",
        "word: !!timestamp soon",
        "word: 2024-13-45",
        f"count: {'9' * 5000}",
        "word: \x00",
        "some: " + "[" * 2000,
        "word: {a: 1, ? [b] : 2}",
        "word: one\n---\nword: two",
        "\tword: one",
    ],
)
def test_whatever_yaml_chokes_on_is_told_as_a_fault_of_the_file(text: str) -> None:
    error = refusal(text)

    assert len(error.lines()) == 4
    assert "example.yaml" in error.failed


@pytest.mark.parametrize("text", ["", "# only a remark", "just words", "- a list", "7", "null"])
def test_a_file_without_fields_names_one_that_it_could_have(text: str) -> None:
    assert refusal(text).found == "no fields at all, such as 'word:'"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("word: yes", "word"),
        ("word: 12", "word"),
        ("word: 2024-01-31", "word"),
        ("word: ", "word"),
        ("count: '12'", "count"),
        ("count: 1.5", "count"),
        ("count: true", "count"),
        ("some: one", "some"),
        ("some: [one, 2]", "some.1"),
        ("colour: red", "colour"),
    ],
)
def test_nothing_is_turned_into_another_type(text: str, place: str) -> None:
    assert refusal(text).found.startswith(f"{place}: ")


def test_a_key_that_stands_twice_is_told_with_its_line_even_far_inside() -> None:
    found = refusal("word: a\nsome:\n  - {x: 1,\n     x: 2}").found

    assert found == "the key 'x' twice in line 4"


def test_an_alias_is_refused_before_it_can_grow() -> None:
    grows = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )

    assert "alias" in refusal(grows).found


def test_of_many_faults_the_first_twenty_are_told_and_the_rest_counted() -> None:
    found = refusal("".join(f"key{n}: 1\n" for n in range(27))).found

    assert "key19: " in found and "key20" not in found
    assert found.endswith("; and 7 more")


def test_a_mark_of_byte_order_at_the_beginning_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_bytes("word: Löwe".encode("utf-8-sig"))

    assert read_configuration(path, Example, kind="examples").word == "Löwe"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("word: Löwe".encode("latin-1"), "another encoding"),
        (b"#" * (MOST_BYTES + 1), "more than 256 KiB"),
    ],
)
def test_what_is_no_text_or_too_much_of_it_is_refused(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "example.yaml"
    path.write_bytes(content)

    with pytest.raises(BadConfiguration, match=said):
        read_configuration(path, Example, kind="examples")


def test_the_largest_file_that_may_be_is_read(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_bytes(b"word: a\n#".ljust(MOST_BYTES, b"x"))

    assert read_configuration(path, Example, kind="examples").word == "a"


def test_a_folder_in_its_place_is_told_without_where_it_lies(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as error:
        read_configuration(tmp_path, Example, kind="examples")

    assert error.value.found == "Is a directory"
    assert str(tmp_path) not in str(error.value)
