"""Settings come from the environment, are all documented, and refuse what is unsafe."""

from __future__ import annotations

from pathlib import Path

import pytest

from condyle.errors import BadConfiguration
from condyle.service.settings import Settings, load_settings, refusals

DOCUMENT = Path(__file__).parents[2] / "docs" / "clinic-settings.md"
SAFE = {"CONDYLE_PRODUCTION": "1", "CONDYLE_ADDRESS": "https://clinic.example"}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("CONDYLE_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("CONDYLE_HOME", str(home))


def set_all(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_without_a_variable_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.production) == ("127.0.0.1", 8042, False)
    assert settings.database == f"sqlite:///{tmp_path / 'home' / 'condyle.sqlite'}"
    assert settings.shown_address == "http://127.0.0.1:8042"
    assert not settings.secure
    assert settings.hosts == {"127.0.0.1", "::1", "localhost"}


def test_the_home_is_the_users_own_data_folder_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CONDYLE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "somewhere")
    assert load_settings().home == Path("somewhere/condyle/clinic")


def test_a_variable_sets_its_setting_and_an_option_goes_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_all(
        monkeypatch,
        {
            "CONDYLE_PORT": "9000",
            "CONDYLE_HOST": "::1",
            "CONDYLE_DATABASE_URL": "postgresql://condyle@db/clinic",
            "CONDYLE_IDLE_MINUTES": "",
        },
    )
    settings = load_settings()
    assert (settings.port, settings.idle_minutes) == (9000, 60)
    assert settings.database == "postgresql://condyle@db/clinic"
    assert settings.shown_address == "http://[::1]:9000"
    assert load_settings(port=9001).port == 9001


def test_every_value_that_does_not_fit_is_told_at_once_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_all(
        monkeypatch,
        {
            "CONDYLE_PORT": "ninety",
            "CONDYLE_SESSION_HOURS": "0",
            "CONDYLE_ADDRESS": "https://user:hunter2@clinic.example/",
        },
    )
    with pytest.raises(BadConfiguration) as raised:
        load_settings()
    for name in ("CONDYLE_PORT", "CONDYLE_SESSION_HOURS", "CONDYLE_ADDRESS"):
        assert name in raised.value.found
    assert "ninety" not in str(raised.value) and "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "address", ["clinic.example", "ftp://clinic.example", "https://", "https://a.example/path"]
)
def test_an_address_is_one_of_the_web(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CONDYLE_ADDRESS", address)
    with pytest.raises(BadConfiguration, match="CONDYLE_ADDRESS"):
        load_settings()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"CONDYLE_DICOM_AE_TITLE": "a title that is too long"}, "AE title"),
        ({"CONDYLE_DICOM_PEERS": "MR1@nowhere"}, "10.1.0.0/16"),
        ({"CONDYLE_DICOM_PORT": "99999"}, "CONDYLE_DICOM_PORT"),
        ({"CONDYLE_DICOM_TLS_KEY": "key.pem"}, "come together"),
        ({"CONDYLE_DICOM_TLS_CLIENTS": "clients.pem"}, "needs a certificate"),
    ],
)
def test_a_dicom_node_that_cannot_be_is_told_before_it_starts(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    set_all(monkeypatch, variables)
    with pytest.raises(BadConfiguration) as raised:
        load_settings()
    assert told in raised.value.found


def test_without_a_port_no_image_is_received_and_without_peers_only_from_this_machine() -> None:
    settings = load_settings()
    assert (settings.dicom_port, settings.dicom_host, settings.dicom_peers) == (
        None,
        "127.0.0.1",
        "",
    )


def test_a_safe_production_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SAFE)
    settings = load_settings()
    assert settings.secure
    assert settings.hosts == {"clinic.example", "127.0.0.1"}


UNSAFE = {
    "CONDYLE_ADDRESS": ("http://clinic.example", "readable"),
    "CONDYLE_HOST": ("0.0.0.0", "without TLS"),
    "CONDYLE_PROXIES": ("*", "believes everybody"),
    "CONDYLE_DATABASE_URL": ("postgresql://condyle:condyle@db/clinic", "guessed"),
    "CONDYLE_DEBUG": ("1", "identify"),
    "CONDYLE_DICOM_PEERS": ("MR1@10.0.0.1, *", "anybody"),
    "CONDYLE_PRODUTION": ("1", "no such setting"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_production_refuses_what_is_unsafe_and_says_why(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    value, why = UNSAFE[name]
    set_all(monkeypatch, SAFE | {name: value})
    with pytest.raises(BadConfiguration) as raised:
        load_settings()
    assert name in raised.value.found and why in raised.value.found
    monkeypatch.setenv("CONDYLE_PRODUCTION", "0")
    load_settings()


def test_production_tells_everything_that_is_unsafe_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home").chmod(0o755)
    set_all(monkeypatch, {"CONDYLE_PRODUCTION": "1", "CONDYLE_HOST": "0.0.0.0"})
    with pytest.raises(BadConfiguration) as raised:
        load_settings()
    for name in ("CONDYLE_ADDRESS", "CONDYLE_HOST", "CONDYLE_HOME"):
        assert name in raised.value.found


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("sqlite:///clinic.sqlite", False),
        ("postgresql:///clinic", False),
        ("postgresql://condyle@db/clinic", True),
        ("postgresql://condyle:Postgres@db/clinic", True),
        ("postgresql://doe:doe@db/clinic", True),
        ("postgresql://condyle:wf9sK2hJ@db/clinic", False),
    ],
)
def test_a_database_without_a_real_password_is_refused(
    url: str, refused: bool, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home", database_url=url, address="https://clinic.example")
    assert bool(refusals(settings, {})) is refused


def test_behind_a_named_proxy_it_may_listen_to_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listening = {"CONDYLE_HOST": "10.0.0.5", "CONDYLE_PROXIES": "10.0.0.2"}
    set_all(monkeypatch, SAFE | listening)
    assert load_settings().host == "10.0.0.5"


def test_the_document_lists_every_setting_with_its_default() -> None:
    lines = DOCUMENT.read_text("utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| `CONDYLE_")
    ]
    expected = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default in ("", None) else field.default
        shown = f"`{default}`" if default != "" else ""
        expected.append([f"`CONDYLE_{name.upper()}`", shown, field.description])
    assert rows == expected


def test_the_document_lists_what_production_refuses() -> None:
    text = DOCUMENT.read_text("utf-8")
    _, _, production = text.partition("## Production")
    for name in (*UNSAFE, "CONDYLE_HOME"):
        if name != "CONDYLE_PRODUTION":
            assert f"`{name}`" in production
