"""Boxes go where their images go."""

import math

import pytest
import torch

from condyle.errors import BadConfiguration
from condyle.training.augmentation import AffineRange
from condyle.training.box_augmentation import (
    BoxChanges,
    change_boxed,
    compact,
    cut,
    mosaic,
    move_boxes,
)
from condyle.training.detector.assignment import ABSENT, COUNTED, DIFFICULT, Targets

STILL = {"rotation_degrees": 0.0, "scale": [1.0, 1.0], "stretch": 0.0, "shift": 0.0}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def targets(boxes, state=COUNTED):
    found = torch.tensor(boxes, dtype=torch.float32)
    return Targets(found, torch.ones(*found.shape[:2], 2), torch.full(found.shape[:2], state))


def painted(box, size=(96, 96)):
    image = torch.zeros(1, 1, *size)
    image[0, 0, box[0] : box[2], box[1] : box[3]] = 1.0
    return image


def bounds(image, least=0.5):
    rows, columns = torch.nonzero(image > least, as_tuple=True)
    return [int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1]


@pytest.mark.parametrize("seed", range(8))
def test_a_box_lies_around_what_it_lay_around_after_a_shift_and_a_change_of_size(seed):
    box = [30, 36, 60, 70]
    changes = BoxChanges.of({**STILL, "scale": [0.8, 1.2], "stretch": 0.2, "shift": 0.1}
        | {"intensity": False, "flip": 0.5})  # fmt: skip
    image, told = change_boxed(
        painted(box), targets([[box]]), size=(64, 64), changes=changes, generator=generator(seed)
    )
    assert told.boxes[0, 0].tolist() == pytest.approx(bounds(image[0, 0]), abs=1.01)


@pytest.mark.parametrize("angle", [-20, 7, 33])
def test_a_turned_box_is_the_hull_of_the_ellipse_within_it(angle):
    turn = math.radians(angle)
    theta = torch.tensor(
        [[[math.cos(turn), -math.sin(turn), 0.1], [math.sin(turn), math.cos(turn), -0.2]]]
    )
    box = [40.0, 30.0, 60.0, 80.0]
    moved = move_boxes(targets([[box]]), theta, given=(96, 96), wanted=(96, 96)).boxes[0, 0]
    rows, columns = torch.meshgrid(torch.arange(96.0), torch.arange(96.0), indexing="ij")
    inside = ((rows + 0.5 - 50) / 10) ** 2 + ((columns + 0.5 - 55) / 25) ** 2 <= 1
    grid = torch.nn.functional.affine_grid(theta, [1, 1, 96, 96], align_corners=False)
    seen = torch.nn.functional.grid_sample(inside.float()[None, None], grid, align_corners=False)
    assert moved.tolist() == pytest.approx(bounds(seen[0, 0]), abs=1.1)


def test_no_change_leaves_image_and_boxes_as_they_are():
    box = [10, 12, 30, 44]
    changes = BoxChanges.of({**STILL, "intensity": False})
    image, told = change_boxed(
        painted(box), targets([[box]]), size=(96, 96), changes=changes, generator=generator()
    )
    assert torch.allclose(image, painted(box), atol=1e-5)
    assert told.boxes[0, 0].tolist() == pytest.approx(box, abs=1e-3)


def test_nothing_is_mirrored_unless_the_recipe_says_so():
    image = painted([10, 0, 40, 20]).repeat(50, 1, 1, 1)
    boxes = targets([[[10, 0, 40, 20]]] * 50)
    for flip, sides in ((0.0, {0}), (1.0, {76}), (0.5, {0, 76})):
        changes = BoxChanges.of({**STILL, "intensity": False, "flip": flip})
        _, told = change_boxed(image, boxes, size=(96, 96), changes=changes, generator=generator())
        assert {round(value) for value in told.boxes[:, 0, 1].tolist()} == sides
    assert BoxChanges.of({"flip": True}).flip == 0.5 and BoxChanges.of({}).flip == 0.0


def test_a_box_cut_by_the_border_becomes_difficult_and_then_goes():
    boxes = [[[0.0, -20.0, 10.0, 60.0], [0.0, -6.0, 10.0, 4.0], [0.0, -9.0, 10.0, 1.0]]]
    told = cut(targets(boxes), (64, 64))
    assert told.state.tolist() == [[COUNTED, DIFFICULT, ABSENT]]
    assert told.boxes[0].tolist() == [[0, 0, 10, 60], [0, 0, 10, 4], [0, 0, 0, 0]]


def test_a_difficult_box_stays_difficult_and_padding_stays_padding():
    boxes = [[[5.0, 5.0, 10.0, 60.0]]]
    for state in (DIFFICULT, ABSENT):
        assert cut(targets(boxes, state), (64, 64)).state.tolist() == [[state]]


def test_a_mosaic_shows_four_images_with_their_boxes_at_half_size():
    images = torch.cat([painted([10, 20, 40, 60], (64, 64)) * (k + 1) for k in range(4)])
    given = targets([[[10, 20, 40, 60]]] * 4)
    whole, told = mosaic(images, given, share=1.0, generator=generator(3))
    for position in range(4):
        assert whole.shape == images.shape and told.state[position].tolist() == [COUNTED] * 4
        for box in told.boxes[position].int().tolist():
            part = whole[position, 0, box[0] : box[2], box[1] : box[3]]
            assert part.shape == (15, 20) and float(part.min()) == float(part.max()) > 0
    covered = 4 * 15 * 20
    assert int((whole[0, 0] > 0).sum()) == covered


