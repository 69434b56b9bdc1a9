"""Running a bundle's models on arrays."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle
from condyle.bundle.quantised import Quantised
from condyle.errors import BadImage, BundleError
from condyle.inference.session import ORT_ERRORS, first_line, usable_threads
from condyle.inference.whole_numbers import open_sessions

Array = NDArray[Any]

MAX_BATCH = 1
"""Items given to a model at once: more gain no speed on a CPU, and cost memory.

Two series of 15 slices took 0.39 GB one by one and 2.0 GB by sixteen, in the same time.
"""

_TYPES: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(double)": np.dtype(np.float64),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(int64)": np.dtype(np.int64),
    "tensor(int32)": np.dtype(np.int32),
    "tensor(uint8)": np.dtype(np.uint8),
    "tensor(bool)": np.dtype(np.bool_),
}


class Runner:
    """The loaded models of one bundle.

    Where the bundle has several models, as an ensemble of folds, a result is the mean of
    theirs, and they run beside each other: two networks of one thread each take less time than
    one after the other of two. The same bundle, input, thread count and batch limit give the
    same bytes.

    Args:
        bundle: Whose models are loaded, each checked against its hash.
        threads: Threads of all models together; all that the process may use where ``None``.
        max_batch: Greatest number of items run at once, which bounds the memory.
        quantised: The bundle's networks of 8 bits, to be run by OpenVINO in their place.

    Raises:
        BundleError: A model was altered, cannot be loaded, or differs from the others in
            its inputs or outputs.
        MissingExtra: Networks of 8 bits are wanted, and OpenVINO is not installed.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        threads: int | None = None,
        max_batch: int = MAX_BATCH,
        quantised: Quantised | None = None,
    ) -> None:
        self._name = bundle.manifest.name
        self._max_batch = max(1, max_batch)
        wanted = usable_threads() if threads is None else threads
        each = -(-wanted // len(bundle.manifest.models))
        self._beside = max(1, wanted // max(1, each))
        self._sessions = open_sessions(bundle, threads=each, quantised=quantised)
        first = self._sessions[0]
        self._inputs = {node.name: node for node in first.get_inputs()}
        self.inputs: tuple[str, ...] = tuple(self._inputs)
        self.outputs: tuple[str, ...] = tuple(node.name for node in first.get_outputs())
        self._check_models(bundle)

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Gives every output of the model by its name, the first axis that of the inputs.

        Args:
            feeds: By input name, (item, ...), all with the same number of items;
                floating-point arrays are cast to the type that the model takes.

        Raises:
            BadImage: An input is absent, unknown, of another shape or not finite.
            BundleError: The model failed, or gave a number that is not finite.
        """
        parts = list(self.parts(feeds))
        return {name: np.concatenate([part[name] for part in parts]) for name in self.outputs}

    def parts(self, feeds: Mapping[str, Array]) -> Iterator[dict[str, Array]]:
        """Gives every output of the model as ``run`` does, a few items at a time, in their order.

        Where threads are left, the next items are run while the caller makes use of these.

        Args:
            feeds: As ``run`` takes them.

        Raises:
            BadImage: As ``run`` does.
            BundleError: As ``run`` does.
        """
        ready = self._check_feeds(feeds)
        items = len(next(iter(ready.values())))
        step = self._step(items)
        batches = [
            {name: array[at : at + step] for name, array in ready.items()}
            for at in range(0, items, step)
        ]
        for batch, results in zip(batches, self._told(batches), strict=True):
            yield self._merged(results, items=len(next(iter(batch.values()))))

    def _told(self, batches: Sequence[Mapping[str, Array]]) -> Iterator[list[list[Array]]]:
        """Gives what each model says of each batch, in the order of both."""
        if self._beside == 1:
            for batch in batches:
                yield [self._ask(session, batch) for session in self._sessions]
            return
        waiting: deque[list[Future[list[Array]]]] = deque()
        rest = iter(batches)
        with ThreadPoolExecutor(self._beside) as pool:
            try:
                while True:
                    for batch in islice(rest, self._beside + 1 - len(waiting)):
                        asked = [pool.submit(self._ask, one, batch) for one in self._sessions]
                        waiting.append(asked)
                    if not waiting:
                        return
                    yield [future.result() for future in waiting.popleft()]
            finally:
                pool.shutdown(cancel_futures=True)

    def _ask(self, session: Any, feeds: Mapping[str, Array]) -> list[Array]:
        try:
            told: list[Array] = session.run(None, dict(feeds))
        except ORT_ERRORS as error:
            raise self._failed(first_line(error), "inputs that the model can take") from error
        return told

    def _merged(self, results: Sequence[Sequence[Array]], *, items: int) -> dict[str, Array]:
        """Gives the mean of the models, each output held to what it must be."""
        merged = {name: _mean([r[k] for r in results]) for k, name in enumerate(self.outputs)}
        for name, array in merged.items():
            if array.ndim == 0 or len(array) != items:
                raise self._failed(
                    f"output '{name}' of shape {array.shape} for {items} item(s)",
                    "one row an item",
                )
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise self._failed(f"output '{name}' has NaN or infinity", "finite numbers")
        return merged

    def _check_feeds(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        if set(feeds) != set(self.inputs):
            raise self._unfit("inputs " + _listed(feeds), "inputs " + _listed(self.inputs))
        ready = {name: self._check_feed(name, np.asarray(feeds[name])) for name in self.inputs}
        counts = {name: len(array) for name, array in ready.items()}
        if len(set(counts.values())) != 1 or 0 in counts.values():
            raise self._unfit(f"items {counts}", "as many items in each input, at least one")
        return ready

    def _check_feed(self, name: str, array: Array) -> Array:
        wanted = tuple(self._inputs[name].shape)
        fits = array.ndim == len(wanted) and all(
            not isinstance(want, int) or want == size
            for want, size in zip(wanted[1:], array.shape[1:], strict=True)
        )
        if not fits or array.ndim == 0:
            shape = "(" + ", ".join(str(size) for size in wanted) + ")"
            raise self._unfit(f"'{name}' of shape {array.shape}", f"shape {shape}")
        kind = _TYPES.get(self._inputs[name].type)
        if kind is None:
            raise self._failed(f"an input of type {self._inputs[name].type}", "an array of numbers")
        if array.dtype != kind and not (array.dtype.kind == "f" and kind.kind == "f"):
            raise self._unfit(f"'{name}' of type {array.dtype}", f"type {kind}")
        with np.errstate(over="ignore"):  # what overflows is found by the next line
            cast = np.ascontiguousarray(array, dtype=kind)
        if kind.kind == "f" and not np.isfinite(cast).all():
            raise self._unfit(f"'{name}' has NaN or infinity", "finite numbers")
        return cast

    def _step(self, items: int) -> int:
        """Gives the batch size: the model's own where it has one, else at most the limit."""
        fixed = {node.shape[0] for node in self._inputs.values() if isinstance(node.shape[0], int)}
        if not fixed:
            return self._max_batch
        step = min(fixed)
        if len(fixed) > 1 or step < 1 or items % step:
            raise self._unfit(f"{items} item(s)", f"a multiple of the model's batch, {step}")
        return int(step)

    def _check_models(self, bundle: Bundle) -> None:
        signatures = [_signature(session) for session in self._sessions]
        if any(signature != signatures[0] for signature in signatures):
            raise self._failed("models with different inputs or outputs", "models that agree")
        absent = sorted({task.tensor for task in bundle.manifest.tasks} - set(self.outputs))
        if absent:
            raise self._failed("outputs " + _listed(self.outputs), "outputs " + _listed(absent))

    def _failed(self, found: str, needed: str) -> BundleError:
        return BundleError(
            f"The bundle '{self._name}' could not be run.",
            found=found,
            needed=needed,
            mend=f"try it with: condyle bundles verify {self._name}",
        )

    def _unfit(self, found: str, needed: str) -> BadImage:
        return BadImage(
            f"The bundle '{self._name}' cannot take these arrays.",
            found=found,
            needed=needed,
            mend="prepare the images by the bundle's own preprocessing.",
        )


def _mean(arrays: Sequence[Array]) -> Array:
    first = np.asarray(arrays[0])
    if len(arrays) == 1:
        return first
    # Summed in the order of the manifest and in float64, so that the bytes do not vary.
    total = np.zeros(first.shape, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused later
        for array in arrays:
            total += array
    kind = first.dtype if first.dtype.kind == "f" else np.dtype(np.float32)
    return (total / len(arrays)).astype(kind)


def _signature(session: Any) -> tuple[Any, ...]:
    return tuple(
        tuple((node.name, node.type, tuple(node.shape)[1:]) for node in nodes)
        for nodes in (session.get_inputs(), session.get_outputs())
    )


def _listed(names: Any) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names)) or "none"
