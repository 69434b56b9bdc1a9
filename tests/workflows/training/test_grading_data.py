"""Labels that nobody read off the slices there are teach nothing."""

from __future__ import annotations

import numpy as np

from condyle.interpretation.crops import FACTS, SHOWN_AT, SPACE_AT
from condyle.training.graded_discs import GradedDiscs
from condyle.training.recipe import read_recipe
from condyle.workflows.training.grading_data import finding_names, read_labels

SHOWN = (("t1", "t2"), ("t1",), ("t2",), ("t1", "t2-space"), ("t2-space",), ())


def discs_shown() -> GradedDiscs:
    """Gives a healthy disc for each row of ``SHOWN``."""
    facts = np.zeros((len(SHOWN), FACTS), dtype=np.float32)
    for row, shown in enumerate(SHOWN):
        facts[row, SHOWN_AT] = "t1" in shown
        facts[row, SHOWN_AT + 1] = len(set(shown) - {"t1"})
        facts[row, SPACE_AT] = "t2-space" in shown
    return GradedDiscs(
        patients=np.array([str(row) for row in range(len(SHOWN))]),
        crops=np.zeros((len(SHOWN), 6, 1, 1), dtype=np.float16),
        facts=facts,
        grade=np.zeros(len(SHOWN), dtype=np.int64),
        findings=np.zeros((len(SHOWN), 7), dtype=np.float32),
    )


def test_a_label_is_learned_where_all_that_it_was_read_on_is_shown() -> None:
    recipe = read_recipe("lumbar-grading")
    given = discs_shown()
    learned = read_labels(given, recipe)
    assert (learned.grade >= 0).tolist() == [True, False, True, False, False, False]
    modic = finding_names(recipe).index("modic-change")
    assert (learned.findings[:, modic] >= 0).tolist() == [True] + [False] * 5
    others = np.delete(learned.findings, modic, axis=1)
    assert (others == 0).all(), "the other findings need no contrast above another"
    assert (given.grade == 0).all() and (given.findings == 0).all(), "what is scored stays"


def test_without_a_word_on_what_was_read_every_label_is_learned() -> None:
    recipe = read_recipe("lumbar-grading", settings={"target.read_on": "{}"})
    learned = read_labels(discs_shown(), recipe)
    assert (learned.grade == 0).all() and (learned.findings == 0).all()
