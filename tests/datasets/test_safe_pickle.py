"""A pickle is read as data: arrays come out, and nothing that it asks for is done."""

from __future__ import annotations

import builtins
import os
import pickle
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.datasets.safe_pickle import MOST_INSTRUCTIONS, read_pickled_array
from condyle.errors import BadImage, UnsafeInput
from condyle.sources import SourceFile

Read = Callable[[bytes], np.ndarray]


def read_bytes(path: Path, content: bytes) -> np.ndarray:
    path.write_bytes(content)
    return read_pickled_array(SourceFile("k.pck", "k", "", len(content), path))


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return lambda content: read_bytes(tmp_path / "k.pck", content)


ARRAYS = {
    "12-bit": np.arange(2 * 3 * 4, dtype=np.uint16).reshape(2, 3, 4),
    "signed": np.array([[-5, 7]], dtype=np.int64),
    "float": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3),
    "double": np.linspace(0, 1, 6).reshape(3, 2),
    "boolean": np.array([True, False]),
    "big-endian": np.arange(6, dtype=">u2").reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(24, dtype=np.int32).reshape(2, 3, 4)),
    "strided": np.arange(24, dtype=np.uint8).reshape(4, 6)[::2, ::3],
    "no-axis": np.array(5, dtype=np.int16),
}


@pytest.mark.parametrize("kind", sorted(ARRAYS))
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_array_comes_back_as_pickle_would_give_it(read: Read, kind: str, protocol: int) -> None:
    array = ARRAYS[kind]
    content = pickle.dumps(array, protocol)
    found = read(content)
    assert np.array_equal(found, array) and found.shape == array.shape
    assert np.array_equal(found, pickle.loads(content))
    assert found.dtype == array.dtype


def test_what_older_numpy_and_python_wrote_is_read(read: Read) -> None:
    array = ARRAYS["12-bit"]
    new, old = b"numpy._core", b"numpy.core"
    for protocol in (0, 2, 3):
        content = pickle.dumps(array, protocol)
        content = content.replace(new, old) if new in content else content.replace(old, new)
        assert np.array_equal(read(content), array)
    # Python 2, protocol 2: texts and bytes are both byte strings there.
    state = b"(K\x01(K\x02K\x03K\x04tq\x01cnumpy\ndtype\nU\x02u2K\x00K\x01\x87R(K\x03U\x01<NNNJ"
    state += b"\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
    data = b"T" + struct.pack("<i", array.nbytes) + array.tobytes()
    made = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    assert np.array_equal(read(made + state + data + b"tb."), array)


