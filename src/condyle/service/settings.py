"""The settings of the clinic, from environment variables that begin with ``CONDYLE_``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from condyle.dicom.network.node.options import ANY, is_title, parse_peers
from condyle.errors import BadConfiguration

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Addresses that only programs of this machine reach."""


class Settings(BaseSettings):
    """What the clinic is run with; each field is the variable of its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="CONDYLE_", extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(
        default_factory=lambda: _data_home() / "condyle" / "clinic",
        description="Folder of the stored images, and of the SQLite database.",
    )
    database_url: str = Field(
        default="",
        description="The database; SQLite in the home folder where it is empty.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(default=8042, ge=0, le=65535, description="Port that it listens on.")
    address: str = Field(
        default="",
        description="Address by which browsers reach it, such as https://condyle.hospital.example.",
    )
    production: bool = Field(
        default=False, description="Refuse to start with what is unsafe for patients' images."
    )
    proxies: str = Field(
        default="",
        description="Addresses, by commas, of the proxies whose X-Forwarded headers are believed.",
    )
    viewer: Path | None = Field(
        default=None, description="Folder of the built viewer; the one that came with Condyle."
    )
    session_hours: int = Field(default=12, ge=1, le=72, description="Longest stay logged in.")
    idle_minutes: int = Field(
        default=60, ge=1, le=1440, description="A session ends after so long without a call."
    )
    login_tries_per_minute: int = Field(
        default=20, ge=1, le=1000, description="Tries to log in from one address."
    )
    max_body_mib: int = Field(
        default=8, ge=1, le=256, description="Largest body of a call that is no uploaded file."
    )
    max_upload_gib: int = Field(
        default=16, ge=1, le=4096, description="Largest upload, all of its files together."
    )
    max_upload_files: int = Field(
        default=50_000, ge=1, le=1_000_000, description="Most files of one upload."
    )
    worker: bool = Field(default=True, description="Start the process that runs the bundles.")
    organization: str = Field(
        default="",
        max_length=64,
        description="Name of the hospital, as the verifying organization of signed DICOM reports.",
    )
    export_unverified: bool = Field(
        default=False,
        description="Let DICOM objects of studies that nobody signed go out, marked unverified.",
    )
    dicom_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port on which images are received by DICOM; none are where it is empty.",
    )
    dicom_host: str = Field(
        default="127.0.0.1", description="Address that the DICOM node listens on."
    )
    dicom_ae_title: str = Field(
        default="CONDYLE", description="AE title of the DICOM node; a call to another is rejected."
    )
    dicom_peers: str = Field(
        default="",
        description="Who may send, by commas, such as MR1@10.1.2.3, PACS@10.1.0.0/16;"
        " only this machine where it is empty.",
    )
    dicom_associations: int = Field(
        default=16, ge=1, le=256, description="Most DICOM associations at a time."
    )
    dicom_timeout_s: float = Field(
        default=60.0, ge=1, le=3600, description="A DICOM peer is given up after so long a silence."
    )
    dicom_quiet_s: float = Field(
        default=30.0,
        ge=1,
        le=3600,
        description="A study of which nothing came for so long is complete, and its bundles run.",
    )
    dicom_max_object_mib: int = Field(
        default=4096, ge=1, le=1 << 20, description="Largest object that is received by DICOM."
    )
    dicom_spare_mib: int = Field(
        default=1024,
        ge=0,
        le=1 << 20,
        description="With less free on the disk, senders are told that there is no room.",
    )
    dicom_tls_certificate: Path | None = Field(
        default=None, description="PEM file of the DICOM node's certificate; plain without one."
    )
    dicom_tls_key: Path | None = Field(default=None, description="PEM file of its key.")
    dicom_tls_clients: Path | None = Field(
        default=None,
        description="PEM file of the authorities whose certificates DICOM peers must have.",
    )

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("an address such as https://condyle.hospital.example")
        if value and (parts.path.strip("/") or parts.query or parts.username):
            raise ValueError("an address without a path, a query or a name")
        return value.rstrip("/")

    @field_validator("dicom_ae_title")
    @classmethod
    def _is_a_title(cls, value: str) -> str:
        if not is_title(value):
            raise ValueError("an AE title of at most 16 characters")
        return value.strip()

    @field_validator("dicom_peers")
    @classmethod
    def _are_peers(cls, value: str) -> str:
        try:
            parse_peers(value)
        except BadConfiguration as error:
            raise ValueError(f"{error.found} is not {error.needed}") from None
        return value

    @model_validator(mode="after")
    def _has_both_halves(self) -> Settings:
        if (self.dicom_tls_certificate is None) != (self.dicom_tls_key is None):
            raise ValueError("CONDYLE_DICOM_TLS_CERTIFICATE and _KEY come together")
        if self.dicom_tls_clients is not None and self.dicom_tls_certificate is None:
            raise ValueError("CONDYLE_DICOM_TLS_CLIENTS needs a certificate of the node as well")
        return self

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.home / 'condyle.sqlite'}"

    @property
    def objects(self) -> Path:
        """Folder of the stored objects."""
        return self.home / "objects"

    @property
    def shown_address(self) -> str:
        """Where a browser finds it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.address or f"http://{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS only, and cookies may say so."""
        return self.production or self.shown_address.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """Names by which it may be called; any other ``Host`` is refused."""
        named = urlsplit(self.shown_address).hostname or self.host
        own = frozenset({named, self.host})
        return own if self.production else own | frozenset(LOOPBACK)


