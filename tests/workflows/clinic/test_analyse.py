"""One bundle on one study: the same results as ``condyle read``, whatever the study came as."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from condyle.domain.progress import Progress
from condyle.errors import Cancelled
from condyle.reporting import write_report
from condyle.reporting.naming import name_in
from condyle.reporting.report_json import report_to_dict
from condyle.reporting.wording import LANGUAGES
from condyle.workflows.clinic.analyse import FINDINGS, OVERLAYS, Readers, analyse
from condyle.workflows.clinic.results import held_instances, keep_result
from condyle.workflows.clinic.study_files import lay_out, study_files
from condyle.workflows.read_study import read_study
from condyle.workflows.reading import study_anatomy

from .brought import Bringer, new_archive


def png(array):
    stream = io.BytesIO()
    Image.fromarray(np.clip(array, 0, 255).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(name="bringer")
def _bringer(archive_url, tmp_path):
    archive = new_archive(archive_url, tmp_path)
    yield Bringer(archive)
    archive.database.close()


@pytest.fixture(name="laid_out")
def _laid_out(bringer, tmp_path):
    """Brings files and lays the study out again."""

    def laid_out(files):
        bringer.bring(files)
        with bringer.archive.database.read() as session:
            held = held_instances(session, bringer.told[0])
        work = tmp_path / "work"
        lay_out(study_files(held), work, path_of=bringer.archive.objects.path)
        return work, held

    return laid_out


@pytest.fixture(name="store")
def _store(pair, monkeypatch):
    monkeypatch.setenv("CONDYLE_BUNDLES", str(pair[0].path.parent))


SQLITE = pytest.mark.parametrize("archive_url", ["sqlite"], indirect=True)


@SQLITE
def test_pictures_are_read_as_they_came_and_placed_in_what_was_derived(
    bringer, laid_out, draw, pair, store, tmp_path, monkeypatch
):
    # A drawn spine is as straight as a ruler, which tells no turn.
    monkeypatch.setattr(study_anatomy, "turn_of", lambda anatomy: "upright")
    files = {f"up/100_{one}.png": png(draw(seed=n).image) for n, one in enumerate(("t1", "t2"))}
    work, held = laid_out(files)
    found = analyse(work, pair[1], analysis="a", readers=Readers(1), instances=held)
    for name, content in files.items():
        (tmp_path / name.split("/")[1]).write_bytes(content)
    plain = read_study([tmp_path / "100_t1.png", tmp_path / "100_t2.png"], threads=1)
    assert json.loads(found.files["report.json"]) == report_to_dict(plain)
    assert (found.refusal, found.anatomy) == (None, "lumbar-spine")
    derived = {one.uid: one.series_uid for one in held}
    places = [p for f in json.loads(found.files[FINDINGS]) for p in f["places"]]
    assert {(p["instance_uid"], p["series_uid"]) for p in places} == set(derived.items())
    labels = json.loads(found.files[OVERLAYS])["labels"]
    assert {label["instance_uid"] for label in labels} == set(derived)
    outline = next(f for f in json.loads(found.files[FINDINGS]))["evidence"][0]["outline"]
    assert outline in [p["outline"] for p in places], "a picture's pixels are the frame's"


@SQLITE
def test_the_results_of_one_study_are_the_same_bytes_each_time(
    bringer, laid_out, draw, pair, store
):
    work, held = laid_out({"100_t2.png": png(draw(seed=1).image)})
    readers = Readers(1)
    first, second = (
        keep_result(
            bringer.archive,
            analyse(work, pair[1], analysis="a", readers=readers, instances=held),
        )
        for _ in range(2)
    )
    assert first == second
    assert {"report.json", "report.html", "report.pdf", OVERLAYS, FINDINGS} <= set(first.files)


@SQLITE
def test_the_pages_are_those_of_condyle_read_in_each_language(
    bringer, laid_out, draw, pair, store, tmp_path
):
    work, held = laid_out({"100_t2.png": png(draw(seed=1).image)})
    found = analyse(work, pair[1], analysis="a", readers=Readers(1), instances=held)
    for language in LANGUAGES:
        report = read_study([work], threads=1)
        written = write_report(report, tmp_path / language, language=language)
        for name in ("report.html", "report.pdf"):
            own = found.files[name_in(language, name)]
            assert own == (written.directory / name).read_bytes(), (language, name)
    assert b'<html lang="es"' in found.files["report.es.html"]
    assert b'<html lang="en"' in found.files["report.html"]


def test_a_study_that_cannot_be_read_says_why_and_leaves_no_files(pair, tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "000001.dcm").write_bytes(b"no image")
    found = analyse(tmp_path / "work", pair[1], analysis="a", readers=Readers(1), instances=[])
    assert (found.refusal.code, found.files) == ("study-not-read", {})


def test_a_bundle_that_lacks_what_it_stands_on_says_so(pair, draw, tmp_path):
    (tmp_path / "t2.png").write_bytes(png(draw().image))
    needed = pair[1].manifest.requires[0].model_copy(update={"sha256": "0" * 64})
    manifest = pair[1].manifest.model_copy(update={"requires": (needed,)})
    orphan = replace(pair[1], manifest=manifest, sha256="1" * 64)
    found = analyse(tmp_path, orphan, analysis="a", readers=Readers(1), instances=[])
    assert found.refusal.code == "bundle-not-usable"
    assert "lumbar-anatomy" in found.refusal.params["found"]


def test_a_picture_of_something_else_is_refused(pair, tmp_path):
    (tmp_path / "t2.png").write_bytes(png(np.full((200, 200), 90.0)))
    found = analyse(tmp_path, pair[1], analysis="a", readers=Readers(1), instances=[])
    assert (found.refusal.code, found.anatomy) == ("no-spine-found", None)
    assert json.loads(found.files["report.json"])["not_assessed"]


@pytest.mark.parametrize("stage", ["anatomy", "pages"])
def test_an_analysis_stops_where_it_is_told_of_a_step(pair, draw, tmp_path, stage):
    (tmp_path / "t2.png").write_bytes(png(draw().image))

    def stop(step: Progress) -> None:
        if step.stage == stage:
            raise Cancelled("The analysis was stopped.")

    with pytest.raises(Cancelled):
        analyse(tmp_path, pair[1], analysis="a", readers=Readers(1), instances=[], progress=stop)


def test_bundles_are_loaded_once_for_all_analyses(pair):
    readers = Readers(1)
    assert readers.of(pair[1]) is readers.of(pair[1])
