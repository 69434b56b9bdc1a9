"""A clinician's report in words, as text, as HTML and as PDF, in English and in Spanish."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from condyle.domain.anatomy import NOT_ASSESSED
from condyle.domain.clinical_report import SECTIONS
from condyle.domain.findings import Measurement, Site
from condyle.domain.messages import Message
from condyle.domain.report import Report
from condyle.errors import UnknownName
from condyle.reporting.clinical.document import (
    Addition,
    Clinical,
    SignedBy,
    clinical_page,
    clinical_text,
)
from condyle.reporting.clinical.filling import SincePrior, Source, Statement, filled
from condyle.reporting.clinical.html import clinical_html
from condyle.reporting.clinical.pdf import clinical_pdf
from condyle.reporting.paragraph import lower_first
from condyle.reporting.wording import LANGUAGES, catalogue

AT = dt.datetime(2030, 1, 7, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
SIGNED = SignedBy("Dr Álvarez", AT)
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} <img src=x onerror=y> \u202egnp.exe"


def said(name: str = "disc-herniation", level: str | None = "L4-L5", **more) -> Statement:
    values = {"value": True, "state": "open", "index_from_caudal": None}
    return Statement(name=name, level=level, **(values | more))


def findings(*statements: Statement, language: str = "en") -> list[str]:
    return filled(Source((), statements), language)["findings"].split("\n")


def draft(**more) -> Clinical:
    values = {
        "language": "en",
        "anatomy": "lumbar-spine",
        "facts": (("patient", "Moreau, Ana"), ("identifier", "P-100")),
        "sections": {"findings": "One.\nTwo.", "impression": "Three."},
    }
    return Clinical(**(values | more))


def pdf_text(report: Clinical) -> list[str]:
    pages = PdfReader(io.BytesIO(clinical_pdf(clinical_page(report)))).pages
    return [page.extract_text() for page in pages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_has_every_section_and_what_was_not_assessed(
    made_up: Report, language: str
) -> None:
    words = catalogue(language)
    text = filled(Source((made_up,), ()), language)
    assert tuple(text) == SECTIONS
    for name in NOT_ASSESSED:
        assert f"- {words.messages[f'not-assessed-{name}']}" in text["not-assessed"].split("\n")
    assert words.messages["needs-t1-and-t2"] in text["not-assessed"], "what was refused, too"
    none, head, *measured = text["findings"].split("\n")
    assert words.labels["clinical-no-findings"] == none
    assert head == words.labels["clinical-measured"] and measured[0].startswith("- L5-S1: ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_run_all_that_is_never_assessed_is_listed(language: str) -> None:
    text = filled(Source((), ()), language)
    assert text["not-assessed"].count("\n- ") == len(NOT_ASSESSED)
    assert catalogue(language).labels["clinical-unread"] in text["models"]


def test_the_models_are_named_by_version_hash_use_and_exclusions(made_up: Report) -> None:
    text = filled(Source((made_up, made_up), ()), "en")["models"]
    assert text.count("lumbar-anatomy 1.0.0, SHA-256 " + "a" * 64) == 1, "once, not once a run"
    assert "lumbar-grading 1.0.0" in text
    assert "Intended use: Grades lumbar discs" in text
    assert "Not for: age under 18, previous spine surgery, implant." in text
    assert text.startswith("Research use.")
    assert "SIMULATED STUDY" in text
    assert "assuming five lumbar vertebrae" in text


def test_a_bundle_that_learned_from_simulated_images_is_told(made_up: Report) -> None:
    bundles = tuple(replace(one, simulated_training=True) for one in made_up.bundles)
    text = filled(Source((replace(made_up, bundles=bundles),), ()), "es")["models"]
    assert "ENTRENAMIENTO SIMULADO" in text


def test_the_technique_names_the_series_that_were_read(made_up: Report) -> None:
    text = filled(Source((made_up,), ()), "en")["technique"]
    assert text == "MR. Series that the models read: series-1 (T2), slices: 1."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_technique_of_pictures_says_nothing_of_a_modality(
    made_up: Report, language: str
) -> None:
    bare = replace(made_up, study=replace(made_up.study, modality=None))
    text = filled(Source((bare,), ()), language)["technique"]
    named = filled(Source((made_up,), ()), language)["technique"]
    assert catalogue(language).labels["unknown"] not in text
    assert text[0].isupper() and named.endswith(text)


def test_levels_stand_from_caudal_to_cranial_whatever_order_they_came_in() -> None:
    lines = findings(said(level="L3-L4"), said(level="L5-S1"), said(level="T12-L1"))
    assert [line.partition(":")[0] for line in lines[:3]] == ["L5-S1", "L3-L4", "T12-L1"]


def test_a_disc_without_a_name_is_called_by_its_number() -> None:
    line = findings(said(level=None, index_from_caudal=2))[0]
    assert line.startswith("Disc 2 from the most caudal in view: ")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (said(), "Present: herniation visible on midsagittal slices."),
        (said(value=False), "Not found: herniation visible on midsagittal slices."),
        (said(shown=False), "No decision of the model: herniation visible on midsagittal slices."),
        (
            said(value=None, shown=False),
            "No decision of the model: herniation visible on midsagittal slices.",
        ),
        (
            said(value=None, state="accepted"),
            "Not judged: herniation visible on midsagittal slices (unknown).",
        ),
        (said(shown=False, state="accepted"), "Present: herniation visible on midsagittal slices."),
        (said(state="rejected"), "Rejected by a reader: herniation visible on midsagittal slices."),
        (said("pfirrmann-grade", value=4), "Pfirrmann grade 4."),
        (said("pfirrmann-grade", value=1, state="changed"), "Pfirrmann grade 1."),
        (
            said(value=None, abstention=Message("low-confidence")),
            "Not judged: herniation visible on midsagittal slices "
            "(the model is not sure enough to decide).",
        ),
    ],
)
def test_each_kind_of_statement_is_worded(statement: Statement, expected: str) -> None:
    assert findings(statement)[0] == f"L4-L5: {expected}"


def test_a_line_joins_what_is_said_of_a_level_with_the_grade_first() -> None:
    line = findings(
        said("disc-bulging", value=False), said("pfirrmann-grade", value=3), said(), language="es"
    )[0]
    assert line == (
        "L4-L5: Grado de Pfirrmann 3; presente: hernia visible en cortes mediosagitales; "
        "no se encontró: abombamiento del contorno posterior."
    )


def test_how_many_statements_nobody_checked_is_said_until_none_is_left() -> None:
    assert "yet: 1 of 2" in findings(said(), said("disc-bulging", state="accepted"))[-1]
    assert len(findings(said(state="accepted"))) == 1


def test_the_impression_lists_what_is_there_and_nothing_else() -> None:
    statements = (
        said("pfirrmann-grade", value=4),
        said(state="changed"),
        said("disc-bulging", value=False),
        said("disc-narrowing", level="L5-S1", state="rejected"),
        said("modic-change", level="L3-L4", shown=False),
    )
    text = filled(Source((), statements), "en")["impression"]
    assert text == "- L4-L5: herniation visible on midsagittal slices; Pfirrmann grade 4"


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(UnknownName, match="'de'"):
        filled(Source((), ()), "de")
    with pytest.raises(UnknownName, match="'de'"):
        clinical_page(draft(language="de"))


@pytest.mark.parametrize(
    ("language", "mark"), [("en", "UNSIGNED DRAFT"), ("es", "BORRADOR SIN FIRMAR")]
)
def test_every_page_of_an_unsigned_report_says_so(language: str, mark: str) -> None:
    long = "\n".join(f"{number} lines" for number in range(200))
    pages = pdf_text(draft(language=language, sections={"findings": long}))
    assert len(pages) > 2
    # Once across the page, and once at its foot.
    assert [page.count(mark) for page in pages] == [2] * len(pages)
    assert mark in clinical_html(clinical_page(draft(language=language)))


def test_a_signed_report_bears_name_time_and_hash_and_no_mark() -> None:
    signed = draft(signed=SIGNED, sha256="f" * 64)
    said_in_pdf = " ".join(pdf_text(signed)).replace("\n", " ")
    for shown in (said_in_pdf, clinical_html(clinical_page(signed)), clinical_text(signed)):
        assert "Signed by Dr Álvarez, 2030-01-07 08:30 UTC." in shown
        assert "f" * 64 in shown
        assert "UNSIGNED" not in shown.upper()


def test_addenda_stand_below_the_signature_in_their_order() -> None:
    additions = (Addition("First.", SIGNED), Addition("Second.", SIGNED))
    page = clinical_html(clinical_page(draft(signed=SIGNED, sha256="f" * 64, additions=additions)))
    places = [page.index(part) for part in ("Signed by", "First.", "Second.")]
    assert places == sorted(places)
    assert page.count("Addendum by Dr Álvarez") == 2


def test_hostile_text_is_escaped_in_html_and_plain_in_pdf() -> None:
    sections = dict.fromkeys(SECTIONS, HOSTILE)
    report = draft(
        facts=(("patient", HOSTILE),),
        sections=sections,
        signed=SignedBy(HOSTILE, AT),
        sha256="f" * 64,
        additions=(Addition(HOSTILE, SignedBy(HOSTILE, AT)),),
    )
    page = clinical_html(clinical_page(report))
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "{{ 7 * 7 }}" in page
    assert "<script>alert(1)</script>" in " ".join(pdf_text(report))


def test_signs_that_the_pdfs_font_lacks_are_written_in_others_or_told() -> None:
    common = draft(sections={"findings": "Gap \u2265 3 mm \u2013 \u201cwide\u201d\u2026"})
    assert 'Gap >= 3 mm - "wide"...' in pdf_text(common)[0]
    lost = catalogue("en").labels["clinical-lost"]
    assert lost not in " ".join(pdf_text(common)).replace("\n", " ")
    greek = draft(sections={"findings": "\u03b1 angle"})
    assert lost in " ".join(pdf_text(greek)).replace("\n", " ")
    assert "\u03b1 angle" in clinical_html(clinical_page(greek))


def test_the_same_report_gives_the_same_pdf() -> None:
    page = clinical_page(draft())
    assert clinical_pdf(page) == clinical_pdf(page)


def test_the_text_to_copy_leaves_the_patient_out_and_empty_sections_too() -> None:
    text = clinical_text(draft(signed=SIGNED, sha256="f" * 64))
    assert "Moreau" not in text
    assert "P-100" not in text
    assert text.startswith("Lumbar spine MRI\n\nFindings\nOne.\nTwo.\n\nImpression\nThree.\n\n")
    assert "Technique" not in text


def test_a_page_is_in_the_reports_language_and_named_by_its_anatomy() -> None:
    page = clinical_page(draft(language="es", anatomy="knee"))
    assert page.title == "Informe de imagen"
    assert [part.title for part in page.parts][2:4] == ["Hallazgos", "Impresión"]
    assert page.facts == (("Paciente", "Moreau, Ana"), ("Identificador", "P-100"))
    assert '<html lang="es">' in clinical_html(page)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(ending: str) -> None:
    page = clinical_page(draft(sections={"findings": ending.join(["a", "", "b "])}))
    assert page.parts[2].lines == ("a", "b")


def test_a_whole_spanish_text_reads_as_one_report() -> None:
    statements = (said("pfirrmann-grade", value=4, state="accepted"), said(state="accepted"))
    sections = filled(Source((), statements), "es")
    report = Clinical(
        language="es",
        anatomy="lumbar-spine",
        sections=sections | {"clinical-information": "Ciática derecha."},
        signed=SIGNED,
        sha256="f" * 64,
        additions=(Addition("Corrección del lado.", SIGNED),),
    )
    blocks = clinical_text(report).split("\n\n")
    assert blocks[:4] == [
        "RM de columna lumbar",
        "Información clínica\nCiática derecha.",
        "Técnica\nNingún modelo ha leído este estudio.",
        "Hallazgos\nL4-L5: Grado de Pfirrmann 4; "
        "presente: hernia visible en cortes mediosagitales.",
    ]
    assert blocks[4].startswith("Impresión\n- L4-L5: hernia visible")
    assert blocks[5].startswith("Lo que no se valoró\nNadie ni nada miró lo siguiente.")
    assert blocks[-1] == "Adenda de Dr Álvarez, 2030-01-07 08:30 UTC\nCorrección del lado."
    assert blocks[-3] == "Firmado por Dr Álvarez, 2030-01-07 08:30 UTC."
    assert blocks[-2] == "SHA-256 de lo firmado: " + "f" * 64


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("signed", [None, SIGNED])
def test_what_is_simulated_is_said_before_all_else_and_of_training_on_every_page(
    language: str, signed: SignedBy | None
) -> None:
    words = catalogue(language)
    study, training = (words.label(f"simulated-{of}banner") for of in ("", "training-"))
    models = f"Research use.\n{study}\n{training}\nlumbar 1.0"
    long = "\n".join(f"Line {number}." for number in range(120))
    report = draft(language=language, signed=signed, sections={"findings": long, "models": models})
    page = clinical_page(report)
    assert page.notices[-2:] == (study, training)
    assert clinical_text(report).index(training) < clinical_text(report).index("Line 0")
    assert clinical_html(page).index(study) < clinical_html(page).index("Line 0")
    pages = pdf_text(report)
    assert len(pages) > 2
    assert all(training.split(":")[0] in each for each in pages)


def test_nothing_is_called_simulated_that_only_a_clinician_calls_so() -> None:
    banner = catalogue("en").label("simulated-training-banner")
    page = clinical_page(draft(signed=SIGNED, sections={"findings": banner, "models": "None."}))
    assert page.notices == ()
    assert "SIMULATED" not in page.foot


def test_a_grade_within_the_impression_reads_as_part_of_its_sentence() -> None:
    there = (said(), said("pfirrmann-grade", value=4))
    for language, grade in (("en", "; Pfirrmann grade 4"), ("es", "; grado de Pfirrmann 4")):
        assert filled(Source((), there), language)["impression"].endswith(grade)


def test_each_page_of_the_pdf_says_whose_it_is_at_whatever_length() -> None:
    text = "\n".join(f"Line {number}." for number in range(120))
    who = (("patient", "Müller-Peña, Óscar " + "x" * 200), ("identifier", "P-100"), ("sex", "M"))
    pages = pdf_text(draft(facts=who, sections={"findings": text}))
    assert len(pages) > 2
    for page in pages[1:]:
        assert "Müller-Peña, Óscar" in page
        assert "P-100" in page
        assert "x" * 49 not in page
    assert clinical_page(draft(facts=())).whose == ""
    assert "Research use" in pdf_text(draft(facts=()))[0]


CLASSES = ("intact", "partial-tear", "complete-tear")


def knee(value: int, **more) -> Statement:
    return said("acl-injury", None, value=value, classes=CLASSES, **more)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Injury of the anterior cruciate ligament: complete tear."),
        ("es", "Lesión del ligamento cruzado anterior: rotura completa."),
    ],
)
def test_a_finding_of_several_classes_is_told_by_the_name_of_its_class(
    language: str, line: str
) -> None:
    told = filled(Source((), (knee(3),)), language)
    assert line in told["findings"] and "3" not in told["findings"]
    item = lower_first(line.rstrip("."))
    assert told["impression"].endswith(item), told["impression"]


def test_the_class_without_a_finding_is_no_impression() -> None:
    told = filled(Source((), (knee(1),)), "en")
    assert "ligament: intact" in told["findings"] and told["impression"] == ""


@pytest.mark.parametrize("value", [0, 4])
def test_a_class_without_a_name_keeps_its_number(value: int) -> None:
    assert f"ligament {value}" in findings(knee(value))[0]


def test_a_class_of_which_nothing_may_be_said_is_not_named() -> None:
    told = filled(Source((), (knee(3, shown=False), knee(2, state="rejected"))), "en")
    assert "tear" not in told["findings"] and told["impression"] == ""


def measured(
    name: str, value: float | None, unit: str = "mm", *, level: str = "L4-L5"
) -> Measurement:
    site = Site("intervertebral-disc", level, 2)
    return Measurement(name, value, unit, site, 0, 0, "masks", repeatability=1.5)


MEASURES = (
    measured("disc-height-anterior", 7.1),
    measured("disc-height-middle", None),
    measured("disc-height-posterior", 6.25),
    measured("vertebral-slip", 4.0),
    measured("vertebral-slip-percent", 12.0, "%"),
    measured("thecal-sac-disc", None, level="L3-L4"),
)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "- L4-L5: disc height in front / middle / behind 7.1 / \N{EN DASH} / 6.2 mm;"
            " slip 4.0 / 12 % (mm / % of the endplate).",
        ),
        (
            "es",
            "- L4-L5: altura del disco delante / centro / detrás 7,1 / \N{EN DASH} / 6,2 mm;"
            " desplazamiento 4,0 / 12 % (mm / % del platillo).",
        ),
    ],
)
def test_measures_are_lines_of_a_draft_with_how_they_were_taken(
    made_up: Report, language: str, line: str
) -> None:
    report = replace(made_up, measurements=MEASURES)
    told = filled(Source((report,), ()), language)["findings"].split("\n")
    assert line in told and not any("L3-L4" in each for each in told)
    words = catalogue(language)
    assert words.label("clinical-measured") in told
    assert not filled(Source((replace(made_up, measurements=()),), ()), language)["findings"].count(
        words.label("clinical-measured")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_changed_since_the_prior_study_is_told_with_its_date(
    made_up: Report, language: str
) -> None:
    told: dict[str, str | int | float] = {
        "measure": "disc-height-middle",
        "before": 9.0,
        "now": 7.0,
        "repeatability": 1.5,
    }
    change = Message("change-since-prior", told, "L4-L5")
    since = SincePrior(dt.date(2028, 2, 3), (change,), made_up)
    text = filled(Source((made_up,), (), since_prior=(since,)), language)["findings"]
    words = catalogue(language)
    assert words.label("clinical-since-prior", date="2028-02-03") in text
    assert f"- L4-L5: {words.message(change)}" in text
    undated = replace(since, date=None)
    text = filled(Source((made_up,), (), since_prior=(undated,)), language)["findings"]
    assert words.label("clinical-since-prior-undated") in text and "None" not in text
