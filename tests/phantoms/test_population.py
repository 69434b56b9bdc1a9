"""Populations: the same seed gives the same people, however many are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from condyle.domain.case import STUDY_UNIT
from condyle.errors import UnknownName, UsageError
from condyle.phantoms.population import ANATOMIES, anatomy_named, prevalence_of, simulated_cases
from condyle.phantoms.simulated import SimulatedPatient

SIZE = 64


def people(anatomy: str, **wanted: object) -> Iterator[SimulatedPatient]:
    values: dict[str, object] = {"patients": 2, "seed": 5, "size": SIZE, "slices": 2, **wanted}
    return simulated_cases(anatomy, **values)


@pytest.fixture(scope="module", params=sorted(ANATOMIES))
def both(request: pytest.FixtureRequest) -> tuple[str, list[SimulatedPatient]]:
    return request.param, list(people(request.param))


def test_a_patient_does_not_depend_on_how_many_are_asked_for(
    both: tuple[str, list[SimulatedPatient]],
) -> None:
    name, many = both
    alone = next(people(name, patients=1))
    assert alone.person == many[0].person
    assert alone.case.reference.grades == many[0].case.reference.grades
    for one, other in zip(alone.series, many[0].series, strict=True):
        np.testing.assert_array_equal(one.volume.array, other.volume.array)


def test_two_patients_and_two_seeds_differ(both: tuple[str, list[SimulatedPatient]]) -> None:
    name, many = both
    first, second = (one.series[0].volume.array for one in many)
    assert not np.array_equal(first, second)
    other = next(people(name, patients=1, seed=6)).series[0].volume.array
    assert not np.array_equal(first, other)


def test_a_case_holds_what_was_simulated(both: tuple[str, list[SimulatedPatient]]) -> None:
    name, many = both
    anatomy = ANATOMIES[name]
    for one in many:
        case = one.case
        assert case.patient == case.id
        assert case.covariates["sex"] == one.person.sex
        assert case.covariates["age"] == str(one.person.age_years)
        assert len(case.study.series) == len(one.series) > 0
        for series, acquired in zip(case.study.series, one.series, strict=True):
            assert series.simulated
            assert series.modality == "MR"
            assert series.stem == acquired.stem
            assert series.shape == acquired.volume.array.shape == series.load().array.shape
            assert series.plane.value == acquired.plane
            assert series.weighting.value == acquired.weighting
            assert series.spacing == acquired.volume.spacing
            assert np.isfinite(acquired.volume.array).all()
            assert acquired.volume.array.std() > 0
            assert len(series.instances) == series.shape[0]
        assert len({series.stem for series in case.study.series}) == len(case.study.series)
        assert anatomy.body_part.lower() == case.study.series[0].body_part


def test_the_reference_stays_within_what_the_anatomy_names(
    both: tuple[str, list[SimulatedPatient]],
) -> None:
    name, many = both
    anatomy = ANATOMIES[name]
    for one in many:
        reference = one.case.reference
        stems = {series.stem for series in one.series}
        for unit, grades in reference.grades.items():
            for label, value in grades.items():
                assert 0 <= value < len(anatomy.labels[label]), (unit, label)
        assert set(anatomy.prevalence) <= set(reference.grades[STUDY_UNIT])
        for stem, mask in reference.masks.items():
            assert stem in stems
            assert mask.dtype == np.uint8
            assert int(mask.max()) < len(anatomy.structures)
        for stem, boxes in reference.boxes.items():
            assert stem in stems
            for box in boxes:
                row0, column0, row1, column1 = box.box
                assert 0 <= row0 < row1 <= SIZE
                assert 0 <= column0 < column1 <= SIZE
                assert set(box.labels) <= set(anatomy.box_classes)
                assert list(box.labels) == sorted(box.labels)


def test_the_affine_lays_the_slices_in_the_plane_that_the_series_names(
    both: tuple[str, list[SimulatedPatient]],
) -> None:
    from condyle.domain.geometry import plane_of, spacing_of

    for one in both[1]:
        for series in one.series:
            assert series.volume.affine is not None
            assert plane_of(series.volume.affine) == series.plane
            np.testing.assert_allclose(spacing_of(series.volume.affine), series.volume.spacing)


@pytest.mark.parametrize("anatomy", sorted(ANATOMIES))
def test_prevalences_of_0_and_1_give_none_and_all(anatomy: str) -> None:
    findings = ANATOMIES[anatomy].prevalence
    for share in (0.0, 1.0):
        wanted = dict.fromkeys(findings, share)
        for one in people(anatomy, prevalence=wanted, slices=1):
            study = one.case.reference.grades[STUDY_UNIT]
            assert {study[finding] for finding in findings} == {int(share)}


def test_patients_are_made_only_when_asked_for() -> None:
    many = people("lumbar", patients=50_000)
    assert next(many).case.id == "0001"
    assert next(many).case.id == "0002"


@pytest.mark.parametrize(
    "wrong",
    [
        {"patients": 0},
        {"seed": -1},
        {"size": 8},
        {"size": 5000},
        {"slices": 0},
        {"difficulty": 1.5},
        {"difficulty": float("nan")},
        {"prevalence": {"disc-herniation": 2.0}},
    ],
    ids=str,
)
def test_a_number_out_of_range_is_refused_before_anybody_is_made(
    wrong: dict[str, object],
) -> None:
    with pytest.raises(UsageError) as caught:
        people("lumbar", **wrong)
    assert len(caught.value.lines()) == 4


def test_names_that_do_not_exist_list_those_that_do() -> None:
    with pytest.raises(UnknownName, match="lumbar"):
        anatomy_named("elbow")
    with pytest.raises(UnknownName, match="spondylolisthesis"):
        prevalence_of(ANATOMIES["lumbar"], {"gout": 0.5})