class _Asks:
    """Pickles as a call of something."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


def hostile(mark: Path) -> dict[str, object]:
    return {
        "os.system": _Asks(os.system, f"touch {mark}"),
        "eval": _Asks(eval, f"open({str(mark)!r}, 'w')"),
        "exec": _Asks(exec, f"open({str(mark)!r}, 'w')"),
        "open": _Asks(open, str(mark), "w"),
        "getattr": _Asks(getattr, "np", "load"),
        "import": _Asks(builtins.__import__, "os"),
        "numpy.load": _Asks(np.load, "x.npy", None, True),
        "numpy.fromfile": _Asks(np.fromfile, "x"),
        "numpy.memmap": _Asks(np.memmap, str(mark), "u1", "w+", 0, (4,)),
        "subprocess": _Asks(subprocess.call, ["touch", str(mark)]),
        "bytearray": _Asks(bytearray, 1 << 40),
        "object-array": np.array([_Asks(os.system, f"touch {mark}"), 1], dtype=object),
        "record-array": np.zeros(2, dtype=[("a", "i4")]),
        "text-array": np.array(["a", "b"]),
        "complex-array": np.zeros(2, dtype=complex),
        "date-array": np.zeros(2, dtype="datetime64[s]"),
        "masked-array": np.ma.masked_array([1, 2], [0, 1]),
        "list": [ARRAYS["12-bit"]],
        "dictionary": {"a": ARRAYS["12-bit"]},
        "tuple": (ARRAYS["12-bit"],),
        "number": 7,
        "text": "hello",
        "nothing": None,
        "set": {1, 2},
        "class": Path("x"),
    }


@pytest.mark.parametrize("kind", sorted(hostile(Path("x"))))
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_whatever_is_no_array_is_refused_and_nothing_is_run(
    read: Read, tmp_path: Path, kind: str, protocol: int
) -> None:
    mark = tmp_path / "was-run"
    content = pickle.dumps(hostile(mark)[kind], protocol)
    with pytest.raises(UnsafeInput) as refused:
        read(content)
    assert len(refused.value.lines()) == 4
    assert not mark.exists()


def test_what_is_asked_for_is_named(read: Read) -> None:
    with pytest.raises(UnsafeInput) as refused:
        read(pickle.dumps(_Asks(os.system, "true")))
    assert refused.value.found == f"a pickle that asks for {os.name}.system"


RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\n"
NDARRAY = b"cnumpy\nndarray\n"

GADGETS = {
    "a-call-in-an-argument": RECONSTRUCT + b"cos\nsystem\n(S'true'\ntRtR.",
    "reconstruct-of-a-call": RECONSTRUCT + b"(cnumpy\ndtype\n(I0\ntS'b'\ntR.",
    "a-name-in-a-name": b"cnumpy\nndarray.tofile\n.",
    "a-dotted-name": b"cnumpy.core\nmultiarray._reconstruct\n(" + NDARRAY + b"(I0\ntS'b'\ntR.",
    "a-name-with-a-line": b"cnumpy\ndtype\x1b[31m\n.",
    "the-array-type-called": NDARRAY + b"((I1000000000\nI1000000000\ntS'u1'\ntR.",
    "an-attribute-set": NDARRAY + b"(dS'x'\nI1\nsb.",
    "a-persistent-identity": b"P/etc/passwd\n.",
    "a-new-object": b"\x80\x02" + NDARRAY + b"(K\x02t\x81.",
    "an-extension": b"\x80\x02\x82\x01.",
    "a-state-twice": pickle.dumps(ARRAYS["12-bit"], 2)[:-1] + b"(K\x01tb.",
    "an-instance": b"(inumpy\nndarray\n.",
    "an-object": b"(" + NDARRAY + b"o.",
    "a-buffer-from-outside": b"\x80\x05\x97.",
    "a-type-of-a-type": b"cnumpy\ndtype\n(cnumpy\ndtype\ntR.",
    "an-array-of-many-bits": b"cnumpy\ndtype\n(S'V1000000000000'\ntR.",
}


@pytest.mark.parametrize("kind", sorted(GADGETS))
def test_gadgets_are_refused(read: Read, kind: str) -> None:
    with pytest.raises((UnsafeInput, BadImage)) as refused:
        read(GADGETS[kind])
    assert "\x1b" not in str(refused.value)


def test_a_shape_that_its_bytes_do_not_fill_allocates_nothing(read: Read) -> None:
    content = pickle.dumps(np.zeros((2, 3, 4), np.uint8), 2)
    huge = content.replace(
        b"K\x02K\x03K\x04", b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7f"
    )
    assert huge != content
    with pytest.raises(BadImage):
        read(huge)
    with pytest.raises(BadImage):
        read(content.replace(b"K\x02K\x03K\x04", b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x18"))


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"abc",
        b"\x80\x04B" + struct.pack("<I", 0xFFFFFFFF) + b"abc",
        b"\x80\x04\x95" + struct.pack("<Q", 1 << 60) + b"N.",
        b"\x80\x02\x8b" + struct.pack("<i", -1) + b".",
        b"\x80\x02\x8b" + struct.pack("<i", 0x7FFFFFFF) + b".",
        b"I" + b"9" * 10_000 + b"\n.",
        b"L" + b"9" * 10_000 + b"L\n.",
        b"S'\\x\n.",
        b"V\\ud800\n.",
        b"\x80\x02X\x02\x00\x00\x00\xff\xff.",
        b"(((((((((t.",
        b"h\x05.",
        b"t.",
        b"R.",
        b"b.",
        b"Nb.",
        b"\x86.",
        b"\x80\x04\x93.",
        b"\x80\x04NN\x93.",
        b"q\x00.",
        b"\x94.",
        b".",
        b"\xff",
        b"garbage",
        b"",
    ],
)
def test_lengths_that_lie_and_stacks_that_are_empty_are_refused(read: Read, content: bytes) -> None:
    with pytest.raises((BadImage, UnsafeInput)):
        read(content)


def test_nested_bombs_end_after_a_bounded_number_of_instructions(read: Read) -> None:
    doubling = b"\x80\x02)" + b"q\x00h\x00\x86" * 5_000 + b"."
    deep = b"(" * 100_000 + b"t" * 100_000 + b"."
    for content in (doubling, deep):
        with pytest.raises(UnsafeInput) as refused:
            read(content)
        assert refused.value.found == f"more than {MOST_INSTRUCTIONS} instructions"


def test_a_doubling_bomb_below_the_limit_is_no_array_and_costs_nothing(read: Read) -> None:
    with pytest.raises(UnsafeInput):
        read(b"\x80\x02)" + b"q\x00h\x00\x86" * 300 + b".")


def test_bytes_that_are_made_over_and_over_are_refused(read: Read) -> None:
    once = b"c_codecs\nencode\n(h\x00V\x6c\x61tin1\ntR0"
    content = b"V" + b"x" * 1000 + b"\nq\x00" + once.replace(b"0", b"") * 50 + b"."
    with pytest.raises(UnsafeInput) as refused:
        read(content)
    assert refused.value.found == "bytes that are made over and over"


def test_every_truncation_is_refused(read: Read) -> None:
    content = pickle.dumps(ARRAYS["12-bit"], 2)
    for length in range(1, len(content)):
        with pytest.raises((BadImage, UnsafeInput)):
            read(content[:length])


def test_a_file_that_is_too_large_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UnsafeInput, match="was not read"):
        read_pickled_array(SourceFile("k.pck", "k", "", 1 << 40, tmp_path / "absent"))


@given(st.data())
def test_a_pickle_with_bytes_changed_gives_an_array_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.pck"
    content = bytearray(pickle.dumps(ARRAYS["12-bit"], data.draw(st.sampled_from([0, 2, 4, 5]))))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_bytes(path, bytes(content))
    except (BadImage, UnsafeInput):
        return
    assert found.dtype.kind in "biuf"


def test_the_standard_reader_is_never_asked_to_load(
    monkeypatch: pytest.MonkeyPatch, read: Read
) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("pickle was asked to load")

    content = pickle.dumps(ARRAYS["12-bit"])
    for module, name in ((pickle, "load"), (pickle, "loads"), (pickle, "Unpickler"), (np, "load")):
        monkeypatch.setattr(module, name, refuse)
    assert np.array_equal(read(content), ARRAYS["12-bit"])
