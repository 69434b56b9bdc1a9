"""Models that run beside each other say what they say one after the other, in the same order."""

import threading
import time

import numpy as np
import pytest

from condyle.errors import BadImage, BundleError
from condyle.inference import Runner
from condyle.inference import runner as room

NAMES = ["a.onnx", "b.onnx", "c.onnx"]


class Told:
    """A session that notes when it runs, and waits a little as a network does."""

    def __init__(self, real, running, wait=0.0):
        self.real, self.running, self.wait = real, running, wait

    def __getattr__(self, name):
        return getattr(self.real, name)

    def run(self, names, feeds):
        self.running.append(1)
        self.running.most = max(self.running.most, len(self.running))
        time.sleep(self.wait)
        try:
            return self.real.run(names, feeds)
        finally:
            self.running.pop()


class Running(list):
    """One entry a model that is running now."""

    most = 0


@pytest.fixture(name="ensemble")
def _ensemble(write, linear):
    models = {name: linear(scale) for name, scale in zip(NAMES, (1.0, 2.0, 6.0), strict=True)}
    return write(models=NAMES, model=models)


def noting(monkeypatch, wait=0.01):
    """Lets every session that is opened note when it runs."""
    running = Running()
    real = room.open_sessions

    def opened(bundle, *, threads, quantised=None):
        running.threads = threads
        return [Told(one, running, wait) for one in real(bundle, threads=threads)]

    monkeypatch.setattr(room, "open_sessions", opened)
    return running


@pytest.mark.parametrize("threads", [2, 3, 4, 7])
def test_beside_each_other_they_give_the_bytes_of_one_after_the_other(ensemble, x, threads):
    alone = Runner(ensemble, threads=1).run({"x": x})
    beside = Runner(ensemble, threads=threads).run({"x": x})
    assert alone["logits"].tobytes() == beside["logits"].tobytes()
    np.testing.assert_array_equal(beside["narrow"], x)


@pytest.mark.parametrize(
    ("threads", "each", "most"), [(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 2), (6, 2, 3), (8, 3, 2)]
)
def test_all_models_together_take_no_more_threads_than_asked(
    ensemble, x, monkeypatch, threads, each, most
):
    running = noting(monkeypatch)
    Runner(ensemble, threads=threads).run({"x": x[:4]})
    assert running.threads == each
    assert running.most == most
    assert each * most <= threads


def test_one_model_takes_every_thread_itself(write, x, monkeypatch):
    running = noting(monkeypatch)
    Runner(write(), threads=4).run({"x": x[:3]})
    assert (running.threads, running.most) == (4, 1)


def test_parts_come_in_the_order_of_the_items(ensemble, x):
    parts = list(Runner(ensemble, threads=2).parts({"x": x}))
    assert len(parts) == len(x)
    np.testing.assert_array_equal(np.concatenate([part["narrow"] for part in parts]), x)


def test_the_next_items_run_while_the_caller_looks_at_the_first(ensemble, x, monkeypatch):
    noting(monkeypatch, wait=0.0)
    runner = Runner(ensemble, threads=2)
    asked = []
    real = runner._ask
    monkeypatch.setattr(runner, "_ask", lambda one, feeds: asked.append(1) or real(one, feeds))
    parts = runner.parts({"x": x})
    next(parts)
    until = time.monotonic() + 20
    while len(asked) < 9 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(asked) == 9  # three items of three models, and no more before the next is wanted
    parts.close()


def test_a_caller_who_stops_leaves_no_thread_behind(ensemble, x):
    before = set(threading.enumerate())
    parts = Runner(ensemble, threads=3).parts({"x": x})
    next(parts)
    parts.close()
    assert set(threading.enumerate()) <= before


def test_a_model_that_fails_beside_others_is_told_as_alone(ensemble, x, monkeypatch):
    runner = Runner(ensemble, threads=2)
    calls = []

    def failing(*given):
        calls.append(1)
        raise RuntimeError("out of memory, said the engine\nand more")

    monkeypatch.setattr(runner._sessions[1], "run", failing, raising=False)
    before = set(threading.enumerate())
    with pytest.raises(BundleError, match="out of memory, said the engine") as caught:
        runner.run({"x": x})
    assert len(caught.value.lines()) == 4
    assert calls
    assert set(threading.enumerate()) <= before


def test_parts_hold_the_inputs_to_what_the_model_takes(ensemble, x):
    with pytest.raises(BadImage):
        next(Runner(ensemble, threads=2).parts({"x": x[:, :3]}))
