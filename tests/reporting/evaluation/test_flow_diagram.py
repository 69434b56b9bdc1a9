"""The boxes of a flow diagram: none over another, each wide enough, every line in its box."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from condyle.evaluation.participant_flow import Answer, Flow, LeftOut, Stage
from condyle.reporting.evaluation import flow_diagram
from condyle.reporting.evaluation.flow_diagram import caption_of, flow_drawing

WORDS = (
    *("images", "made", "after", "surgery", "or", "of", "a", "patient"),
    *("who", "had", "moved", "while", "being", "scanned"),
)


@st.composite
def flows(draw) -> Flow:
    """Draws a flow with reasons short and long, and answers few and many."""
    stages = []
    left = draw(st.integers(500, 100_000))
    for at in range(draw(st.integers(1, 4))):
        lost = []
        for _ in range(draw(st.integers(0, 3))):
            reason = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=20)))
            lost.append(LeftOut(reason, draw(st.integers(0, 9)), draw(st.integers(0, 9))))
        stages.append(Stage(f"Stage {at}", left, left + at, tuple(lost)))
        left -= sum(each.patients for each in lost)
    answers = tuple(
        Answer(f"grade {n}", 10 * n, tuple((str(k), 1_000 * k) for k in range(n)))
        for n in range(draw(st.integers(0, 6)))
    )
    return Flow(tuple(stages), "pfirrmann-grade" if answers else "", "disc", answers)


@pytest.fixture(name="figure_of")
def _figure_of(monkeypatch):
    """Gives the figure that a flow is drawn as."""

    def made(flow: Flow) -> Figure:
        kept: list[Figure] = []
        with monkeypatch.context() as patch:
            patch.setattr(
                flow_diagram, "drawing", lambda figure, *_: kept.append(figure) or caption_of(flow)
            )
            flow_drawing(flow)
        FigureCanvasAgg(kept[0]).draw()
        return kept[0]

    return made


def boxes_of(figure: Figure) -> list[Rectangle]:
    return [each for each in figure.axes[0].patches if isinstance(each, Rectangle)]


EXAMPLES = [
    Flow((Stage("Read by the model", 5, 6),)),
    Flow(
        (
            Stage("Screened", 218, 447, (LeftOut(" ".join(WORDS * 3), 39, 87),)),
            Stage("Read by the model", 179, 360, (LeftOut("no reference", 0, 3),)),
            Stage("Counted in the figures", 179, 357),
        ),
        "disc-herniation",
        "disc",
        (
            Answer("positive", 238, (("present", 31), ("absent", 207))),
            Answer("negative", 989, (("present", 31), ("absent", 958))),
            Answer("declined", 13, (("present", 0), ("absent", 13))),
        ),
    ),
]


@pytest.mark.parametrize("flow", EXAMPLES, ids=["short", "long"])
def test_no_box_lies_over_another(flow: Flow, figure_of) -> None:
    boxes = [box.get_window_extent() for box in boxes_of(figure_of(flow))]
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)


@pytest.mark.parametrize("flow", EXAMPLES, ids=["short", "long"])
def test_every_line_of_text_lies_in_a_box(flow: Flow, figure_of) -> None:
    figure = figure_of(flow)
    boxes = [box.get_window_extent() for box in boxes_of(figure)]
    for text in figure.axes[0].texts:
        if text.get_text().strip():
            extent = text.get_window_extent()
            assert any(
                box.x0 <= extent.x0 and extent.x1 <= box.x1 and box.y0 <= extent.y0 + 1
                for box in boxes
            ), text.get_text()


@pytest.mark.parametrize("flow", EXAMPLES, ids=["short", "long"])
def test_everything_lies_within_the_picture(flow: Flow, figure_of) -> None:
    figure = figure_of(flow)
    width, height = figure.get_size_inches() * figure.dpi
    for box in boxes_of(figure):
        extent = box.get_window_extent()
        assert 0 <= extent.x0 < extent.x1 <= width
        assert 0 <= extent.y0 < extent.y1 <= height


def test_a_stage_stands_below_the_one_before(figure_of) -> None:
    tops = [box.get_y() for box in boxes_of(figure_of(EXAMPLES[1]))[:3]]
    assert tops == sorted(tops)


def test_reasons_stand_beside_the_way_and_not_on_it(figure_of) -> None:
    boxes = boxes_of(figure_of(EXAMPLES[1]))
    main, beside = boxes[:3], boxes[3:5]
    assert min(box.get_x() for box in beside) > max(b.get_x() + b.get_width() for b in main)


def test_answers_stand_side_by_side_and_are_alike_in_size(figure_of) -> None:
    ends = boxes_of(figure_of(EXAMPLES[1]))[-3:]
    assert len({round(box.get_y(), 6) for box in ends}) == 1
    assert len({round(box.get_height(), 6) for box in ends}) == 1
    lefts = [box.get_x() for box in ends]
    assert lefts == sorted(lefts)


@settings(max_examples=12, deadline=None)
@given(flows())
def test_any_flow_is_drawn_with_all_of_its_numbers(flow: Flow) -> None:
    drawn = flow_drawing(flow)
    root = ET.fromstring(drawn.svg)
    lines = ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("text")]
    text = " ".join(" ".join(lines).split())
    for stage in flow.stages:
        assert f"{stage.patients:,}" in text
    for answer in flow.answers:
        for label, count in answer.by_reference:
            assert f"reference {label}: {count}" in text
    assert Image.open(io.BytesIO(drawn.png)).size[0] > 500


@settings(max_examples=60, deadline=None)
@given(flows())
def test_the_caption_tells_every_stage_and_reason(flow: Flow) -> None:
    caption = caption_of(flow)
    for stage in flow.stages:
        assert stage.label in caption
        assert all(each.reason in caption for each in stage.left_out)


@pytest.mark.parametrize(
    ("patients", "studies", "said"),
    [
        (1, 1, "1 patient;"),
        (2, 2, "2 patients;"),
        (1, 2, "1 patient, 2 studies;"),
        (1200, 1201, "1,200 patients, 1,201 studies;"),
    ],
)
def test_counts_are_worded(patients: int, studies: int, said: str) -> None:
    flow = Flow((Stage("Read", patients, studies), Stage("Counted", 1, 1)))
    assert f"Read: {said}" in caption_of(flow)
