"""Losses for segmentation and for grading."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def dice_and_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Gives the mean of soft Dice loss over foreground classes and cross-entropy.

    Dice is taken over the batch, so that a class absent from one image does no harm
    (Milletari et al. 2016, arXiv 1606.04797; Isensee et al. 2021,
    doi 10.1038/s41592-020-01008-z).

    Args:
        logits: (batch, class, row, column).
        target: (batch, row, column) class indices.
    """
    entropy = functional.cross_entropy(logits, target)
    probabilities = logits.softmax(dim=1)[:, 1:]
    truth = functional.one_hot(target, logits.shape[1]).permute(0, 3, 1, 2)[:, 1:]
    overlap = (probabilities * truth).sum(dim=(0, 2, 3))
    total = probabilities.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3))
    dice = (2 * overlap + 1.0) / (total + 1.0)
    return entropy + 1.0 - dice.mean()


def dice_and_binary_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Gives binary cross-entropy plus soft Dice loss, each output a structure of its own.

    Dice is taken over the batch, so that a slice without the structure does no harm, and
    over probabilities, so that it has a gradient where nothing is called yet.

    Args:
        logits: (batch, structure, row, column).
        target: The same shape, 0 or 1.
    """
    entropy = functional.binary_cross_entropy_with_logits(logits, target)
    probabilities = logits.sigmoid()
    overlap = (probabilities * target).sum(dim=(0, 2, 3))
    total = probabilities.sum(dim=(0, 2, 3)) + target.sum(dim=(0, 2, 3))
    dice = (2 * overlap + 1.0) / (total + 1.0)
    return entropy + 1.0 - dice.mean()


def ordinal_cross_entropy(logits: Tensor, grade: Tensor, *, smoothing: float) -> Tensor:
    """Gives cross-entropy against a grade whose neighbours share some of its weight.

    The target falls off exponentially with the squared distance between grades
    (Diaz and Marathe 2019, "Soft Labels for Ordinal Regression", CVPR).

    Args:
        logits: (batch, grades).
        grade: (batch,) indices from 0; negative where the grade is unknown.
        smoothing: Weight of a neighbour one grade away, relative to the grade's own.
    """
    known = grade >= 0
    if not bool(known.any()):
        return logits.sum() * 0.0
    positions = torch.arange(logits.shape[1], device=logits.device)
    distance = (positions[None, :] - grade[known][:, None]).abs().float()
    target = torch.pow(torch.full_like(distance, smoothing), distance.square())
    target = target / target.sum(dim=1, keepdim=True)
    return -(target * logits[known].log_softmax(dim=1)).sum(dim=1).mean()


def masked_binary_cross_entropy(logits: Tensor, target: Tensor, *, weight: Tensor) -> Tensor:
    """Gives binary cross-entropy over the known targets.

    Args:
        logits: (batch, finding).
        target: (batch, finding), 1, 0, or negative where unknown.
        weight: (finding,) weight of a positive.
    """
    known = (target >= 0).float()
    loss = functional.binary_cross_entropy_with_logits(
        logits, target.clamp(min=0.0), pos_weight=weight, reduction="none"
    )
    return (loss * known).sum() / known.sum().clamp(min=1.0)
