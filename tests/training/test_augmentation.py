"""Augmentation: drawn from its generator, labels moved with the image, left never right."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from condyle.errors import BadConfiguration
from condyle.interpretation.crops import FACTS, MEASURED, PLAIN_FACTS, UNKNOWN
from condyle.training.augmentation import (
    AffineRange,
    affine_positions,
    blank_borders,
    change_intensity,
    mean_of_nine,
    random_grid,
    random_theta,
    smooth_field,
)
from condyle.training.graded_discs import GradedDiscs
from condyle.training.recipe import read_recipe
from condyle.training.tasks.grading import LABELS_OF_CROP, augment_discs
from condyle.training.tasks.segmentation import Slice, _Draw, _Settings, augment


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def a_slice(patient="1", weighting="t2-space"):
    """Gives a slice that is bright exactly where its label is 2, off the centre."""
    label = np.zeros((48, 48), dtype=np.uint8)
    label[10:30, 28:40] = 2
    return Slice(patient, (label == 2).astype(np.float16), label, weighting)


def settings(**changed):
    values = {f"augmentation.{key}": str(value) for key, value in changed.items()}
    values |= {"preprocessing": "[{step: fit, rows: 32, columns: 32}]"}
    return _Settings.of(read_recipe("lumbar-anatomy", settings=values))


def discs(count=4):
    rng = np.random.default_rng(3)
    facts = rng.random((count, FACTS)).astype(np.float32)
    facts[:, 6:9] = [1.0, 1.0, 0.0]
    return GradedDiscs(
        patients=np.array([str(n) for n in range(count)]),
        crops=rng.random((count, 6, 20, 28)).astype(np.float16),
        facts=facts,
        grade=np.arange(count) % 5,
        findings=np.ones((count, 7), dtype=np.float32),
    )


def test_the_same_seed_gives_the_same_batch_and_another_seed_another():
    items = [a_slice(), a_slice("2")]
    first = augment(items, settings=settings(), generator=generator(1))
    again = augment(items, settings=settings(), generator=generator(1))
    other = augment(items, settings=settings(), generator=generator(2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


def test_the_batch_does_not_hang_on_the_global_generator():
    torch.manual_seed(1)
    first = augment([a_slice()], settings=settings(), generator=generator(1))
    torch.manual_seed(2)
    again = augment([a_slice()], settings=settings(), generator=generator(1))
    assert torch.equal(first[0], again[0])


def test_the_input_is_not_changed():
    item = a_slice()
    before = item.image.copy(), item.label.copy()
    augment([item], settings=settings(), generator=generator())
    np.testing.assert_array_equal(item.image, before[0])
    np.testing.assert_array_equal(item.label, before[1])


@pytest.mark.parametrize("seed", range(8))
def test_the_label_moves_with_the_image(seed):
    still = settings(remap_share=0.0, real_remap_share=0.0)
    image, label = augment([a_slice()], settings=still, generator=generator(seed))
    inside, outside = image[0, 0][label[0] == 2], image[0, 0][label[0] == 0]
    assert inside.mean() > outside.mean() + 0.3
    assert set(label.unique().tolist()) <= {0, 2}


def test_images_stay_within_0_and_1_and_have_the_networks_size():
    image, label = augment([a_slice()] * 3, settings=settings(), generator=generator())
    assert image.shape == (3, 1, 32, 32) and label.shape == (3, 32, 32)
    assert float(image.min()) >= 0.0 and float(image.max()) <= 1.0
    assert label.dtype == torch.int64


@pytest.mark.parametrize("limits", [AffineRange(), AffineRange(stretch=0.45, scale=(0.75, 1.45))])
def test_no_draw_flips_an_image_or_turns_it_over(limits):
    grid = random_grid(400, (16, 16), limits=limits, generator=generator())
    across = grid[:, :, 1:] - grid[:, :, :-1]
    down = grid[:, 1:] - grid[:, :-1]
    assert (across[..., 0] > 0).all()  # columns go on to the right
    assert (down[..., 1] > 0).all()  # rows go on downwards
    determinant = across[:, :-1, :, 0] * down[:, :, :-1, 1] - (
        across[:, :-1, :, 1] * down[:, :, :-1, 0]
    )
    assert (determinant > 0).all()


def test_no_movement_leaves_every_pixel_where_it_was():
    still = AffineRange(rotation_degrees=0.0, scale=(1.0, 1.0), stretch=0.0, shift=0.0)
    grid = random_grid(1, (8, 8), limits=still, generator=generator())
    image = torch.rand(1, 1, 8, 8, generator=generator(4))
    moved = torch.nn.functional.grid_sample(image, grid, align_corners=False)
    assert torch.allclose(moved, image, atol=1e-6)


def test_the_rotation_stays_within_its_limit():
    limits = AffineRange(rotation_degrees=10.0, scale=(1.0, 1.0), stretch=0.0, shift=0.0)
    grid = random_grid(300, (8, 8), limits=limits, generator=generator())
    step = grid[:, 0, 1] - grid[:, 0, 0]
    angles = torch.rad2deg(torch.atan2(step[:, 1], step[:, 0])).abs()
    assert 8.0 < float(angles.max()) <= 10.0 + 1e-3


def test_a_smooth_field_has_its_size_and_changes_slowly():
    field = smooth_field(2, (64, 48), cells=3, generator=generator())
    assert field.shape == (2, 1, 64, 48)
    assert float((field[..., 1:] - field[..., :-1]).abs().max()) < 0.2


@pytest.mark.parametrize("size", [(1, 1), (3, 1), (2, 7), (20, 13)])
def test_positions_are_those_of_torch(size):
    theta = random_theta(3, limits=AffineRange(stretch=0.4), generator=generator(1))
    expected = functional.affine_grid(theta, [3, 1, *size], align_corners=False)
    torch.testing.assert_close(affine_positions(theta, size), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("cells", [3, 24])
def test_a_smooth_field_is_torchs_bicubic_growth_of_its_draws(cells):
    draws = torch.rand(2, 1, cells, cells, generator=generator(4)) * 2 - 1
    expected = functional.interpolate(draws, size=(30, 41), mode="bicubic", align_corners=False)
    found = smooth_field(2, (30, 41), cells=cells, generator=generator(4))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 1, 1, 5), (2, 4, 2, 3), (1, 1, 9, 8)])
def test_the_mean_of_nine_pixels_counts_those_that_there_are(shape):
    image = torch.rand(shape, generator=generator(2))
    given = image.clone()
    expected = functional.avg_pool2d(image, 3, stride=1, padding=1, count_include_pad=False)
    torch.testing.assert_close(mean_of_nine(image), expected, atol=1e-6, rtol=0)
    assert torch.equal(image, given)


def test_intensity_changes_leave_nothing_that_is_not_a_number():
    black = torch.zeros(2, 1, 16, 16)
    assert torch.isfinite(change_intensity(black, generator=generator())).all()


def test_a_blanked_border_is_blank_in_image_and_label_alike():
    image, label = torch.ones(16, 1, 20, 20), torch.ones(16, 20, 20, dtype=torch.long)
    cut_image, cut_label = blank_borders(image, label, generator=generator())
    assert torch.equal(cut_image[:, 0] > 0, cut_label > 0)
    assert (cut_label == 0).any() and (cut_label[:, 8:12, 8:12] == 1).all()
    assert image.all() and label.all()


def test_patients_are_drawn_evenly_whatever_their_number_of_slices():
    many = [a_slice("1")] * 50 + [a_slice("2")]
    drawn = _Draw(many, share=0.0)(2000, generator())
    share = sum(item.patient == "2" for item in drawn) / 2000
    assert abs(share - 0.5) < 4 * math.sqrt(0.25 / 2000)


def test_labelled_slices_are_drawn_by_their_share_and_alone_where_there_are_no_others():
    both = [a_slice("1"), a_slice("1", "labelled-by-network-t1")]
    drawn = _Draw(both, share=0.3)(2000, generator())
    share = sum(item.weighting != "t2-space" for item in drawn) / 2000
    assert abs(share - 0.3) < 4 * math.sqrt(0.21 / 2000)
    assert {i.weighting for i in _Draw(both[:1], share=0.9)(20, generator())} == {"t2-space"}


def test_an_unknown_setting_of_the_augmentation_lists_the_known():
    with pytest.raises(BadConfiguration) as caught:
        settings(elastic=1)
    assert "elastic" in caught.value.found and "rotation_degrees" in caught.value.needed


def test_a_batch_of_discs_is_the_same_for_the_same_seed_and_leaves_its_source_alone():
    source = discs()
    before = source.crops.copy(), source.facts.copy()
    first = augment_discs(source, np.array([0, 2, 2]), generator=generator(5))
    again = augment_discs(source, np.array([0, 2, 2]), generator=generator(5))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    np.testing.assert_array_equal(source.crops, before[0])
    np.testing.assert_array_equal(source.facts, before[1])
    assert first[2].tolist() == [0, 2, 2]


def test_labels_of_a_crop_move_with_its_images_and_get_no_noise():
    source = discs(1)
    square = np.zeros((1, 6, 20, 28), dtype=np.float16)
    square[:, :, 6:14, 8:20] = 1.0
    source = GradedDiscs(source.patients, square, source.facts, source.grade, source.findings)
    for seed in range(10):
        crop, facts, _, _ = augment_discs(source, np.array([0]), generator=generator(seed))
        for first in (0, 3):
            if facts[0, 6 + first // 3] == 0:
                assert not crop[0, first : first + 3].any()
                continue
            assert torch.equal(crop[0, first + 1], crop[0, first + 2])
            whole = crop[0, first + 1] > 0.99
            assert (crop[0, first][whole] > 0.6).all()
    assert set(LABELS_OF_CROP) == {1, 2, 4, 5}


def test_a_contrast_that_is_dropped_leaves_no_trace_and_never_both_go():
    source = discs(1)
    _, facts, _, _ = augment_discs(source, np.zeros(500, dtype=int), generator=generator())
    kept = facts[:, 6:8]
    assert (kept.sum(dim=1) >= 1).all()
    assert 0.05 < float((kept[:, 0] == 0).float().mean()) < 0.15
    assert 0.03 < float((kept[:, 1] == 0).float().mean()) < 0.12
    assert not facts[kept[:, 0] == 0, 9:13].any()
    assert not facts[kept[:, 1] == 0, 13:17].any()
    for role in range(2):
        start = PLAIN_FACTS + role * MEASURED
        unknown = facts[:, start : start + MEASURED] == UNKNOWN
        assert unknown[kept[:, role] == 0].all() and not unknown[kept[:, role] == 1].any()
