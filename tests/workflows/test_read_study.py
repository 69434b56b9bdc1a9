"""From a study to a report: what is graded, what is declined, and why."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from condyle.domain import Attribute, Message, Volume
from condyle.domain.findings import middle_grade
from condyle.domain.progress import Progress
from condyle.domain.study import Instance
from condyle.errors import BadImage, Cancelled
from condyle.workflows.read_study import LoadedBundles, read_opened, read_study
from condyle.workflows.reading import study_anatomy
from condyle.workflows.reading.series_choice import choose_series


def codes(messages):
    return [message.code for message in messages]


def reasons(report, name):
    return {f.abstention.code if f.abstention else None for f in report.findings if f.name == name}


@pytest.fixture(name="read")
def _read(loaded, study):
    def read(*series, **more):
        return read_opened(study(*series), loaded, **more)

    return read


@pytest.fixture(name="both")
def _both(series, draw):
    t1 = series("series-1", draw(seed=1), weighting=Attribute("t1"))
    return t1, series("series-2x", draw(seed=2))


def test_every_disc_has_every_finding_from_caudal_to_cranial(read, both):
    report = read(*both)
    assert [f.site.index_from_caudal for f in report.findings] == [
        index for index in range(1, 7) for _ in range(8)
    ]
    levels = ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1"]
    assert [f.site.level for f in report.findings[::8]] == levels
    grades = [f.value for f in report.findings if f.name == "pfirrmann-grade"]
    assert grades == [1, 2, 3, 4, 5, 5]


def test_a_grade_has_its_five_probabilities_and_a_decision_its_threshold(read, both):
    findings = {f.name: f for f in read(*both).findings[:8]}
    grade = findings["pfirrmann-grade"]
    assert sum(grade.probabilities) == pytest.approx(1.0, abs=1e-3)
    assert grade.value == middle_grade(grade.probabilities)
    assert grade.probability == grade.probabilities[grade.value - 1]
    assert (findings["disc-herniation"].value, findings["disc-narrowing"].value) == (True, False)
    assert findings["disc-herniation"].probability == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-4)
    assert findings["disc-herniation"].threshold == 0.5
    assert findings["disc-herniation"].operating_point.ppv.value == 0.8


def test_a_finding_with_poor_ppv_gives_its_probability_and_no_decision(read, both):
    bulging = [f for f in read(*both).findings if f.name == "disc-bulging"]
    assert {f.value for f in bulging} == {None}
    assert {f.abstained for f in bulging} == {False}
    assert all(f.probability > 0.5 and not f.operating_point.shown for f in bulging)


def test_nothing_is_abstained_with_plain_t1_and_t2(read, both):
    report = read(*both)
    assert not [f for f in report.findings if f.abstained]
    assert codes(report.assumptions) == ["counted-from-last-disc"]
    assert report.refused == ()


def test_without_t2_the_grade_is_abstained_with_its_probability_and_the_rest_given(read, both):
    report = read(both[0])
    assert reasons(report, "pfirrmann-grade") == {"no-plain-t2"}
    assert reasons(report, "modic-change") == reasons(report, "disc-narrowing") == {None}
    assert {"no-plain-t2", "modic-on-one-contrast"} <= set(codes(report.warnings))
    assert all(f.probability is not None for f in report.findings)
    assert all(f.value is None for f in report.findings if f.abstained)


def test_without_t1_all_is_given_and_modic_change_is_said_to_be_judged_on_t2_alone(read, both):
    report = read(both[1])
    assert not [f for f in report.findings if f.abstained]
    told = {w.code: w.params for w in report.warnings}
    assert told["modic-on-one-contrast"] == {"contrast": "T2"}
    assert "modic-on-one-contrast" not in codes(read(*both).warnings)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"weighting": Attribute("stir")}, "stir"),
        ({"weighting": Attribute("pd")}, "proton-density"),
        ({"fat_suppressed": Attribute(True)}, "fat-suppressed"),
        ({"contrast_agent": Attribute(True)}, "contrast-enhanced"),
        ({"age_years": 17.0}, "out-of-scope-age"),
    ],
)
def test_an_image_that_the_grader_is_not_for_is_abstained_with_its_reason(
    read, series, draw, changed, code
):
    report = read(series("series-1", draw(), **changed))
    assert len(report.findings) == 6 * 8
    assert {f.abstention.code for f in report.findings} == {code}
    assert {f.value for f in report.findings} == {None}
    assert code in codes(report.warnings)
    assert report.series[0].labelmap.any()
    assert all(f.evidence[0].outline for f in report.findings)


def test_a_stir_beside_plain_images_is_read_and_does_not_take_part(read, both, series, draw):
    stir = series("series-333", draw(seed=5), weighting=Attribute("stir"))
    report = read(*both, stir)
    assert not [f for f in report.findings if f.abstained]
    assert {e.series for f in report.findings for e in f.evidence} == {0, 1}
    assert report.series[2].labelmap.any()


def test_an_adult_of_eighteen_is_graded(read, series, draw):
    report = read(series("series-1", draw(), age_years=18.0))
    assert reasons(report, "pfirrmann-grade") == {None}


def test_contrasts_that_count_their_discs_differently_are_not_read_together(read, series, draw):
    t1 = series("series-1", draw(lowest=160 - 24, discs=5), weighting=Attribute("t1"))
    report = read(t1, series("series-2x", draw()))
    assert {f.abstention.code for f in report.findings} == {"series-disagree"}
    warning = next(w for w in report.warnings if w.code == "series-disagree")
    assert dict(warning.params) == {"t1_count": 5, "t2_count": 6}
    assert all(f.probability is not None for f in report.findings)


@pytest.mark.parametrize("shorter", ["t1", "t2"])
def test_a_contrast_that_missed_the_last_disc_is_numbered_by_the_other(read, series, draw, shorter):
    drawings = {"t1": draw(), "t2": draw()}
    drawings[shorter] = draw(lowest=160 - 24, discs=5, below=True)
    report = read(
        *(series(role, drawing, weighting=Attribute(role)) for role, drawing in drawings.items())
    )
    warning = next(w for w in report.warnings if w.code == "levels-from-other-series")
    assert dict(warning.params) == {"series": shorter, "count": 1}
    assert "series-disagree" not in codes(report.warnings)
    levels = [f.site.level for f in report.findings if f.name == "pfirrmann-grade"]
    assert levels == ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1"]
    evidence = {f.site.level: len(f.evidence) for f in report.findings}
    assert evidence == dict.fromkeys(levels, 2), "the disc is placed where the other shows it"
    modic = {f.site.level: f.abstained for f in report.findings if f.name == "modic-change"}
    assert modic == dict.fromkeys(levels, False)
    assert {view.labels[0][0] for view in report.views} == {"L5-S1"}


def test_evidence_of_a_shifted_contrast_lies_on_the_disc_itself(read, series, draw):
    report = read(
        series("t1", draw(), weighting=Attribute("t1")),
        series("t2", draw(lowest=160 - 24, discs=5, below=True)),
    )
    for finding in report.findings:
        rows = [np.mean([row for row, _ in e.outline]) for e in finding.evidence]
        assert max(rows) - min(rows) < 2


def test_a_slice_without_canal_is_off_the_midline_and_abstained_as_a_warning(read, series, draw):
    report = read(series("series-1", draw(canal=False)))
    assert {f.abstention.code for f in report.findings} == {"slice-off-midline"}
    assert "modic-on-one-contrast" not in codes(report.warnings), "nothing was judged"
    assert report.refused == ()
    assert report.series[0].labelmap.any()


def test_where_the_canal_leaves_the_slice_what_borders_on_it_alone_is_abstained(read, series, draw):
    report = read(series("series-1", draw(canal_from=124)))
    at_canal = {"disc-herniation", "disc-bulging"}
    for finding in report.findings:
        hidden = finding.name in at_canal and finding.site.index_from_caudal > 2
        assert finding.abstained == hidden, finding.id
        if hidden:
            assert finding.abstention == Message("slice-off-midline", {}, finding.site.level)
    assert "slice-off-midline" in codes(report.warnings)


def test_a_slice_with_little_canal_is_graded_and_says_so(read, series, draw):
    report = read(series("series-1", draw(half=2)))
    assert "slice-shows-little-canal" in codes(report.warnings)
    assert "slice-off-midline" not in codes(report.warnings)
    assert {f.abstained for f in report.findings if f.name == "disc-herniation"} == {False}
    assert "slice-shows-little-canal" not in codes(read(series("series-1", draw())).warnings)


def test_plain_t2_goes_before_t2_space_and_the_midline_before_both(read, series, draw):
    space = series("series-1", draw(seed=1), weighting=Attribute("t2-space"))
    plain = series("series-2x", draw(seed=2))
    assert {e.series for f in read(space, plain).findings for e in f.evidence} == {1}
    off = series("series-2x", draw(seed=2, canal=False))
    assert {e.series for f in read(space, off).findings for e in f.evidence} == {0}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"body_part": "knee"}, "wrong-body-part"),
        ({"plane": Attribute("coronal")}, "wrong-plane"),
        ({"plane": Attribute("axial")}, "wrong-plane"),
        ({"modality": "CT"}, "not-an-mri"),
        ({"shape": (1, 100, 168)}, "image-too-small"),
        ({"notes": (Message("colour-picture", {}, "series-1"),)}, "not-an-mri"),
    ],
)
def test_what_the_bundle_is_not_for_is_refused_and_nothing_is_reported_of_it(
    read, series, draw, changed, code
):
    report = read(series("series-1", draw(), **changed))
    assert codes(report.refused) == [code]
    assert (report.findings, report.views) == ((), ())
    assert not report.series[0].used and report.series[0].labelmap is None
    assert len(report.not_assessed) == 12


def test_a_refused_study_loads_no_network(pair, study, series, draw, tmp_path):
    anatomy, grading = pair
    gone = replace(anatomy, path=tmp_path / "gone")
    report = read_opened(study(series("s", draw(), body_part="knee")), LoadedBundles(gone, grading))
    assert codes(report.refused) == ["wrong-body-part"]
    assert [b.sha256 for b in report.bundles] == [anatomy.sha256, grading.sha256]


def test_a_body_part_in_words_that_name_the_spine_is_read(read, series, draw):
    assert read(series("s", draw(), body_part="lumbar spine, hip to head")).refused == ()


def test_an_image_without_a_spine_is_refused_as_such(read, series, draw):
    report = read(series("series-1", draw(discs=0)))
    assert codes(report.refused) == ["no-spine-found"]
    assert report.findings == ()


class Unsure(LoadedBundles):
    """The same networks, of which the anatomy's says the same less surely."""

    share = 0.0

    def load(self, progress):
        run, grader = super().load(progress)
        return lambda array: [(1 - self.share) * one + self.share / 4 for one in run(array)], grader


