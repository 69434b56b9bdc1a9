"""A body of several parts is cut as the standard library's mail parser cuts it, in any pieces."""

from __future__ import annotations

import email
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.dicom.network.multipart import (
    MOST_HEADER_BYTES,
    MultipartReader,
    Parts,
    boundary_of,
    media_of,
)
from condyle.errors import InputError

BOUNDARY = b"line-between"


class Kept:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.parts: list[tuple[dict[str, str], bytes]] = []
        self.ended = 0

    def begin(self, headers: Mapping[str, str]) -> None:
        self.parts.append((dict(headers), b""))

    def data(self, some: memoryview) -> None:
        headers, content = self.parts[-1]
        self.parts[-1] = (headers, content + bytes(some))

    def end(self) -> None:
        self.ended += 1


def body_of(contents: Sequence[bytes], *, before: bytes = b"", after: bytes = b"") -> bytes:
    head = b"Content-Type: application/dicom\r\nContent-Location: /x\r\n\r\n"
    parts = b"".join(b"--" + BOUNDARY + b"\r\n" + head + one + b"\r\n" for one in contents)
    return before + parts + b"--" + BOUNDARY + b"--" + after


def read(body: bytes, sizes: Sequence[int] = (1 << 20,)) -> Kept:
    kept = Kept()
    reader = MultipartReader(BOUNDARY, Parts(kept.begin, kept.data, kept.end))
    at = turn = 0
    while at < len(body):
        size = sizes[turn % len(sizes)]
        reader.feed(body[at : at + size])
        at, turn = at + size, turn + 1
    reader.finish()
    return kept


CONTENT = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\r\n", b"--", b"\r\n--", b"\r\n--line-betwee", b"--line-between"[:5]]),
)


@given(st.lists(CONTENT, max_size=4), st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_the_contents_come_out_whatever_pieces_they_come_in(
    contents: list[bytes], sizes: list[int]
) -> None:
    kept = read(body_of(contents), sizes)

    assert [content for _, content in kept.parts] == contents
    assert kept.ended == len(contents)


def test_headers_are_told_by_their_names_in_lower_case() -> None:
    ((headers, _),) = read(body_of([b"x"])).parts

    assert headers == {"content-type": "application/dicom", "content-location": "/x"}


def test_what_is_before_and_after_the_parts_is_passed_over() -> None:
    kept = read(body_of([b"one", b"two"], before=b"preamble\r\n", after=b"\r\nepilogue"))

    assert [content for _, content in kept.parts] == [b"one", b"two"]


def test_it_agrees_with_the_standard_library() -> None:
    body = body_of([b"one", b"two\r\nlines"], before=b"hello\r\n", after=b"\r\n")
    head = b"Content-Type: multipart/related; boundary=" + BOUNDARY + b"\r\n\r\n"
    message = email.message_from_bytes(head + body)

    theirs = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]

    assert [content for _, content in read(body).parts] == theirs


def test_a_part_without_headers_is_a_part() -> None:
    body = b"--" + BOUNDARY + b"\r\n\r\ncontent\r\n--" + BOUNDARY + b"--"

    assert read(body).parts == [({}, b"content")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no line at all",
        body_of([b"cut"])[:-10],
        b"--" + BOUNDARY + b"\r\nContent-Type: x",
        b"--" + BOUNDARY + b"goes on\r\n\r\n",
        b"--" + BOUNDARY + b"\r\n" + b"x" * (MOST_HEADER_BYTES + 100),
    ],
)
def test_what_ends_early_or_never_is_refused(body: bytes) -> None:
    with pytest.raises(InputError):
        read(body)


def test_content_is_told_as_it_comes_and_not_kept_until_its_end() -> None:
    sizes: list[int] = []
    parts = Parts(lambda headers: None, lambda some: sizes.append(len(some)), lambda: None)
    reader = MultipartReader(BOUNDARY, parts)
    reader.feed(b"--" + BOUNDARY + b"\r\n\r\n")
    for _ in range(50):
        reader.feed(b"x" * 10_000)

    assert sum(sizes) > 50 * 10_000 - 100


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ('multipart/related; type="application/dicom"; boundary=abc', b"abc"),
        ('multipart/related; boundary="a b;c"', b"a b;c"),
        ("Multipart/Related;BOUNDARY=x", b"x"),
    ],
)
def test_a_boundary_is_read_with_and_without_quotes(header: str, boundary: bytes) -> None:
    assert boundary_of(media_of(header)) == boundary
    assert media_of(header).type == "multipart/related"


@pytest.mark.parametrize("header", ["multipart/related", f"multipart/related; boundary={'x' * 71}"])
def test_a_boundary_that_none_may_be_is_refused(header: str) -> None:
    with pytest.raises(InputError):
        boundary_of(media_of(header))
