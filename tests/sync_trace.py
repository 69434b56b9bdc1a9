"""Reading a trace of system calls: what was synced before each answer was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping


def synced_before(
    lines: list[str], *, answer: str, places: Mapping[str, str]
) -> list[tuple[str, set[str]]]:
    """Gives each answer, and what was synced, to its end, since the one before it.

    A call that another thread interrupts is written in two lines; it counts at the second one.

    Args:
        lines: As strace -f -y writes them.
        answer: What the call that sends an answer matches, with a group that tells it.
        places: What a synced file's path matches, and its name.
    """
    begun: dict[str, str] = {}
    answers: list[tuple[str, set[str]]] = []
    synced: set[str] = set()
    for line in lines:
        thread, _, call = line.partition(" ")
        call = call.strip()
        if found := re.search(answer, call):
            answers.append((found[1], synced))
            synced = set()
        elif "<unfinished" in call:
            begun[thread] = call
        elif "resumed>" in call or call.endswith("= 0"):
            whole = begun.pop(thread, "") + call
            for place, name in places.items():
                if re.search(rf"sync\(\d+<{place}>", whole) and whole.endswith("= 0"):
                    synced.add(name)
    return answers