@pytest.mark.parametrize(("share", "read_at_all"), [(0.05, True), (0.25, False)])
def test_discs_that_the_network_is_not_sure_of_are_not_graded_or_named(
    pair, study, both, share, read_at_all
):
    unsure = Unsure(*pair, threads=1)
    unsure.share = share
    report = read_opened(study(*both), unsure)
    assert bool(report.findings) == read_at_all
    assert set(codes(report.refused)) == (set() if read_at_all else {"no-spine-found"})
    assert all(bool(view.labels) == read_at_all for view in report.views)
    assert all(series.labelmap is not None for series in report.series), "what was seen is shown"


def test_a_series_that_shows_no_spine_leaves_the_others_as_they_are(read, both, series, draw):
    other = series("series-9", draw(discs=0))
    report = read(*both, other)
    assert [(m.code, m.subject) for m in report.refused] == [("no-spine-found", "series-9")]
    assert report.findings == read(*both).findings


def test_a_series_that_cannot_be_loaded_does_not_lose_the_study(read, both, series, draw):
    def load():
        raise BadImage("A slice cannot be used.", found="NaN pixels")

    broken = series("series-333", draw(), load=load)
    report = read(*both, broken)
    message = next(m for m in report.refused if m.code == "unusable-image")
    assert (message.subject, message.params["found"]) == ("series-333", "NaN pixels")
    assert len(report.findings) == 48


