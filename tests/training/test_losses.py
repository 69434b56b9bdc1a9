"""Losses against their closed forms."""

import math

import pytest
import torch

from condyle.training.losses import (
    dice_and_binary_cross_entropy,
    dice_and_cross_entropy,
    masked_binary_cross_entropy,
    ordinal_cross_entropy,
)


def test_even_logits_give_the_cross_entropy_of_chance_and_the_dice_of_a_quarter():
    target = torch.tensor([[[0, 1], [2, 3]]])
    loss = dice_and_cross_entropy(torch.zeros(1, 4, 2, 2), target)
    dice = (2 * 0.25 + 1) / (1 + 1 + 1)  # overlap 0.25, sum of probabilities 1, one true pixel
    assert float(loss) == pytest.approx(math.log(4) + 1 - dice, abs=1e-6)


def test_certain_and_right_logits_give_no_loss():
    target = torch.randint(4, (2, 8, 8), generator=torch.Generator().manual_seed(0))
    logits = torch.nn.functional.one_hot(target, 4).permute(0, 3, 1, 2) * 60.0
    assert float(dice_and_cross_entropy(logits, target)) == pytest.approx(0.0, abs=1e-6)


def test_a_class_that_is_absent_from_the_batch_and_not_called_costs_nothing():
    target = torch.zeros(1, 4, 4, dtype=torch.long)
    logits = torch.zeros(1, 4, 4, 4)
    logits[:, 0] = 60.0
    assert float(dice_and_cross_entropy(logits, target)) == pytest.approx(0.0, abs=1e-6)


def test_without_smoothing_the_ordinal_loss_is_cross_entropy():
    logits = torch.randn(7, 5, generator=torch.Generator().manual_seed(1))
    grade = torch.tensor([0, 1, 2, 3, 4, 0, 1])
    expected = torch.nn.functional.cross_entropy(logits, grade)
    assert float(ordinal_cross_entropy(logits, grade, smoothing=0.0)) == pytest.approx(
        float(expected), abs=1e-6
    )


def test_the_ordinal_target_falls_off_with_the_squared_distance():
    s = 0.1
    weights = [s**4, s, 1.0, s, s**4]
    logits = torch.tensor([[0.3, -1.0, 0.2, 2.0, 0.0]])
    logs = logits.log_softmax(dim=1)[0].tolist()
    expected = -sum(w * v for w, v in zip(weights, logs, strict=True)) / sum(weights)
    found = ordinal_cross_entropy(logits, torch.tensor([2]), smoothing=s)
    assert float(found) == pytest.approx(expected, abs=1e-6)


def test_an_unknown_grade_changes_nothing():
    logits = torch.randn(3, 5, generator=torch.Generator().manual_seed(2))
    known = ordinal_cross_entropy(logits[:2], torch.tensor([1, 4]), smoothing=0.1)
    both = ordinal_cross_entropy(logits, torch.tensor([1, 4, -1]), smoothing=0.1)
    assert float(both) == pytest.approx(float(known), abs=1e-6)


def test_a_batch_of_unknown_grades_costs_nothing_and_still_has_a_gradient():
    logits = torch.ones(2, 5, requires_grad=True)
    loss = ordinal_cross_entropy(logits, torch.tensor([-1, -1]), smoothing=0.1)
    loss.backward()
    assert float(loss.detach()) == 0.0 and not logits.grad.any()


def test_the_binary_loss_is_the_weighted_logarithm():
    logits = torch.tensor([[0.7, -0.4]])
    target = torch.tensor([[1.0, 0.0]])
    p = 1 / (1 + math.exp(-0.7))
    q = 1 / (1 + math.exp(0.4))
    expected = (-3.0 * math.log(p) - math.log(1 - q)) / 2
    found = masked_binary_cross_entropy(logits, target, weight=torch.tensor([3.0, 5.0]))
    assert float(found) == pytest.approx(expected, abs=1e-6)


def test_an_unknown_finding_is_left_out_of_the_mean():
    weight = torch.ones(2)
    one = masked_binary_cross_entropy(
        torch.tensor([[0.7]]), torch.tensor([[1.0]]), weight=torch.ones(1)
    )
    both = masked_binary_cross_entropy(
        torch.tensor([[0.7, 9.0]]), torch.tensor([[1.0, -1.0]]), weight=weight
    )
    assert float(both) == pytest.approx(float(one), abs=1e-6)
    none = masked_binary_cross_entropy(torch.ones(1, 2), -torch.ones(1, 2), weight=weight)
    assert float(none) == 0.0


def test_binary_cross_entropy_and_dice_are_those_worked_out_by_hand() -> None:
    logits = torch.zeros(1, 2, 1, 2)
    logits[0, 1] = torch.tensor([[math.log(3), -math.log(3)]])  # probabilities 3/4 and 1/4
    target = torch.tensor([[[[1.0, 0.0]], [[1.0, 0.0]]]])
    entropy = (2 * math.log(2) - 2 * math.log(0.75)) / 4
    even = (2 * 0.5 + 1) / (1 + 1 + 1)
    surer = (2 * 0.75 + 1) / (1 + 1 + 1)
    found = dice_and_binary_cross_entropy(logits, target)
    assert float(found) == pytest.approx(entropy + 1 - (even + surer) / 2, abs=1e-6)


def test_the_dice_of_a_structure_is_taken_over_the_batch() -> None:
    logits = torch.full((2, 1, 4, 4), -60.0)
    target = torch.zeros(2, 1, 4, 4)
    target[0, 0, :2] = 1
    logits[0, 0, :2] = 60.0
    assert float(dice_and_binary_cross_entropy(logits, target)) == pytest.approx(0.0, abs=1e-6)
    wrong = logits.clone()
    wrong[1, 0, :2] = 60.0  # eight pixels called on a slice that shows nothing
    dice = (2 * 8 + 1) / (16 + 8 + 1)
    entropy = 60 * 8 / 32
    found = float(dice_and_binary_cross_entropy(wrong, target))
    assert found == pytest.approx(entropy + 1 - dice, abs=1e-5)


def test_a_network_that_calls_nothing_still_has_a_gradient_towards_the_lesion() -> None:
    logits = torch.full((1, 1, 8, 8), -6.0, requires_grad=True)
    target = torch.zeros(1, 1, 8, 8)
    target[0, 0, 3, 3] = 1
    dice_and_binary_cross_entropy(logits, target).backward()
    assert logits.grad is not None
    assert float(logits.grad[0, 0, 3, 3]) < 0 < float(logits.grad[0, 0, 0, 0])
