import pytest

from condyle.errors import BadConfiguration, InputError
from condyle.evaluation.claims import parse_claims
from condyle.evaluation.claims.printed import parse_printed
from condyle.workflows.check_claims import check_claims

SPLIT = {"id": "a", "kind": "split", "parts": [8, 2], "total": 10}


def file(*claims):
    return {"schema": "condyle.claims/1", "claims": list(claims)}


@pytest.mark.parametrize(
    ("source", "value", "step", "unit"),
    [
        ("88.2 %", 88.2, 0.1, "%"),
        ("0.90", 0.90, 0.01, ""),
        ("14.5 s", 14.5, 0.1, "s"),
        ("85%", 85.0, 1.0, "%"),
        (0.5, 0.5, 0.1, ""),
        (3, 3.0, 1.0, ""),
        ("-1.20 mm", -1.2, 0.01, "mm"),
    ],
)
def test_a_printed_number_keeps_its_digits(source, value, step, unit):
    found = parse_printed(source)
    assert (found.value, found.unit) == (value, unit)
    assert found.step == pytest.approx(step)


@pytest.mark.parametrize("source", ["about 3", "", None, True, [1]])
def test_what_is_no_number_is_refused(source):
    with pytest.raises(ValueError, match="number"):
        parse_printed(source)


def test_a_percentage_and_its_share_are_the_same():
    assert parse_printed("88.2 %").as_share().value == pytest.approx(0.882)
    assert parse_printed("88.2").as_share().value == pytest.approx(0.882)
    assert parse_printed("0.882").as_share().value == pytest.approx(0.882)


def test_all_faults_are_named_at_once_with_their_place():
    wrong = file(
        {**SPLIT, "parts": [8, -2]},
        {"id": "b", "kind": "proportion", "printed": "x", "trials": 5, "colour": "red"},
    )
    with pytest.raises(BadConfiguration) as caught:
        parse_claims(wrong)
    text = str(caught.value)
    for part in ("claims.0.split.parts.1", "claims.1.proportion.printed", "colour"):
        assert part in text


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (file(), "at least 1 item"),
        (file(SPLIT, SPLIT), "ids that occur twice: a"),
        ({"schema": "condyle.claims/2", "claims": [SPLIT]}, "schema"),
        (file({"id": "a", "kind": "guess"}), "guess"),
        (file({**SPLIT, "ratio": [1, 1, 1]}), "as many terms"),
        ("text", "file"),
        (
            file(
                {
                    "id": "a",
                    "kind": "interval",
                    "printed": "0.9",
                    "low": "0.8",
                    "high": "0.95",
                    "hits": 9,
                }
            ),
            "hits and trials",
        ),
        (
            file(
                {
                    "id": "a",
                    "kind": "interval",
                    "printed": "0.9",
                    "low": "0.8",
                    "high": "0.95",
                    "hits": 9,
                    "trials": 8,
                }
            ),
            "more hits than trials",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused(values, says):
    with pytest.raises(BadConfiguration, match=says):
        parse_claims(values)


def test_a_file_that_is_no_yaml_or_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        check_claims(tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [1", encoding="utf-8")
    with pytest.raises(InputError, match="YAML"):
        check_claims(broken)