def test_the_labelmap_lies_on_the_inputs_own_grid(read, series, draw):
    drawing = draw()
    report = read(series("series-1", drawing))
    labelmap = report.series[0].labelmap
    assert labelmap.shape == (1, *drawing.labels.shape)
    assert labelmap.dtype == np.uint8
    for label in (1, 2, 3):
        found, truth = labelmap[0] == label, drawing.labels == label
        assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.85


def test_the_outlines_of_the_evidence_lie_on_the_discs(read, both, draw):
    labels = draw().labels
    for finding in read(*both).findings:
        for evidence in finding.evidence:
            points = np.array(evidence.outline)
            on_disc = labels[points[:, 0].astype(int), points[:, 1].astype(int)] == 1
            assert on_disc.mean() > 0.6
            row0, column0, row1, column1 = evidence.box
            centre = 160 - 24 * (finding.site.index_from_caudal - 1)
            assert row0 < centre + 0.5 < row1
            assert column0 < 70.5 < column1


def test_the_evidence_names_its_slice_its_instance_and_its_picture(read, series, draw):
    slices = [draw(seed=n, canal=n in (1, 2, 3)) for n in range(5)]
    report = read(series("series-1", *slices))
    evidence = report.findings[0].evidence[0]
    assert evidence.slice in (1, 2, 3)
    assert evidence.sop_instance_uid == f"1.2.3.8.{evidence.slice}"
    assert evidence.overlay == "overlay-series-1.png" == report.views[0].file
    assert report.series[0].labelmap.shape[0] == 5
    assert all(plane.any() for plane in report.series[0].labelmap)


