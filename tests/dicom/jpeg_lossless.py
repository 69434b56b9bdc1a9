"""A JPEG Lossless encoder for tests: process 14, predictor 1, after ITU-T T.81 Annex H."""

from __future__ import annotations

import struct

import numpy as np

BITS = 12
"""Precision of the samples."""


def encode(image: np.ndarray) -> bytes:
    """Gives a (row, column) image of 12-bit samples as one JPEG Lossless stream."""
    rows, columns = image.shape
    frame = struct.pack(">BHHBBBB", BITS, rows, columns, 1, 1, 0x11, 0)
    # Seventeen categories of difference, each a code of five bits.
    table = struct.pack(">B", 0) + bytes([0, 0, 0, 0, 17, *[0] * 11]) + bytes(range(17))
    scan = struct.pack(">BBBBBB", 1, 1, 0, 1, 0, 0)
    return (
        b"\xff\xd8"
        + _segment(0xC3, frame)
        + _segment(0xC4, table)
        + _segment(0xDA, scan)
        + _entropy(image.astype(int))
        + b"\xff\xd9"
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _entropy(image: np.ndarray) -> bytes:
    guess = np.empty_like(image)
    guess[:, 1:] = image[:, :-1]
    guess[1:, 0] = image[:-1, 0]
    guess[0, 0] = 1 << (BITS - 1)
    bits = []
    for difference in (image - guess).ravel().tolist():
        size = abs(difference).bit_length()
        bits.append(f"{size:05b}")
        if size:
            value = difference if difference > 0 else difference + (1 << size) - 1
            bits.append(f"{value:0{size}b}")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    packed = int(text, 2).to_bytes(len(text) // 8, "big")
    return packed.replace(b"\xff", b"\xff\x00")
