"""Reading a pickled NumPy array without running anything that the pickle asks for.

A pickle is a program: unpickling calls whatever it names. Here its instructions are read
one by one by a machine that has no way to call anything. It knows the few instructions by
which NumPy writes an array, keeps the few names that they use as mere names, and refuses
every other name and instruction. The instructions are those of the standard library's
``pickletools``, whose reader decodes and never executes; how an array is reduced to them is
documented with ``numpy.ndarray.__reduce__``.
"""

from __future__ import annotations

import math
import mmap
import pickletools
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.errors import BadImage, UnsafeInput
from condyle.sources import SourceFile

MOST_INSTRUCTIONS = 1_000
"""An array takes about forty; more are no array, or a trap."""

MOST_BYTES = 1 << 30
"""Files over this hold no image."""

_MOST_COPIES = 2  # old protocols write bytes as text; an array does so once

_RECONSTRUCT = frozenset(
    f"{module}.multiarray._reconstruct" for module in ("numpy.core", "numpy._core")
)
_FROM_BUFFER = frozenset(
    f"{module}.numeric._frombuffer" for module in ("numpy.core", "numpy._core")
)
_ARRAY, _DTYPE, _ENCODE = "numpy.ndarray", "numpy.dtype", "_codecs.encode"
_NAMES = _RECONSTRUCT | _FROM_BUFFER | {_ARRAY, _DTYPE, _ENCODE}
_KINDS = re.compile(r"[<>|=]?([biuf])([1248])")
_BROKEN = (
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    OverflowError,
    AttributeError,
    MemoryError,
    struct.error,
)


@dataclass(frozen=True)
class _Name:
    """A name that a pickle asks for, never looked up."""

    full: str


@dataclass
class _Kind:
    """A type of numbers, as far as it is told."""

    code: str
    order: str = "="

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype((self.order if self.order in ("<", ">") else "=") + self.code)


@dataclass
class _Array:
    """An array that is being told."""

    values: NDArray[Any] | None = None


@dataclass
class _Machine:
    """What the instructions work on: a stack with marks, a memory, and a count of copies."""

    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memory: dict[int, Any] = field(default_factory=dict)
    copies: int = 0

    def since_mark(self) -> tuple[Any, ...]:
        start = self.marks.pop()
        taken = tuple(self.stack[start:])
        del self.stack[start:]
        return taken

    def last(self, count: int) -> tuple[Any, ...]:
        if len(self.stack) < count:
            raise LookupError("an empty stack")
        taken = tuple(self.stack[-count:])
        del self.stack[-count:]
        return taken


def read_pickled_array(file: SourceFile) -> NDArray[Any]:
    """Gives the array that a pickle holds; runs no code of the pickle.

    Args:
        file: Written by ``pickle.dump`` of one array of real numbers, by any protocol.

    Raises:
        UnsafeInput: It asks for anything but an array, or is too large.
        BadImage: It is damaged, or ends early.
        OSError: It cannot be opened.
    """
    if file.size > MOST_BYTES:
        raise _unsafe(file.label, f"more than {MOST_BYTES >> 20} MiB")
    with file.open() as stream:
        try:
            # A map gives no more than the file has, whatever length a pickle states.
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                found = _run(mapped, file.label)
        except _BROKEN as error:
            raise BadImage(
                f"The image {file.label} was not read.",
                found="a pickle that is damaged or ends early",
                needed="one NumPy array, as pickle.dump writes it",
                mend="copy the file again.",
            ) from error
    if not isinstance(found, _Array) or found.values is None:
        raise _unsafe(file.label, "something other than one array")
    return found.values


def _run(pickle: Any, label: str) -> object:
    machine = _Machine()
    for count, (instruction, value, _) in enumerate(pickletools.genops(pickle)):
        if count >= MOST_INSTRUCTIONS:
            raise _unsafe(label, f"more than {MOST_INSTRUCTIONS} instructions")
        name = instruction.name
        if name == "STOP":
            (result,) = machine.last(1)
            return result
        if name in _PUSHES:
            machine.stack.append(value)
        elif name in _DOES:
            _DOES[name](machine, value, label)
        elif name not in ("PROTO", "FRAME"):
            raise _unsafe(label, f"the instruction {name}")
    raise EOFError("no end")


