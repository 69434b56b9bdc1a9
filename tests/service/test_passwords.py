"""Passwords, secrets and the count of tries."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from condyle.errors import TooManyTries, UsageError
from condyle.service.security.passwords import Passwords, check_password, new_password
from condyle.service.security.secrets import fingerprint, new_secret
from condyle.service.security.tries import Tries

from .conftest import CHEAP, Clock


def test_a_password_fits_its_own_hash_only() -> None:
    stored = CHEAP.hash("four words of chance")
    assert CHEAP.fits("four words of chance", stored)
    assert not CHEAP.fits("four words of chancE", stored)
    assert not CHEAP.fits("", stored)
    assert stored != CHEAP.hash("four words of chance"), "each has a salt of its own"


def test_the_hash_is_argon2id_of_the_cost_that_rfc_9106_recommends() -> None:
    stored = Passwords().hash("four words of chance")
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", stored)
    assert found and tuple(map(int, found.groups())) == (65536, 3, 4)


@pytest.mark.parametrize("stored", [None, "", "plain text", "$argon2id$v=19$broken"])
def test_nothing_fits_what_is_no_hash(stored: str | None) -> None:
    assert not CHEAP.fits("four words of chance", stored)


def test_an_unknown_name_costs_as_much_as_a_wrong_password() -> None:
    calls: list[str] = []

    class Counting(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            calls.append("made")
            return super().hash(password, salt=salt)

    Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1)).fits("a guess", None)
    assert calls == ["made"]


def test_a_very_long_password_is_not_even_hashed() -> None:
    assert not CHEAP.fits("x" * 1_000_000, None)


def test_a_hash_of_another_cost_is_outdated() -> None:
    assert Passwords().is_outdated(CHEAP.hash("four words of chance"))
    assert not CHEAP.is_outdated(CHEAP.hash("four words of chance"))


def test_at_most_two_passwords_are_hashed_at_once() -> None:
    lock, now, most = threading.Lock(), [0], [0]
    gate = threading.Barrier(2)

    class Watched(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            gate.wait(10)
            with lock:
                now[0] -= 1
            return "hash"

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(Passwords(Watched()).hash, ["word"] * 6))
    assert most == [2]


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("eleven char", "11 characters"),
        ("x" * 257, "more than 256"),
        ("I am JDOE, hear me", "own name"),
        ("ababababababab", "over and over"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, found: str) -> None:
    with pytest.raises(UsageError) as raised:
        check_password(password, name="jdoe")
    assert found in raised.value.found
    assert password not in str(raised.value)


@pytest.mark.parametrize("password", ["four plain words", "contraseña más larga", "x1y2z3w4v5u6"])
def test_length_is_enough(password: str) -> None:
    check_password(password, name="jdoe")


def test_a_drawn_password_is_strong_and_never_the_same() -> None:
    drawn = {new_password() for _ in range(200)}
    assert len(drawn) == 200
    for password in drawn:
        assert re.fullmatch(r"([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}", password)
        check_password(password, name="admin")


def test_a_secret_is_never_the_same_and_known_by_its_fingerprint() -> None:
    drawn = {new_secret() for _ in range(200)}
    assert len(drawn) == 200 and all(len(secret) == 43 for secret in drawn)
    assert fingerprint("abc").startswith("ba7816bf8f01cfea"), "SHA-256, FIPS 180-4 example"


def test_tries_are_counted_an_address_and_within_a_minute(clock: Clock) -> None:
    tries = Tries(2, clock.monotonic)
    for address in ("a", "a", "b"):
        tries.count(address, failed="It was not done.")
    with pytest.raises(TooManyTries, match="It was not done.") as raised:
        tries.count("a", failed="It was not done.")
    assert raised.value.wait_s == 61 and "61 s" in raised.value.mend
    clock.forward(seconds=59)
    with pytest.raises(TooManyTries) as raised:
        tries.count("a", failed="It was not done.")
    assert raised.value.wait_s == 2
    tries.count("b", failed="It was not done.")
    clock.forward(seconds=1)
    tries.count("a", failed="It was not done.")


def test_addresses_that_never_come_back_do_not_fill_the_memory(clock: Clock) -> None:
    tries = Tries(1, clock.monotonic)
    for number in range(10_100):
        tries.count(str(number), failed="It was not done.")
    assert len(tries._seen) == 10_000
