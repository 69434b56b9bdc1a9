"""How much memory analyses may take together, so that the machine never runs out of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from condyle.bundle import Manifest

MIB = 2**20
GIB = 2**30

RESERVE = 1 * GIB
"""Left to the server, the database and the worker itself."""

BASE = 256 * MIB
"""What any reading takes: runtime, pages and pictures. With the shipped pair on a study of two
series of 15 slices of 448 x 448 the whole worker was measured at 473 MiB, 116 MiB of it code."""

PER_VOXEL = 24
"""Bytes a voxel: the stored numbers, float32, its copies on the way to slices."""

PER_WEIGHT_BYTE = 3
"""A network's file, its weights in memory and what the runtime arranges of them."""

_CGROUP = Path("/sys/fs/cgroup")
_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")


@dataclass(frozen=True)
class Capacity:
    """What a worker may use.

    Attributes:
        jobs: Most analyses at a time.
        threads: Threads of each analysis.
        memory: Bytes of all of them together.
    """

    jobs: int
    threads: int
    memory: int

    def admits(self, need: int, running: tuple[int, ...]) -> bool:
        """Tells whether one more analysis may begin.

        One alone always may: waiting would not make it smaller.

        Args:
            need: Bytes that it is expected to take.
            running: Those of the analyses that run.
        """
        if not running:
            return True
        return len(running) < self.jobs and sum(running) + need <= self.memory


def capacity(*, jobs: int | None = None, cgroup: Path = _CGROUP) -> Capacity:
    """Gives what this machine, or the container that this process is in, has room for.

    Args:
        jobs: Most analyses at a time; half of the processors where ``None``, at least one.
        cgroup: Where the container's limits are told.
    """
    processors = len(os.sched_getaffinity(0))
    most = jobs or max(1, processors // 2)
    memory = max(0, memory_limit(cgroup) - RESERVE)
    return Capacity(most, max(1, processors // most), memory)


def memory_limit(cgroup: Path = _CGROUP) -> int:
    """Gives the bytes that this process may use: the machine's, or the container's limit."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in _LIMITS:
        try:
            told = (cgroup / name).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if told.isdigit():  # "max" where there is no limit
            limits.append(int(told))
    return min(limits)


def need_of(manifests: tuple[Manifest, ...], voxels: int) -> int:
    """Estimates the memory of one analysis, in bytes.

    Args:
        manifests: Of the bundle and of those that it requires.
        voxels: Of all series of the study.
    """
    weights = sum(
        manifest.files[name].bytes
        for manifest in manifests
        for name in manifest.models
        if name in manifest.files
    )
    return BASE + PER_WEIGHT_BYTE * weights + PER_VOXEL * voxels
