"""The frozen schema of report.json (condyle.report/1)."""

import copy
import importlib.util
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from condyle.domain.messages import Message
from condyle.errors import BadConfiguration, UnknownName
from condyle.reporting import read_report_json, report_to_dict, report_to_json
from condyle.reporting.naming import with_file_names
from condyle.reporting.report_json import report_schema

FACTORY = Path(__file__).parents[1] / "reporting" / "conftest.py"
EXAMPLE = Path(__file__).parent / "examples" / "report-1.json"
SINCE = {
    *("maps", "structures", "classes", "map", "points", "reason", "repeatability"),
    "quantised_sha256",
}
"""Keys that came after the first reports were kept: those are read without them."""


def factory():
    """Loads the made-up reports of the reporting room's tests."""
    spec = importlib.util.spec_from_file_location("made_up_reports", FACTORY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.a_report


a_report = factory()


def check(values) -> None:
    jsonschema.Draft202012Validator(report_schema()).validate(values)


def test_the_schema_is_itself_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(report_schema())


def test_no_object_of_the_schema_takes_unknown_keys():
    def walk(node):
        if isinstance(node, dict):
            if "properties" in node:
                assert node["additionalProperties"] is False
                assert set(node["properties"]) - set(node["required"]) <= SINCE
                assert set(node["required"]) <= set(node["properties"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(report_schema())


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("discs", [0, 1, 6])
@pytest.mark.parametrize("named", [True, False])
def test_what_is_written_fits_the_schema(language, discs, named):
    check(report_to_dict(a_report(named=named, discs=discs), language))


def test_the_committed_example_still_fits_and_reads():
    text = EXAMPLE.read_text(encoding="utf-8")
    check(json.loads(text))
    report = read_report_json(text)
    assert report.findings[0].site.level == "L5-S1"


def test_a_report_from_before_the_later_keys_still_fits_and_reads():
    def without(node):
        if isinstance(node, dict):
            return {key: without(value) for key, value in node.items() if key not in SINCE}
        return [without(value) for value in node] if isinstance(node, list) else node

    values = report_to_dict(a_report())
    old = without({key: values[key] for key in values if key not in ("findings", "not_assessed")})
    old |= {key: values[key] for key in ("findings", "not_assessed")}
    for finding in old["findings"]:
        finding.pop("classes", None)
    check(old)
    assert read_report_json(json.dumps(old)).measurements[0].repeatability is None


def test_the_committed_example_is_what_is_written_today():
    small = with_file_names(a_report(discs=1))
    assert json.loads(EXAMPLE.read_text(encoding="utf-8")) == report_to_dict(small)


def test_the_fields_that_later_parts_stand_on_are_there():
    values = report_to_dict(a_report())
    assert values["schema"] == "condyle.report/1"
    assert {"uid", "instances", "frame_of_reference", "plane", "weighting", "labelmap"} <= set(
        values["series"][0]
    )
    assert {"name", "version", "sha256"} <= set(values["bundles"][0])
    finding = values["findings"][0]
    assert {
        *("id", "name", "value", "probability", "probabilities", "threshold"),
        *("abstained", "evidence", "bundle"),
    } <= set(finding)
    assert {"level", "index_from_caudal"} <= set(finding["site"])
    assert {
        *("name", "value", "unit", "site", "series", "slice", "method"),
        *("points", "reason", "repeatability"),
    } == set(values["measurements"][0])
    for key in ("warnings", "refused", "not_assessed"):
        assert {"code", "params", "subject", "text"} == set(values[key][0])


@pytest.mark.parametrize(
    "break_it",
    [
        lambda v: v.update(extra=1),
        lambda v: v.pop("not_assessed"),
        lambda v: v.update(not_assessed=[]),
        lambda v: v.update(schema="condyle.report/2"),
        lambda v: v["findings"][0].update(name="Femur <b>"),
        lambda v: v["findings"][0].update(probability=1.2),
        lambda v: v["findings"][0].update(value="4"),
        lambda v: v["findings"][0]["site"].update(level="5th"),
        lambda v: v["bundles"][0].update(sha256="abc"),
        lambda v: v["series"][0].update(labelmap="../elsewhere.png"),
        lambda v: v["warnings"][0].pop("text"),
    ],
)
def test_what_breaks_the_contract_is_caught(break_it):
    values = copy.deepcopy(report_to_dict(a_report()))
    break_it(values)
    with pytest.raises(jsonschema.ValidationError):
        check(values)


def test_a_report_reads_back_as_it_was_but_for_rounding_and_pixels():
    report = with_file_names(a_report())
    text = report_to_json(report)
    back = read_report_json(text)
    assert back.study == report.study
    assert back.bundles == report.bundles
    assert back.series == report.series
    assert back.assumptions == report.assumptions
    assert back.not_assessed == report.not_assessed
    assert [f.id for f in back.findings] == [f.id for f in report.findings]
    assert back.views == ()
    again = json.loads(report_to_json(back))
    first = json.loads(text)
    first["overlays"] = []
    assert again == first


def test_the_same_report_gives_the_same_bytes():
    assert report_to_json(a_report()) == report_to_json(a_report())


def test_numbers_are_rounded_to_the_stated_precision():
    report = a_report(discs=1)
    finding = replace(report.findings[0], probability=0.123456789)
    series = replace(report.series[0], spacing=(4.00049, 0.9, 0.9))
    values = report_to_dict(replace(report, findings=(finding,), series=(series,)))
    assert values["findings"][0]["probability"] == 0.123457
    assert values["series"][0]["spacing"] == [4.0, 0.9, 0.9]
    assert values["measurements"][0]["value"] == 9.123


def test_an_undefined_number_is_null_and_reads_back_as_not_a_number():
    report = a_report(discs=1)
    finding = report.findings[2]
    point = finding.operating_point
    undefined = replace(point, ppv=replace(point.ppv, value=math.nan, low=math.nan))
    report = replace(report, findings=(replace(finding, operating_point=undefined),))
    values = report_to_dict(report)
    assert values["findings"][0]["operating_point"]["ppv"]["value"] is None
    check(values)
    back = read_report_json(report_to_json(report)).findings[0].operating_point
    assert math.isnan(back.ppv.value)


def test_negative_zero_is_written_as_zero():
    report = a_report(discs=1)
    affine = report.series[0].affine * 1.0
    affine[0, 1] = -0.0
    values = report_to_dict(replace(report, series=(replace(report.series[0], affine=affine),)))
    assert "-0.0" not in json.dumps(values["series"][0]["affine"])


def test_findings_and_sites_carry_their_codes():
    finding = report_to_dict(a_report())["findings"][8]
    assert finding["site"]["code"] == {
        "scheme": "SCT",
        "value": "84020006",
        "meaning": "L4/L5 disc",
    }
    assert finding["code"]["scheme"] == "99CONDYLE"


def test_messages_are_worded_in_the_language_of_the_report():
    english, spanish = (report_to_dict(a_report(), language) for language in ("en", "es"))
    assert english["assumptions"][0]["code"] == spanish["assumptions"][0]["code"]
    assert "five lumbar" in english["assumptions"][0]["text"]
    assert "cinco vértebras" in spanish["assumptions"][0]["text"]
    assert english["paragraphs"] == spanish["paragraphs"]


def test_the_probability_of_an_abstained_finding_is_kept():
    abstained = [f for f in report_to_dict(a_report())["findings"] if f["abstained"]]
    assert abstained
    for finding in abstained:
        assert finding["value"] is None
        assert finding["probability"] is not None
        assert finding["abstention"]["code"] == "needs-t1-and-t2"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"schema": "condyle.report/9"}', '{"schema": "condyle.report/1"}']
)
def test_text_that_is_no_report_is_refused(text):
    with pytest.raises(BadConfiguration) as caught:
        read_report_json(text)
    assert "condyle.report/1" in caught.value.needed
    assert len(caught.value.lines()) <= 4


def test_a_field_of_a_wrong_type_is_refused():
    values = report_to_dict(a_report(discs=1))
    values["findings"][0]["site"] = None
    with pytest.raises(BadConfiguration):
        read_report_json(json.dumps(values))


def test_an_unknown_language_is_refused():
    with pytest.raises(UnknownName):
        report_to_dict(a_report(), "xx")


def test_params_are_in_a_fixed_order():
    warning = Message("series-disagree", {"t2_count": 7, "t1_count": 6})
    values = report_to_dict(replace(a_report(), warnings=(warning,)))
    assert list(values["warnings"][0]["params"]) == ["t1_count", "t2_count"]


def test_the_documents_name_every_key_of_report_and_finding():
    text = (Path(__file__).parents[2] / "docs" / "schemas.md").read_text(encoding="utf-8")
    schema = report_schema()
    for part in (schema, schema["$defs"]["finding"], schema["$defs"]["series"]):
        missing = [key for key in part["properties"] if not re.search(rf"`{key}(\[\])?`", text)]
        assert missing == []


def test_the_documents_say_which_files_a_report_consists_of():
    text = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
    for name in ("report.html", "report.pdf", "report.json", "overlay-", "labelmap-"):
        assert name in text
