"""Names in the scripts of the world, right and wrong, as they are kept when they come in."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.dataset import FileDataset

from condyle.dicom.header import without_remarks
from condyle.dicom.instance_facts import InstanceFacts, instance_facts
from condyle.errors import BadImage

Make = Callable[..., FileDataset]
Facts = Callable[[bytes, bytes], InstanceFacts]

_TO_KANJI, _TO_ASCII = b"\x1b$B", b"\x1b(B"


def kanji(text: str) -> bytes:
    """JIS X 0208 as ISO 2022 IR 87 writes it, each part between escapes (PS3.5 H)."""
    return b"^".join(
        _TO_KANJI
        + part.encode("iso2022_jp").removeprefix(_TO_KANJI).removesuffix(_TO_ASCII)
        + _TO_ASCII
        for part in text.split("^")
    )


def element(head: bytes, value: bytes) -> bytes:
    padded = value + b" " * (len(value) % 2)
    return head + struct.pack("<H", len(padded)) + padded


@pytest.fixture
def facts_of(instance: Make, tmp_path: Path) -> Facts:
    """Gives the facts of an instance whose character set and name are these very bytes."""

    def read(charset: bytes, name: bytes) -> InstanceFacts:
        path = tmp_path / "one"
        with without_remarks():
            instance(PatientName=None).save_as(path, enforce_file_format=True)
        content = path.read_bytes()
        # Laid in by hand: a writer would code them anew.
        start = content.index(b"\x08\x00\x08\x00CS")
        place = content.index(b"\x10\x00\x20\x00LO")
        before, between, after = content[:start], content[start:place], content[place:]
        stated = element(b"\x08\x00\x05\x00CS", charset)
        path.write_bytes(before + stated + between + element(b"\x10\x00\x10\x00PN", name) + after)
        return instance_facts(path)

    return read


@pytest.mark.parametrize(
    ("charset", "coded", "shown"),
    [
        (b"ISO_IR 100", "Müller^Jürgen".encode("latin-1"), "Müller^Jürgen"),
        (b"ISO_IR 101", "Łukasz^Żak".encode("iso8859_2"), "Łukasz^Żak"),
        (b"ISO_IR 144", "Люксембург^Роза".encode("iso8859_5"), "Люксембург^Роза"),
        (b"ISO_IR 126", "Διονυσιος".encode("iso8859_7"), "Διονυσιος"),
        (b"ISO_IR 127", "قباني^لنزار".encode("iso8859_6"), "قباني^لنزار"),
        (b"ISO_IR 138", "שרון^דבורה".encode("iso8859_8"), "שרון^דבורה"),
        (b"ISO_IR 192", "Wang^XiaoDong=王^小東".encode(), "Wang^XiaoDong=王^小東"),
        (b"GB18030", "Wang^XiaoDong=王^小东".encode("gb18030"), "Wang^XiaoDong=王^小东"),
        (b"GBK", "王^小东".encode("gbk"), "王^小东"),
        (
            b"\\ISO 2022 IR 87",
            b"Yamada^Tarou=" + kanji("山田^太郎"),
            "Yamada^Tarou=山田^太郎",
        ),
        (b"ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ".encode("shift_jis"), "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        (
            b"\\ISO 2022 IR 149",
            b"Hong^Gildong="
            + b"\x1b$)C"
            + "洪".encode("euc_kr")
            + b"^\x1b$)C"
            + "吉洞".encode("euc_kr"),
            "Hong^Gildong=洪^吉洞",
        ),
    ],
)
def test_a_name_is_kept_in_its_script(
    charset: bytes, coded: bytes, shown: str, facts_of: Facts
) -> None:
    assert facts_of(charset, coded).patient.name == shown


@pytest.mark.parametrize(
    "charset",
    [b"", b"ISO_IR 144", b"ISO_IR 192", b"NONSENSE", b"\\\\", b"ISO 2022 IR 87\\x", b"\xff\xfe"],
)
@pytest.mark.parametrize(
    "coded",
    ["Müller".encode("latin-1"), "山田".encode("shift_jis"), bytes(range(128, 160)), b"\x1b$B\x1b"],
)
def test_a_wrong_character_set_gives_some_text_or_a_refusal(
    charset: bytes, coded: bytes, facts_of: Facts
) -> None:
    try:
        name = facts_of(charset, coded).patient.name
    except BadImage:
        return
    assert all(one.isprintable() for one in name)
    name.encode("utf-8")
