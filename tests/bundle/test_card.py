"""The model card says what a person must know."""

import pytest

from condyle.bundle import Manifest, model_card


def card(example, **changed):
    return model_card(Manifest.model_validate({**example, **changed}))


def test_the_card_has_every_part(example):
    text = card(example)
    assert text.startswith("# example-grading 0.3.1\n")
    for heading in (
        "Intended use",
        "Not for",
        "What it reads",
        "What it gives",
        "How good it was",
        "Decisions",
        "How it was made",
        "Limits",
        "Licence and attribution",
    ):
        assert f"\n## {heading}\n" in text


def test_every_figure_stands_with_interval_n_unit_and_method(example):
    row = next(line for line in card(example).splitlines() if "quadratic-kappa" in line)
    for part in ("0.791", "95%: 0.752 to 0.828", "179 patients", "bootstrap percentile"):
        assert part in row


def test_a_decision_stands_with_its_predictive_values_and_false_calls(example):
    text = card(example)
    row = next(line for line in text.splitlines() if line.startswith("| disc-narrowing | 0.500"))
    assert "0.750 (0.680 to 0.810; 179 patients)" in row
    assert "undefined (undefined to undefined; 0 patients)" in row
    assert "| 0.50 | yes |" in row
    assert "greatest Youden index" in text


def test_a_decision_that_is_not_printed_is_said_so(example):
    example["operating_curves"]["disc-narrowing"]["shown"] = False
    assert "no, the probability alone" in card(example)


def test_exclusions_licence_and_attribution_are_listed(example):
    text = card(example)
    assert "- age under 18\n- surgery\n" in text
    assert "CC-BY-4.0" in text
    assert "Example archive, CC BY 4.0" in text


def test_data_recipe_split_and_packages_are_listed(example):
    text = card(example)
    for part in ("1240 discs, 179 patients", "a" * 64, "b" * 64, "seed 7", "torch 2.13.0"):
        assert part in text


def test_the_in_sample_warning_is_always_there(example):
    text = card(example)
    assert "**In-sample.**" in text
    assert "(1 images are known)" in text


@pytest.mark.parametrize(
    ("fitted", "said"),
    [
        ("ensemble-of-folds", "the 5 models of the cross-validation"),
        ("refit", "fitted again on all"),
    ],
)
def test_the_card_says_what_is_shipped(example, fitted, said):
    example["training"]["fitted"] = fitted
    assert said in card(example)


def test_only_a_bundle_from_simulated_images_says_so(example):
    assert "imulated" not in card(example)
    example["training"]["dataset"]["simulated"] = True
    assert "**Trained on simulated images.**" in card(example)


def test_a_bundle_without_figures_says_that_nothing_is_known(example):
    example["validation"]["metrics"] = []
    assert "Nothing is known of how good it is" in card(example)


def test_a_bundle_without_decisions_has_no_such_part(example):
    assert "## Decisions" not in card(example, operating_curves={})


def test_what_it_requires_is_named_by_hash(example):
    needed = {"name": "example-anatomy", "sha256": "d" * 64, "role": "anatomy"}
    assert f"`example-anatomy` for its anatomy, SHA-256 `{'d' * 64}`" in card(
        example, requires=[needed]
    )


def test_unknown_spacing_is_said_to_be_taken(example):
    example["input"]["spacing_range_mm"] = None
    assert "In-plane spacing: any, or unknown" in card(example)


def test_a_bar_in_a_note_does_not_break_the_table(example):
    assert "one \\| expert" in card(example)


def test_the_same_manifest_gives_the_same_card(example):
    assert card(example) == card(dict(reversed(example.items())))
