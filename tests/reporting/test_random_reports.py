"""Reports drawn at random: schema, round trip, bytes, and each thing said where it must be."""

import contextlib
import copy
import json
import math
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condyle.domain.anatomy import FINDINGS, LEVELS, not_assessed
from condyle.domain.estimate import Estimate
from condyle.domain.findings import Evidence, Finding, Measurement, OperatingPoint, Site
from condyle.domain.geometry import Reorientation
from condyle.domain.messages import Message
from condyle.domain.report import BundleRef, Report, SeriesSummary, StudySummary
from condyle.domain.study import Attribute, Instance
from condyle.errors import BadConfiguration
from condyle.reporting import read_report_json, report_to_json
from condyle.reporting.html import html_of
from condyle.reporting.page import page_of
from condyle.reporting.paragraph import paragraph
from condyle.reporting.report_json import report_schema
from condyle.reporting.wording import catalogue

VALIDATOR = jsonschema.Draft202012Validator(report_schema())
few = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])

texts = st.text(max_size=30).map(lambda t: t.encode("utf-8", "replace").decode("utf-8"))
maybe_uid = st.none() | st.from_regex(r"\A[12]\.[1-9]{1,6}\Z")
share = st.floats(0, 1).map(lambda p: round(p, 6) + 0.0)
coordinate = st.floats(-50, 8000).map(lambda x: round(x, 2) + 0.0)
figure = st.just(math.nan) | share.map(lambda p: round(p, 4) + 0.0)
codes = st.sampled_from(sorted(catalogue("en").messages)) | st.just("brand-new")
params = st.dictionaries(
    st.sampled_from(["found", "file", "count", "t1_count", "after"]),
    texts | st.integers(-9, 10**9) | st.floats(allow_nan=False, allow_infinity=False),
)
messages = st.builds(Message, codes, params, st.sampled_from(["study", "series-1", "L4-L5"]))
lists = st.lists(messages, max_size=3).map(tuple)
estimates = st.builds(
    Estimate, figure, figure, figure, st.integers(0, 999), texts, texts, st.just(0.95)
)
points = st.builds(
    OperatingPoint, estimates, estimates, st.floats(0, 9).map(lambda x: round(x, 4)), st.booleans()
)
axes = st.permutations([0, 1, 2]).map(tuple)
flips = st.tuples(st.booleans(), st.booleans(), st.booleans())
affines = st.none() | st.lists(coordinate, min_size=16, max_size=16).map(
    lambda values: np.array(values).reshape(4, 4)
)


@st.composite
def series(draw, index: int) -> SeriesSummary:
    side = st.integers(16, 400)
    millimetres = st.floats(0.1, 9).map(lambda x: round(x, 3))
    uid = draw(maybe_uid)
    return SeriesSummary(
        index=index,
        stem=draw(st.sampled_from(["series-1", "t2", "a b", "../x", ""])),
        uid=uid,
        instances=tuple(draw(st.lists(st.builds(Instance, maybe_uid), max_size=2))),
        frame_of_reference=draw(maybe_uid),
        plane=Attribute(draw(st.sampled_from(["sagittal", "oblique", None])), draw(st.booleans())),
        weighting=Attribute(draw(st.sampled_from(["t1", "stir", None])), draw(st.booleans())),
        spacing=draw(st.none() | st.tuples(millimetres, millimetres, millimetres)),
        shape=(draw(st.integers(1, 40)), draw(side), draw(side)),
        used=draw(st.booleans()),
        affine=draw(affines),
        kind=draw(st.sampled_from(["dicom", "nifti", "nrrd", "array", "picture"])),
        stored=draw(st.builds(Reorientation, axes, flips)),
    )


@st.composite
def findings(draw, site: Site, series_count: int) -> list[Finding]:
    box = st.none() | st.tuples(coordinate, coordinate, coordinate, coordinate)
    outline = st.lists(st.tuples(coordinate, coordinate), max_size=3).map(tuple)
    where = st.builds(
        Evidence, st.integers(0, series_count - 1), st.integers(0, 9), outline, box, maybe_uid
    )
    made = []
    for name in draw(st.lists(st.sampled_from(list(FINDINGS)), unique=True, min_size=1)):
        graded, abstained = name == "pfirrmann-grade", draw(st.booleans())
        value = draw(st.none() | (st.integers(1, 5) if graded else st.booleans()))
        made.append(
            Finding(
                f"{name}/{site.level}",
                name,
                site,
                None if abstained else value,
                draw(st.none() | share),
                draw(st.none() | st.lists(share, min_size=5, max_size=5).map(tuple)),
                draw(st.none() | share),
                abstained,
                draw(messages) if abstained else None,
                tuple(draw(st.lists(where, max_size=2))),
                "lumbar-grading",
                draw(st.none() | points),
            )
        )
    return made


@st.composite
def reports(draw) -> Report:
    count = draw(st.integers(1, 3))
    named = draw(st.booleans())
    levels = list(LEVELS)[3 : 3 + draw(st.integers(0, 5))]
    found = []
    for index, level in enumerate(levels, start=1):
        site = Site("intervertebral-disc", level if named else None, index)
        found += draw(findings(site, count))
    site = Site("intervertebral-disc", "L4-L5", 2)
    height = Measurement(
        "disc-height-middle", draw(st.none() | share), "mm", site, 0, 0, draw(texts)
    )
    return Report(
        study=StudySummary(draw(maybe_uid), "lumbar-spine", draw(st.none() | texts), named),
        series=tuple(draw(series(i)) for i in range(count)),
        bundles=tuple(BundleRef("b", "1.0.0", "a" * 64) for _ in range(draw(st.integers(0, 2)))),
        findings=tuple(found),
        measurements=(height,),
        assumptions=draw(lists),
        warnings=draw(lists),
        refused=draw(lists),
        left_out=draw(lists),
        not_assessed=not_assessed(),
        software_version=draw(texts),
    )