def test_the_midline_of_a_volume_is_where_the_canal_is_widest(read, series, draw):
    slices = [draw(seed=n, canal=n in (4, 5, 6)) for n in range(9)]
    report = read(series("series-1", *slices))
    assert report.views[0].slice == 5
    assert reasons(report, "pfirrmann-grade") == {None}


def test_of_a_thick_stack_only_slices_about_the_middle_are_read(read, series, draw):
    slices = [draw(seed=n) for n in range(17)]
    labelmap = read(series("series-1", *slices)).series[0].labelmap
    assert [bool(plane.any()) for plane in labelmap] == [False] * 2 + [True] * 13 + [False] * 2


def test_ids_are_unique_and_the_same_however_often_it_is_read(read, both):
    first, second = read(*both), read(*both)
    assert first == second
    ids = [f.id for f in first.findings]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "pfirrmann-grade/disc-1"
    for one, other in zip(first.series, second.series, strict=True):
        assert one.labelmap.tobytes() == other.labelmap.tobytes()
    for one, other in zip(first.views, second.views, strict=True):
        assert one.image.tobytes() == other.image.tobytes()


def test_the_order_of_the_series_changes_no_finding(read, both):
    forwards, backwards = read(*both), read(*reversed(both))
    assert [(f.id, f.value, f.probability) for f in forwards.findings] == [
        (f.id, f.value, f.probability) for f in backwards.findings
    ]


def test_a_view_shows_each_disc_with_its_level_within_the_picture(read, both):
    for view in read(*both).views:
        assert [label[0] for label in view.labels][:2] == ["L5-S1", "L4-L5"]
        assert view.image.shape == view.labelmap.shape
        assert all(view.labelmap[round(row), round(column)] == 1 for _, row, column in view.labels)


def test_an_unknown_weighting_is_estimated_from_the_pixels_and_reported_so(read, series, draw):
    report = read(series("series-1", draw(), weighting=Attribute(None)))
    assert report.series[0].weighting == Attribute("t1", estimated=True)
    assert "weighting-estimated" in codes(report.warnings)


def test_a_header_that_the_pixels_contradict_is_a_warning(read, series, draw):
    assert "weighting-contradicts-header" in codes(read(series("s", draw())).warnings)
    plain = read(series("s", draw(), weighting=Attribute("t1")))
    assert "weighting-contradicts-header" not in codes(plain.warnings)


def test_unknown_spacing_and_plane_are_told(read, series, draw):
    bare = series("s", draw(), spacing=None, plane=Attribute(None))
    volume = Volume(bare.load().array)
    report = read(replace(bare, load=lambda: volume))
    assert {"spacing-unknown", "plane-estimated"} <= set(codes(report.warnings))


