"""What is told to those who fill in the sheets of a reader study."""

from __future__ import annotations

import textwrap

from condyle.domain.reader_study import ReaderPlan


def guide_text(plan: ReaderPlan) -> str:
    """Gives the instructions that go with the sheets.

    Args:
        plan: How the study is done.
    """
    if plan.confidence_of == "presence":
        confidence = (
            "0 to 100, how sure you are that the finding is there: 0 surely absent, 50 "
            "undecided, 100 surely present."
        )
    else:
        confidence = (
            "0 to 100, how sure you are of your own call, whichever it is: 0 a guess, 100 sure."
        )
    levels = f"one of {', '.join(plan.levels)}" if plan.levels else "such as L4-L5"
    parts = [
        f"{plan.title}: how to fill in a sheet",
        "Fill in your own sheets only, in the order of the column 'order', and change no "
        "other column. Save as CSV; commas or semicolons will do, UTF-8.",
        "call: yes or no (1 or 0 will do).",
        f"confidence: {confidence}",
        f"level: where you see the finding, {levels}; nothing where you call none.",
        "minutes: how long the case took, such as 3.5; nothing where you did not time it.",
        "date: the day of the reading, best as 2030-01-31.",
        f"arm: in {_quoted(plan.arms[:1])} look at the images alone"
        + (
            f"; in {_quoted(plan.arms[1:])} with what the model says beside them."
            if plan.arms[1:]
            else "."
        ),
    ]
    if len(plan.arms) > 1:
        parts.append(
            f"At least {plan.washout_days} days must lie between your two readings of a case. "
            "Do not keep notes from one session to the next, and do not talk about the cases."
        )
        starts = {each.number: each.not_before for each in plan.sessions}
        parts += [
            f"Session {number}: not before {day.isoformat()}."
            for number, day in sorted(starts.items())
            if day is not None
        ]
    parts.append("The folder 'key' is not for readers: keep it away from them.")
    return "\n\n".join(textwrap.fill(part, 88) for part in parts) + "\n"


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)
