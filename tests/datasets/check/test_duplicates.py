"""Copies under two patients are found, in time that does not grow with the square."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from condyle.datasets.check import duplicates
from condyle.datasets.check.confirm import SAME
from condyle.datasets.check.duplicates import (
    Print,
    correlation_of_detail,
    find_duplicates,
    near_pairs,
)
from condyle.datasets.check.fingerprint import fingerprint, pixels_digest
from condyle.domain.data_report import Duplicate, Place

Pixels = NDArray[np.float32]
Texture = Callable[..., Pixels]


@dataclass(frozen=True, eq=False)
class Kept(Print):
    """A print with its pixels, which the search reads again."""

    pixels: Pixels = field(default_factory=lambda: np.zeros((1, 1), np.float32))


def a_print(pixels: Pixels, patient: str, *, series: str = "", slice_: int | None = None) -> Kept:
    place = Place(f"case-{patient}", patient, series or f"s-{patient}", slice_)
    kept = np.ascontiguousarray(pixels)
    return Kept(place, pixels_digest(kept), fingerprint(kept), kept)


def find(prints: Sequence[Kept], **given: Any) -> tuple[Duplicate, ...]:
    by_place = {item.place: item.pixels for item in prints}
    return find_duplicates(prints, pixels=by_place.__getitem__, **given).pairs


@pytest.fixture(name="clean")
def _clean(texture: Texture) -> list[Kept]:
    return [a_print(texture(seed)[0], f"p{seed}") for seed in range(30)]


def test_pictures_of_different_patients_are_no_copies(clean: list[Kept]) -> None:
    assert find(clean) == ()


def test_equal_pixels_under_two_patients_are_found(clean: list[Kept], texture: Texture) -> None:
    (found,) = find([*clean, a_print(texture(4)[0], "q")])
    assert found.exact
    assert {found.first.patient, found.second.patient} == {"p4", "q"}
    assert (found.turn, found.correlation) == ("as-it-is", 1.0)


@pytest.mark.parametrize(
    ("turn", "rows", "columns"), [("left-right", 1, -1), ("up-down", -1, 1), ("half-turn", -1, -1)]
)
def test_a_turned_copy_is_found_with_its_turn(
    clean: list[Kept], texture: Texture, turn: str, rows: int, columns: int
) -> None:
    (found,) = find([*clean, a_print(texture(4)[0][::rows, ::columns], "q")])
    assert not found.exact
    assert found.turn == turn
    assert found.correlation > 0.98


def test_an_altered_copy_is_found(clean: list[Kept], texture: Texture) -> None:
    pixels = texture(4)[0]
    changes = {
        "resized": np.asarray(Image.fromarray(pixels).resize((120, 140)), np.float32),
        "brighter": 255 * np.sqrt(pixels / 255),
        "padded": np.pad(pixels + 60, ((20, 0), (30, 30))),
        "cut": pixels[2:, 2:],
        "written on": np.where(np.arange(96)[:, None] < 8, 255, pixels).astype(np.float32),
    }
    for name, changed in changes.items():
        found = find([*clean, a_print(changed.astype(np.float32), "q")])
        assert [(one.first.patient, one.second.patient) for one in found] == [("p4", "q")], name
        assert found[0].correlation >= SAME


def test_copies_of_one_patient_are_no_fault(texture: Texture) -> None:
    same = [a_print(texture(4)[0], "p", series=f"s{k}") for k in range(3)]
    assert find([*same, a_print(texture(4)[0][:, ::-1], "p", series="t")]) == ()


def test_a_picture_of_three_patients_links_each_to_another(texture: Texture) -> None:
    prints = [a_print(texture(4)[0], patient) for patient in ("a", "a2", "b", "b2")]
    found = find([*prints, a_print(texture(4)[0], "a", series="again")])
    patients = {p for one in found for p in (one.first.patient, one.second.patient)}
    assert patients == {"a", "a2", "b", "b2"}
    assert all(one.first.patient != one.second.patient for one in found)


def test_two_copies_of_one_patient_and_one_of_another_are_linked(texture: Texture) -> None:
    patients = ["a", "a", "b", "a"]
    prints = [a_print(texture(4)[0], p, series=f"s{k}") for k, p in enumerate(patients)]
    assert len(find(prints)) == 2


def test_slices_of_two_series_are_one_finding_with_their_number(texture: Texture) -> None:
    volume = texture(4, slices=5)
    prints = [
        a_print(pixels, patient, slice_=k) for patient in "ab" for k, pixels in enumerate(volume)
    ]
    (found,) = find(prints)
    assert found.exact
    assert found.slices == 5


def test_a_copy_over_two_sides_of_the_data_sets_split_says_so(texture: Texture) -> None:
    prints = [a_print(texture(4)[0], patient) for patient in "ab"]
    (found,) = find(prints, sides={"a": "train", "b": "test"})
    assert found.sides == ("test", "train")
    (found,) = find(prints, sides={"a": "train", "b": "train"})
    assert found.sides == ()


def test_exact_copies_come_first(clean: list[Kept], texture: Texture) -> None:
    more = [a_print(texture(2)[0][:, ::-1], "q"), a_print(texture(5)[0], "r")]
    assert [one.exact for one in find([*clean, *more])] == [True, False]


def test_slices_that_are_not_recognised_are_still_compared_by_their_pixels(
    texture: Texture,
) -> None:
    digest = pixels_digest(texture(4)[0])
    prints = [Print(Place(f"c{p}", p, "s", 3), digest) for p in "ab"]
    assert len(find_duplicates(prints, pixels=never_read).pairs) == 1


def test_nothing_and_one_picture_have_no_copies(texture: Texture) -> None:
    assert find([]) == ()
    assert find([a_print(texture(1)[0], "a")]) == ()


# ---- the search -----------------------------------------------------------------------


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
def test_every_pair_within_seven_bits_is_found_and_none_beyond_reach(
    seed: int, turned: int
) -> None:
    """Held against every pair, one by one; hashes are in families that differ in few bits."""
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 2**63, 6, dtype=np.uint64)
    hashes = base[rng.integers(0, 6, 50)]
    for _ in range(4):
        hashes = hashes ^ (np.uint64(1) << rng.integers(0, 64, 50, dtype=np.uint64))
    owners = rng.integers(0, 25, 50)
    hashes[::3] ^= np.uint64(turned)
    found = {(int(a), int(b)) for a, b in near_pairs(hashes, owners, turned=turned)}
    for a in range(50):
        for b in range(a + 1, 50):
            bits = int(hashes[a] ^ hashes[b] ^ np.uint64(turned)).bit_count()
            if owners[a] == owners[b] or bits > 11:
                assert (a, b) not in found
            elif bits <= 7:
                assert (a, b) in found


def never_read(place: Place) -> Pixels:
    raise AssertionError("a picture was read again")


def test_pictures_that_are_alike_in_outline_alone_are_no_copies(texture: Texture) -> None:
    """As of simulated people, or of two slices through the same joint."""
    outline = gaussian_filter(texture(1)[0], 5)
    prints = [
        a_print(
            outline + 0.15 * (texture(seed)[0] - gaussian_filter(texture(seed)[0], 2)), f"p{seed}"
        )
        for seed in range(2, 8)
    ]
    hashes = np.array([item.seen.hashes[0] for item in prints if item.seen is not None])
    assert len(near_pairs(hashes, np.arange(6))) > 5
    assert find(prints) == ()


def test_too_many_that_look_alike_are_not_all_compared_and_it_says_so(
    texture: Texture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "MOST_CLOSELY", 3)
    prints = [a_print(texture(1)[0] + seed, f"p{seed}") for seed in range(5)]
    by_place = {item.place: item.pixels for item in prints}
    found = find_duplicates(
        [replace(item, digest=bytes([k])) for k, item in enumerate(prints)],
        pixels=by_place.__getitem__,
    )
    assert len(found.pairs) == 3
    assert found.unsettled == 7


def test_many_hashes_are_searched_without_comparing_all_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = 0
    plain = np.bitwise_count

    def counting(values: NDArray[np.uint64]) -> NDArray[np.uint8]:
        nonlocal counted
        counted += values.size
        return np.asarray(plain(values))

    monkeypatch.setattr(np, "bitwise_count", counting)
    count = 20_000
    hashes = np.random.default_rng(0).integers(0, 2**63, count, dtype=np.uint64)
    assert len(near_pairs(hashes, np.arange(count))) < 30
    assert counted < 0.01 * count**2


def test_detail_and_not_brightness_is_correlated(texture: Texture) -> None:
    first, second = (texture(seed, rows=48, columns=48).astype(np.uint8) for seed in (1, 2))
    ramp = (np.arange(48) * 2).astype(np.uint8)[None, None]
    assert correlation_of_detail(first, first // 2 + 20)[0] == pytest.approx(1, abs=0.02)
    assert abs(correlation_of_detail(first, second)[0]) < 0.3
    assert correlation_of_detail(ramp + first // 8, ramp + second // 8)[0] < 0.5
    assert correlation_of_detail(np.zeros_like(first), first)[0] == 0


@pytest.mark.needs("data")
def test_no_two_real_patients_are_taken_for_one(data_folder: Path) -> None:
    """Neighbouring anatomy, and T1 and T2 of one patient, raise no alarm."""
    files = sorted((data_folder / "lumbar-spider" / "midsagittal").glob("*.png"))[::2]
    prints = []
    for file in files:
        pixels = np.asarray(Image.open(file).convert("L"), dtype=np.float32)
        prints.append(
            a_print(pixels, file.name.split("_")[0], series=os.path.splitext(file.name)[0])
        )
    assert len(prints) == 180
    assert find(prints) == ()
    pixels = np.asarray(Image.open(files[7]).convert("L"), dtype=np.float32)
    small = Image.fromarray(pixels[:, ::-1]).resize((200, 260))
    found = find([*prints, a_print(np.asarray(small, np.float32), "0")])
    assert {one.turn for one in found} == {"left-right"}
    assert {one.second.patient for one in found} == {files[7].name.split("_")[0]}
