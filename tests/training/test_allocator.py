"""The allocator's settings."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import condyle.training.allocator as allocator
taken = allocator.keep_freed_memory()
import resource, numpy as np
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones(8_000_000); before = faults()
for _ in range(20):
    np.ones(8_000_000)
print(taken, faults() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_large_arrays_are_reused_and_not_mapped_anew() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    taken, faults = done.stdout.split()
    assert taken == "True"
    assert int(faults) < 8_000_000 * 8 * 20 / 4096 / 4


def test_another_system_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    from condyle.training import allocator

    monkeypatch.setattr(allocator.sys, "platform", "darwin")
    assert allocator.keep_freed_memory() is False