def test_no_level_is_named_where_the_sacrum_is_out_of_view(read, series, draw):
    report = read(series("s", draw(lowest=160 + 24 * 2 - 4, discs=7)))
    assert {f.site.level for f in report.findings} == {None}
    assert "sacrum-out-of-view" in codes(report.warnings)
    assert report.assumptions == ()
    assert report.views[0].labels[0][0] == "1"


def test_simulated_images_are_told_on_the_report(read, series, draw):
    report = read(series("s", draw(), simulated=True))
    assert report.study.simulated
    assert "simulated-study" in codes(report.warnings)


def test_the_report_names_both_bundles_with_hash_and_thresholds(read, both, pair):
    references = read(*both).bundles
    assert [r.sha256 for r in references] == [bundle.sha256 for bundle in pair]
    assert dict(references[1].thresholds)["disc-herniation"] == 0.5
    assert references[1].intended_use.startswith("Research use")


def test_the_stages_have_names_and_reach_their_end(pair, study, both):
    told: list[Progress] = []
    read_opened(study(*both), LoadedBundles(*pair, threads=1), progress=told.append)
    last = {step.stage: (step.done, step.total) for step in told}
    assert last == {"bundles": (2, 2), "anatomy": (2, 2), "grading": (1, 1)}


def test_a_reading_is_stopped_by_its_callback(read, both):
    def stop(step):
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        read(*both, progress=stop)


def test_the_images_are_not_changed_by_being_read(read, series, draw):
    item = series("s", draw())
    before = copy.deepcopy(item.load().array)
    read(item)
    np.testing.assert_array_equal(item.load().array, before)


def test_a_repeated_warning_stands_once(read, both):
    warnings = [(w.code, w.subject) for w in read(*both).warnings]
    assert len(set(warnings)) == len(warnings)


def test_fewer_instances_than_slices_leave_the_instance_unnamed(read, series, draw):
    report = read(series("s", draw(), draw(), draw(), instances=(Instance("1.2"),)))
    assert report.findings[0].evidence[0].sop_instance_uid in (None, "1.2")


def test_pictures_are_read_from_their_files_by_the_bundles_that_are_named(
    archive, pair, tmp_path, monkeypatch
):
    # A drawn spine is as straight as a ruler, which tells no turn; see test_refused_pictures.
    monkeypatch.setattr(study_anatomy, "turn_of", lambda anatomy: "upright")
    root = archive(tmp_path / "data", [3], masks=False) / "midsagittal"
    paths = [root / "3_t1.png", root / "3_t2.png"]
    report = read_study(paths, bundles=[str(pair[1].path)], threads=1)
    assert [s.stem for s in report.series] == ["3_t1", "3_t2"]
    assert [f.value for f in report.findings if f.name == "pfirrmann-grade"] == [1, 2, 3, 4, 5, 5]
    assert read_study(paths, bundles=[str(pair[1].path)], threads=1) == report


@pytest.mark.parametrize(
    ("spacing", "code"),
    [
        ((9.0, 0.5, 0.5), None),
        ((9.0, 0.3, 1.2), None),
        ((9.0, 0.29, 0.5), "spacing-out-of-range"),
        ((9.0, 0.5, 1.21), "spacing-out-of-range"),
        (None, None),
    ],
)
def test_pixels_outside_the_spacing_of_a_contract_are_refused(
    pair, study, series, draw, spacing, code
):
    limited = {"spacing_range_mm": (0.3, 1.2), "min_slices": 1}
    contract = pair[0].manifest.input.model_copy(update=limited)
    (choice,) = choose_series(study(series("s", draw(), spacing=spacing)), contract)
    assert (choice.refusal.code if choice.refusal else None) == code


def test_fewer_slices_than_the_contract_wants_are_refused(pair, study, series, draw):
    contract = pair[0].manifest.input.model_copy(update={"min_slices": 2})
    (choice,) = choose_series(study(series("s", draw())), contract)
    assert choice.refusal.code == "too-few-slices"