def load_settings(**given: Any) -> Settings:
    """Reads the settings from the environment; what is given goes before it.

    Raises:
        BadConfiguration: A variable does not fit, or ``CONDYLE_PRODUCTION`` is set and
            something is unsafe; it names each and why.
    """
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise BadConfiguration(
            "The clinic's settings do not fit.",
            # The value is not repeated: the database's address may hold a password.
            found="; ".join(
                f"{_variable(fault['loc'])}: {fault['msg']}" if fault["loc"] else fault["msg"]
                for fault in error.errors()
            ),
            needed="the values that the documentation lists",
            mend="correct the environment variables and start again.",
        ) from None
    unsafe = refusals(settings, os.environ) if settings.production else []
    if unsafe:
        raise BadConfiguration(
            "The clinic does not start in production with unsafe settings.",
            found="; ".join(unsafe),
            needed="settings that are safe for patients' images",
            mend="correct them, or leave CONDYLE_PRODUCTION unset to try it on this machine.",
        )
    return settings


def refusals(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    """Gives what is unsafe for patients' images, each with the variable and the reason."""
    found = []
    if not settings.address.startswith("https://"):
        found.append("CONDYLE_ADDRESS is not https://: passwords would cross the network readable")
    if settings.host not in LOOPBACK and not settings.proxies:
        found.append(
            "CONDYLE_HOST is reachable from outside without TLS: listen on 127.0.0.1 behind a"
            " proxy that does TLS, or name that proxy in CONDYLE_PROXIES"
        )
    if "*" in settings.proxies:
        found.append("CONDYLE_PROXIES believes everybody: any caller could feign its address")
    if any(
        peer.title == ANY and peer.network is None for peer in parse_peers(settings.dicom_peers)
    ):
        found.append("CONDYLE_DICOM_PEERS lets anybody send: name titles with their addresses")
    if _guessable(settings.database):
        found.append("CONDYLE_DATABASE_URL has a password that is missing or easily guessed")
    if settings.home.is_dir() and settings.home.stat().st_mode & 0o077:
        found.append("CONDYLE_HOME can be read by others of this machine: chmod 700 it")
    if environment.get("CONDYLE_DEBUG") == "1":
        found.append("CONDYLE_DEBUG shows details, which may identify patients")
    known = {_variable((name,)) for name in Settings.model_fields} | _OF_OTHERS
    unknown = sorted(set(filter(lambda name: name.startswith("CONDYLE_"), environment)) - known)
    if unknown:
        found.append(f"{', '.join(unknown)}: no such setting, so what it was to do is not done")
    return found


_OF_OTHERS = {"CONDYLE_BUNDLES", "CONDYLE_DEBUG"}
_GUESSED = {"", "admin", "changeme", "condyle", "password", "postgres", "secret"}


def _guessable(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite") or not parts.hostname:
        return False  # a file, or a socket of this machine, where the system says who asks
    password = parts.password or ""
    return password.lower() in _GUESSED or password == parts.username


def _variable(place: tuple[int | str, ...]) -> str:
    return "CONDYLE_" + "_".join(map(str, place)).upper()


def _data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