def test_a_mosaic_of_no_share_changes_nothing_but_the_padding():
    images, given = torch.rand(3, 1, 32, 32), targets([[[1, 2, 9, 8]]] * 3)
    same, told = mosaic(images, given, share=0.0, generator=generator())
    assert torch.equal(same, images) and torch.equal(told.boxes[:, :1], given.boxes)
    assert told.state.tolist() == [[COUNTED, ABSENT, ABSENT, ABSENT]] * 3


def test_the_same_seed_gives_the_same_images_and_boxes_whatever_the_global_one():
    changes = BoxChanges(AffineRange(), flip=0.5, mosaic=0.5)
    box, found = [10, 20, 40, 60], []
    for seed in (1, 2):
        torch.manual_seed(seed)
        images, given = painted(box).repeat(4, 1, 1, 1), targets([[box]] * 4)
        drawn = generator(7)
        found.append(change_boxed(images, given, size=(64, 64), changes=changes, generator=drawn))
    assert torch.equal(found[0][0], found[1][0])
    assert torch.equal(found[0][1].boxes, found[1][1].boxes)


@pytest.mark.parametrize("values", [{"flip": 1.5}, {"elastic": 3}, {"mosaic": "often"}])
def test_a_change_that_there_is_not_is_refused(values):
    with pytest.raises(BadConfiguration) as caught:
        BoxChanges.of(values)
    assert "rotation_degrees" in caught.value.needed and "flip" in caught.value.needed


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_drawn_boxes_stay_in_the_image_and_keep_what_they_show(seed):
    changes = BoxChanges.of({"rotation_degrees": 25, "shift": 0.3, "flip": 0.5, "mosaic": 0.5})
    given = targets([[[10, 20, 40, 60], [50, 5, 90, 30]]] * 6)
    given.labels[:, 0, 1] = 0.0
    images = painted([10, 20, 40, 60]).repeat(6, 1, 1, 1)
    images, told = change_boxed(
        images, given, size=(64, 96), changes=changes, generator=generator(seed)
    )
    assert images.shape == (6, 1, 64, 96) and 0 <= float(images.min()) <= float(images.max()) <= 1
    there = told.state > ABSENT
    assert (told.boxes >= 0).all() and (told.boxes <= torch.tensor([64, 96, 64, 96])).all()
    assert (told.boxes[there][:, 2:] > told.boxes[there][:, :2]).all()
    assert set(map(tuple, told.labels[there].tolist())) <= {(1.0, 0.0), (1.0, 1.0)}
    assert not told.boxes[~there].any()


def test_a_batch_without_boxes_stays_without_them():
    none = targets([[[0, 0, 0, 0]]] * 2, ABSENT)
    _, told = change_boxed(
        torch.rand(2, 1, 64, 64),
        none,
        size=(64, 64),
        changes=BoxChanges.of({"mosaic": 1.0}),
        generator=generator(),
    )
    assert not (told.state > ABSENT).any() and not told.boxes.any()


def test_what_is_given_is_not_changed():
    images, given = painted([10, 20, 40, 60]), targets([[[10, 20, 40, 60]]])
    before = images.clone(), given.boxes.clone(), given.state.clone()
    change_boxed(
        images, given, size=(32, 32), changes=BoxChanges.of({"flip": 1.0}), generator=generator()
    )
    assert torch.equal(images, before[0])
    assert torch.equal(given.boxes, before[1]) and torch.equal(given.state, before[2])


def test_a_turn_makes_a_long_box_higher_and_never_smaller_than_its_area():
    turn = math.radians(12)
    cosine, sine = math.cos(turn), math.sin(turn)
    theta = torch.tensor([[[cosine, -sine, 0.0], [sine, cosine, 0.0]]])
    box = [40.0, 20.0, 56.0, 76.0]
    moved = move_boxes(targets([[box]]), theta, given=(96, 96), wanted=(96, 96)).boxes[0, 0]
    height, width = float(moved[2] - moved[0]), float(moved[3] - moved[1])
    assert height == pytest.approx(math.hypot(16 * cosine, 56 * sine), abs=1e-3)
    assert width == pytest.approx(math.hypot(56 * cosine, 16 * sine), abs=1e-3)
    # The hull of the corners would be this much higher, and as much too high for an ellipse.
    assert height < 16 * cosine + 56 * sine - 5


def test_a_box_goes_from_a_finer_grid_to_that_of_the_network():
    still = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    moved = move_boxes(targets([[[12, 24, 48, 60]]]), still, given=(96, 120), wanted=(64, 40))
    assert moved.boxes[0, 0].tolist() == pytest.approx([8, 8, 32, 20], abs=1e-4)


def test_padding_is_left_out_and_every_box_keeps_its_labels_and_state():
    boxes = torch.arange(24.0).reshape(2, 3, 4)
    labels = torch.arange(6.0).reshape(2, 3, 1)
    state = torch.tensor([[ABSENT, COUNTED, DIFFICULT], [ABSENT, ABSENT, COUNTED]])
    told = compact(Targets(boxes, labels, state))
    assert told.state.tolist() == [[COUNTED, DIFFICULT], [COUNTED, ABSENT]]
    assert torch.equal(told.boxes[0], boxes[0, 1:]) and torch.equal(told.boxes[1, 0], boxes[1, 2])
    assert told.labels[0].flatten().tolist() == [1, 2] and float(told.labels[1, 0]) == 5
    none = compact(Targets(boxes, labels, torch.zeros_like(state)))
    assert none.state.tolist() == [[ABSENT], [ABSENT]]