@few
@given(reports(), st.sampled_from(["en", "es"]))
def test_any_report_fits_the_schema_and_comes_back_with_the_same_bytes(report, language):
    written = report_to_json(report, language)
    VALIDATOR.validate(json.loads(written))
    assert report_to_json(read_report_json(written), language) == written


def line_has_no_reason(report: Report, site: Site) -> bool:
    return not any(f.abstention for f in report.findings if f.site == site)


@few
@given(reports(), st.sampled_from(["en", "es"]))
def test_the_text_to_copy_says_each_finding_of_each_disc_once(report, language):
    words = catalogue(language)
    lines = paragraph(report, language).split("\n")
    discs = {f.site for f in report.findings}
    for site in discs:
        number = words.label("disc-number-note", number=site.index_from_caudal)
        line = next(x for x in lines if x.startswith(f"{site.level or number}: "))
        for finding in (f for f in report.findings if f.site == site):
            name = "Pfirrmann" if finding.name == "pfirrmann-grade" else words.term(finding.name)
            said = line.lower().count(name.lower())
            # A reason to abstain may name a finding again.
            assert said == 1 if line_has_no_reason(report, site) else said >= 1
        assert line.endswith(".")
        assert "; ;" not in line
        assert ": ;" not in line


@few
@given(reports(), st.sampled_from(["en", "es"]))
def test_a_page_lists_everything_that_was_not_assessed_and_every_disc(report, language):
    page = page_of(report, language)
    html = html_of(page)
    for item in page.not_assessed:
        assert f"<li>{item}</li>" in html
    assert html.count('<article class="level">') == len({f.site for f in report.findings})
    assert html.count(page.words.label("draft")) == 2
    assert (page.words.label("simulated-banner") in html) == report.study.simulated


@few
@given(reports())
def test_a_decision_that_its_ppv_does_not_allow_is_nowhere(report):
    poor = OperatingPoint(
        Estimate(0.2, 0.1, 0.3, 9, "m"), Estimate(0.9, 0.8, 1, 9, "m"), 1.0, False
    )
    changed = tuple(
        replace(f, value=True, abstained=False, abstention=None, operating_point=poor)
        for f in report.findings
        if f.name != "pfirrmann-grade"
    )
    changed = replace(report, findings=changed)
    for level in page_of(changed).levels:
        assert level.positives == ()
        assert {row.state for row in level.rows} == {"undecided"}
    for line in paragraph(changed, "en").split("\n"):
        assert not line.partition(": ")[2].startswith(("Positive", "Below"))


WRONG = [None, 0, -1, 1.5, True, "x", "", [], {}, [1], {"a": 1}, [[]], "9" * 5000, [None] * 4]


def places(values, path=()):
    if isinstance(values, dict | list):
        for key in values if isinstance(values, dict) else range(min(len(values), 2)):
            yield (*path, key)
            yield from places(values[key], (*path, key))


@pytest.fixture(scope="module")
def example(made_up):
    small = replace(made_up, findings=made_up.findings[:2], not_assessed=made_up.not_assessed[:1])
    return json.loads(report_to_json(small))


@pytest.mark.parametrize("wrong", WRONG, ids=[repr(w)[:12] for w in WRONG])
def test_a_wrong_value_anywhere_gives_a_report_or_a_plain_refusal(example, wrong):
    for path in places(example):
        values = copy.deepcopy(example)
        inner = values
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = wrong
        with contextlib.suppress(BadConfiguration):
            read_report_json(json.dumps(values))


SINCE = {
    *("maps", "structures", "classes", "map", "points", "reason", "repeatability"),
    "quantised_sha256",
}
"""Keys that reports from before them lack."""


def test_a_missing_key_anywhere_is_refused(example):
    for path in places(example):
        values = copy.deepcopy(example)
        inner = values
        for key in path[:-1]:
            inner = inner[key]
        if isinstance(inner, list) or path[-1] in ("text", "code", "language", "overlays"):
            continue
        # A finding's code is taken from the code table by its name; overlays from the views.
        if {"code", "overlays", "paragraphs"} & set(path) or {"params", "thresholds"} & set(
            path[:-1]
        ):
            continue
        if SINCE & set(path):
            continue
        del inner[path[-1]]
        with pytest.raises(BadConfiguration):
            read_report_json(json.dumps(values))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"schema": ' + "[" * 100_000, "\ufeff{}", "null"])
def test_text_nested_without_end_or_marked_is_refused(text):
    with pytest.raises(BadConfiguration):
        read_report_json(text)


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_was_not_read_is_not_called_a_spine(made_up, language):
    nothing = replace(made_up, findings=(), measurements=(), views=())
    words = catalogue(language)
    assert page_of(made_up, language).title == words.label("title")
    assert page_of(nothing, language).title == words.label("title-other")
    first = paragraph(nothing, language).split("\n")[0]
    assert first != paragraph(made_up, language).split("\n")[0]
    assert first.startswith({"en": "Images that were not read", "es": "Imágenes que no"}[language])
