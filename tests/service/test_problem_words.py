"""What the service says of an error, in the reader's language."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.service.conftest import Client, LogIn
from tests.service.problem_sentences import SOURCE, sentences_of

from condyle.archive.absence import absent
from condyle.errors import CondyleError, TooManyTries, UnknownName
from condyle.service import outward
from condyle.service.access import Permission
from condyle.service.problem_words import asked_language, in_language, problem_words
from condyle.service.problems import _SAID as OF_HTTP
from condyle.service.schemas.base import Problem

Browser = Callable[[], Client]
REACH_A_BROWSER = ("service", "archive", "workflows/clinic", "dicom/frame_bytes.py")
STAY_ON_A_TERMINAL = {
    "archive/backup.py",
    "archive/backup_rows.py",
    "archive/database.py",  # what it says of a URL; what a call meets of it is said below
    "archive/migrations/run.py",
    "archive/tables.py",  # a fault of ours
    "service/app.py",
    "service/auditing/heads.py",
    "service/auditing/verify.py",
    "service/jobs/single.py",
    "service/opening.py",
    "service/registered.py",
    "service/serve.py",
    "service/settings.py",
    "service/viewer_files.py",
    "workflows/clinic/bring.py",
    "workflows/clinic/forms/definition.py",
    "workflows/clinic/forms/reading.py",
    "workflows/clinic/forms/units.py",
}
OF_THE_DATABASE = (
    "The archive's database cannot be used now.",
    *(outward.FULL, outward.READ_ONLY, outward.LOCKED, outward.BROKEN, outward.LOST, outward.OTHER),
    "a database that can be reached and written, with room",
    "see that it runs and its disk has room; then do the same again.",
    "The archive's database is busy.",
    "more calls at once than it has connections for",
    "a connection that is free",
    "wait a moment and do the same again.",
    "The archive's database cannot be read.",
    "a database whose files are whole",
)
WITHIN_OTHERS = {"needs {} of: {}", "files", "letters", "exclusions", "MiB in all"}
"""Words that stand in a hole of another sentence."""
SAME_IN_BOTH = {"(row0, column0, row1, column1)", "{} bytes"}


def files_that_tell() -> list[Path]:
    found: list[Path] = []
    for room in REACH_A_BROWSER:
        path = SOURCE / room
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [path for path in found if str(path.relative_to(SOURCE)) not in STAY_ON_A_TERMINAL]


def without_words(sentences: set[str], terms: set[str]) -> set[str]:
    """Gives what the catalogue would leave in English."""
    spanish = problem_words("es")
    left = sentences - WITHIN_OTHERS - terms
    filled = {one.replace("{}", "7"): one for one in left}
    faults = {f"answer: {text}": one for text, one in filled.items() if one.startswith("needs")}
    plain = {text: one for text, one in filled.items() if not one.startswith("needs")}
    return {one for text, one in (plain | faults).items() if spanish.say(text) == text}


def test_every_sentence_that_an_error_may_show_in_a_browser_is_in_spanish() -> None:
    told = set[str]().union(*map(sentences_of, files_that_tell()))
    assert len(told) > 250
    assert not without_words(told, set(problem_words("es").terms)) - SAME_IN_BOTH


def test_what_a_call_meets_of_database_and_addresses_is_in_spanish() -> None:
    assert not without_words({*OF_THE_DATABASE, *OF_HTTP.values(), "That cannot be done."}, set())


def test_a_sentence_of_a_new_error_would_be_found(tmp_path: Path) -> None:
    source = tmp_path / "new.py"
    source.write_text(
        "def _refused(found):\n"
        "    return Conflict('Nobody translated this.', found=found, mend=f'wait {n} s.')\n"
        "raise _refused('one way' if x else 'another')\n"
    )
    found = sentences_of(source)
    assert found == {"Nobody translated this.", "wait {} s.", "one way", "another"}
    assert without_words(found, set()) == found


def test_no_sentence_of_the_catalogue_asks_for_a_value_that_the_english_one_lacks() -> None:
    for english, spanish in problem_words("es").sentences.items():
        holes = [name for _, name, _, _ in string.Formatter().parse(spanish) if name is not None]
        assert all(hole.isdigit() and int(hole) < english.count("{}") for hole in holes), english
        assert "{}" not in english or "; " not in english, f"taken for two: {english}"


def said(error: CondyleError) -> Problem:
    whole = Problem(failed=error.failed, found=error.found, needed=error.needed, mend=error.mend)
    return in_language(whole, "es")


def test_values_stay_in_their_place_and_words_among_them_are_turned() -> None:
    told = said(absent("teaching case", 7))
    assert told.failed == "El archivo no contiene lo pedido (caso docente)."
    assert told.found == "nada con el identificador «7» (caso docente)"
    told = said(TooManyTries("Nobody was logged in.", wait_s=30))
    assert (told.failed, told.mend) == (
        "No se inició la sesión.",
        "inténtelo de nuevo dentro de 30 s.",
    )
    told = said(UnknownName("bundle", "x{0}", ["knee", "back"]))
    assert told.failed == "No existe, en «paquete», nada llamado «x{0}»."
    assert told.needed == "uno de: back, knee"


def test_faults_in_one_line_are_turned_one_by_one_and_strange_text_stays() -> None:
    spanish = problem_words("es")
    several = "pain: needs a whole number from 0 to 10; 'x': no such field; ninguno"
    assert spanish.say(several) == (
        "pain: se necesita un número entero de 0 a 10; 'x': no existe ese campo; ninguno"
    )
    assert spanish.say("") == "" and spanish.say("disk I/O error") == "disk I/O error"
    long = "a " * 5000
    assert spanish.say(long) == long


def test_every_permission_and_role_has_a_word() -> None:
    terms = problem_words("es").terms
    assert {str(permission) for permission in Permission} <= set(terms)


def test_english_is_left_as_the_source_says_it() -> None:
    whole = Problem(failed="Nobody is logged in.")
    assert in_language(whole, "en") is whole


@pytest.mark.parametrize(
    ("asked", "kept", "language"),
    [("es-MX,en;q=0.5", "en", "es"), ("fr", "es", "es"), ("", "", "en"), ("fr, es", "", "es")],
)
def test_the_language_is_the_first_that_has_words_then_the_kept_one(
    asked: str, kept: str, language: str
) -> None:
    assert asked_language(asked, kept) == language


def test_before_log_in_the_browser_says_the_language(browser: Browser) -> None:
    client = browser()
    body = {"name": "nobody", "password": "wrong"}
    answer = client.post("/api/v1/session", json=body, headers={"Accept-Language": "es"})
    assert answer.status_code == 401
    assert answer.json()["failed"] == "No se inició la sesión."
    assert client.post("/api/v1/session", json=body).json()["failed"] == "Nobody was logged in."


def test_a_kept_language_holds_where_a_call_asks_for_none(log_in: LogIn) -> None:
    client = log_in("clinician")
    assert client.patch("/api/v1/session", json={"language": "es"}).status_code == 200
    answer = client.get("/api/v1/studies/9999", headers={"Accept-Language": ""})
    assert answer.json()["failed"] == "El archivo no contiene lo pedido (estudio)."
    refused = client.get("/api/v1/users", headers={"Accept-Language": ""})
    assert refused.json()["found"] == "el rol «clínico»"
    assert refused.json()["needed"] == "un rol que permita: administrar usuarios"
    answer = client.get("/api/v1/studies/9999", headers={"Accept-Language": "en"})
    assert answer.json()["failed"] == "The archive holds no such study."


def test_fields_that_do_not_fit_are_told_by_their_code(log_in: LogIn) -> None:
    client = log_in("clinician")
    asking = {"Accept-Language": "es"}
    answer = client.patch("/api/v1/session", json={"language": "fr", "x": 1}, headers=asking)
    assert answer.status_code == 422
    assert answer.json()["found"] == (
        "body.language: no es uno de los valores posibles; body.x: no se espera"
    )


def test_what_is_refused_before_any_route_is_in_the_language_too(browser: Browser) -> None:
    client = browser()
    asking = {"Accept-Language": "es", "Host": "elsewhere.example"}
    assert client.get("/api/v1/health", headers=asking).json()["found"] == "otro nombre de equipo"
    asking = {"Accept-Language": "es", "Content-Length": str(1 << 40)}
    answer = client.post("/api/v1/session", headers=asking, content=b"{}")
    assert answer.json()["failed"] == "Lo enviado es demasiado grande."
    assert client.get("/api/v1/x", headers={"Accept-Language": "es"}).json()["failed"]
