"""Memory and threads of a process that trains."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_NEVER = 2**31 - 1
_HALF_A_GIGABYTE = 2**29


def keep_freed_memory() -> bool:
    """Tells glibc's allocator not to give large blocks back to the system.

    Each training step frees and asks for the same large arrays; by default glibc maps
    and unmaps them, and the kernel clears every page anew (mallopt(3): M_MMAP_MAX,
    M_TRIM_THRESHOLD, M_TOP_PAD).

    Returns:
        True where the allocator took the settings; False where it is not glibc's.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _HALF_A_GIGABYTE))
    return all(mallopt(option, value) == 1 for option, value in wanted)


def limit_threads(count: int) -> None:
    """Lets torch compute with so many threads, as where several processes share a computer."""
    import torch

    torch.set_num_threads(count)