def _name(machine: _Machine, value: Any, label: str) -> None:
    if value is None:
        module, attribute = machine.last(2)
    else:
        module, _, attribute = str(value).partition(" ")
    full = f"{module}.{attribute}"
    if full not in _NAMES:
        shown = "".join(char for char in full if char.isprintable())[:60]
        raise _unsafe(label, f"a pickle that asks for {shown}")
    machine.stack.append(_Name(full))


def _reduce(machine: _Machine, value: Any, label: str) -> None:
    """Does what the few names mean, by code of our own."""
    asked, arguments = machine.last(2)
    match asked, arguments:
        case _Name(full), (_Name(kind), tuple(), _) if full in _RECONSTRUCT and kind == _ARRAY:
            machine.stack.append(_Array())
        case _Name(full), (str() | bytes() as code, *_) if full == _DTYPE:
            machine.stack.append(_kind(_text(code), label))
        case _Name(full), (str() as text, *_) if full == _ENCODE:
            machine.copies += 1
            if machine.copies > _MOST_COPIES:
                raise _unsafe(label, "bytes that are made over and over")
            machine.stack.append(text.encode("latin-1"))
        case _Name(full), (raw, _Kind() as kind, shape, order) if full in _FROM_BUFFER:
            machine.stack.append(_Array(_values(raw, kind, shape, fortran=_text(order) == "F")))
        case _:
            raise _unsafe(label, "a call that makes no array")


def _build(machine: _Machine, value: Any, label: str) -> None:
    """Tells an array or a type of numbers its state."""
    state = machine.stack.pop()
    match machine.stack[-1], state:
        case _Kind() as kind, (_, str() | bytes() as order, None, None, None, *_):
            kind.order = _text(order)
        case _Array(values=None) as array, (_, tuple() as shape, _Kind() as kind, fortran, raw):
            array.values = _values(raw, kind, shape, fortran=bool(fortran))
        case _:
            raise _unsafe(label, "a state that is none of an array")


def _kind(code: str, label: str) -> _Kind:
    told = _KINDS.fullmatch(code)
    if told is None:
        raise _unsafe(label, "an array of something other than real numbers")
    return _Kind(told[1] + told[2], code[0] if code[0] in "<>" else "=")


def _values(raw: object, kind: _Kind, shape: Any, *, fortran: bool) -> NDArray[Any]:
    """Gives the array of some bytes, which must be exactly as many as the shape needs."""
    content = raw.encode("latin-1") if isinstance(raw, str) else raw
    sides = [int(side) for side in shape]
    if not isinstance(content, bytes | bytearray) or min(sides, default=1) < 0:
        raise ValueError("no bytes, or a negative side")
    if math.prod(sides) * kind.dtype.itemsize != len(content):
        raise ValueError("bytes that do not fill the shape")
    array = np.frombuffer(bytes(content), dtype=kind.dtype)
    return array.reshape(sides, order="F" if fortran else "C")


def _text(value: object) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _put(machine: _Machine, value: Any, label: str) -> None:
    machine.memory[int(value)] = machine.stack[-1]


def _memoize(machine: _Machine, value: Any, label: str) -> None:
    machine.memory[len(machine.memory)] = machine.stack[-1]


def _get(machine: _Machine, value: Any, label: str) -> None:
    machine.stack.append(machine.memory[int(value)])


def _mark(machine: _Machine, value: Any, label: str) -> None:
    machine.marks.append(len(machine.stack))


def _tuple(machine: _Machine, value: Any, label: str) -> None:
    machine.stack.append(machine.since_mark())


def _tuple_of(count: int) -> Callable[[_Machine, Any, str], None]:
    return lambda machine, value, label: machine.stack.append(machine.last(count))


def _constant(constant: object) -> Callable[[_Machine, Any, str], None]:
    return lambda machine, value, label: machine.stack.append(constant)


_PUSHES = frozenset(
    (
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
        *("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    )
)
"""Instructions that put a number, text or bytes on the stack."""

_DOES: Mapping[str, Callable[[_Machine, Any, str], None]] = {
    "GLOBAL": _name,
    "STACK_GLOBAL": _name,
    "REDUCE": _reduce,
    "BUILD": _build,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _get),
    "MEMOIZE": _memoize,
    "MARK": _mark,
    "TUPLE": _tuple,
    "EMPTY_TUPLE": _constant(()),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
}
"""The other instructions that an array takes."""


def _unsafe(label: str, found: str) -> UnsafeInput:
    return UnsafeInput(
        f"The image {label} was not read.",
        found=found,
        needed="one NumPy array of real numbers, as pickle.dump writes it",
        mend="take the file away, and ask whoever made it what it is.",
    )
