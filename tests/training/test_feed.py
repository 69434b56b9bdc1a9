"""Batches by their number: the same whether they are made ahead or not."""

from __future__ import annotations

import threading

import pytest
import torch

from condyle.training.feed import Feed


def drawn(number: int, generator: torch.Generator) -> tuple[torch.Tensor, ...]:
    return torch.tensor([number]), torch.rand(3, generator=generator)


def taken(numbers, *, ahead, make=drawn, seed=5, stride=1, last=6):
    feed = Feed(make, seed=seed, stride=stride, last=last, ahead=ahead)
    try:
        return [feed.take(number) for number in numbers]
    finally:
        feed.close()


def same(one, other):
    pairs = zip([t for x in one for t in x], [t for x in other for t in x], strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_batches_made_ahead_are_those_made_in_time() -> None:
    assert same(taken(range(6), ahead=True), taken(range(6), ahead=False))


def test_a_batch_depends_on_nothing_but_the_seed_and_its_number() -> None:
    whole = taken(range(6), ahead=False)
    assert same(taken([3, 4, 5], ahead=False), whole[3:])
    assert same(taken([4, 1, 5], ahead=True), [whole[4], whole[1], whole[5]])
    assert not same(taken(range(6), ahead=False, seed=6), whole)
    assert not torch.equal(whole[0][1], whole[1][1])


def test_what_is_made_ahead_follows_the_stride_and_ends_with_the_last() -> None:
    made: list[tuple[int, str]] = []

    def noted(number, generator):
        made.append((number, threading.current_thread().name))
        return drawn(number, generator)

    taken([0, 2, 4], ahead=True, make=noted, stride=2, last=6)
    assert [number for number, _ in made] == [0, 2, 4]
    main, *threads = [name for _, name in made]
    assert main == threading.current_thread().name
    assert all(name.startswith("batches") for name in threads) and len(threads) == 2


def test_a_batch_that_fails_ahead_tells_its_error_when_it_is_taken() -> None:
    def fails(number, generator):
        if number == 1:
            raise ValueError("the second slice is damaged")
        return drawn(number, generator)

    for ahead in (True, False):
        feed = Feed(fails, seed=1, stride=1, last=3, ahead=ahead)
        assert feed.take(0)[0].item() == 0
        with pytest.raises(ValueError, match="second slice is damaged"):
            feed.take(1)
        feed.close()


def test_closing_a_feed_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    feed = Feed(drawn, seed=1, stride=1, last=100, ahead=True)
    feed.take(0)
    feed.close()
    assert threading.active_count() == before
    Feed(drawn, seed=1, stride=1, last=1, ahead=False).close()
