"""A clinician's program that works on while the server dies, and keeps what it was told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
from tests.workflows.clinic.brought import mr, written

FIRST, OWN = "given for the first day", "seven quiet herons rise"


class Lost(Exception):
    """The server did not answer to the end: whether it did what was asked is not known."""


class Caller:
    """One who is logged in to a server, across its deaths.

    Args:
        address: Of the server.
        name: To log in with.
        password: To log in with.

    Attributes:
        answered: How many calls were answered so far.
    """

    def __init__(self, address: str, name: str, password: str) -> None:
        self._client = httpx.Client(base_url=f"{address}/api/v1/", timeout=30.0, trust_env=False)
        self.answered = 0
        told = self("POST", "session", 200, json={"name": name, "password": password})
        self._client.headers["X-CSRF-Token"] = told["csrf"]

    def __call__(self, method: str, path: str, expected: int, **options: Any) -> Any:
        try:
            answer = self._client.request(method, path, **options)
        except httpx.TransportError as error:
            raise Lost from error
        self.answered += 1
        assert answer.status_code == expected, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def until(self, path: str, fits: Callable[[Any], bool], limit_s: float) -> Any:
        """Asks again and again until an answer fits; a server that is dead meanwhile comes back."""
        end = time.monotonic() + limit_s
        told = None
        while time.monotonic() < end:
            try:
                told = self("GET", path, 200)
            except Lost:
                told = None
            if told is not None and fits(told):
                return told
            time.sleep(0.05)
        raise AssertionError((path, told))

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()


def clinician_of(address: str, first_password: str) -> Caller:
    """Gives a clinician whom the first administrator adds, with a password of their own."""
    admin = Caller(address, "admin", first_password)
    admin("PUT", "session/password", 204, json=_change(first_password, OWN))
    new = {"name": "clara", "full_name": "Clara", "role": "clinician", "password": FIRST}
    admin("POST", "users", 201, json=new)
    clara = Caller(address, "clara", FIRST)
    clara("PUT", "session/password", 204, json=_change(FIRST, OWN))
    admin.close()
    return clara


def _change(old: str, new: str) -> dict[str, str]:
    return {"password": old, "new_password": new}


class Clinician:
    """Uploads studies one after another, corrects each and signs a report on it, until told.

    ``uploads`` are those that the server said it opened, ``here`` the files that it said it has,
    ``corrections`` and ``signed`` what it said it kept.
    """

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.enough = threading.Event()
        self.uploads: dict[str, int] = {}
        self.here: set[tuple[str, int]] = set()
        self.corrections: set[int] = set()
        self.signed: dict[int, str] = {}

    def work(self) -> None:
        """Works until it is enough, however often the server dies."""
        number = 0
        while not self.enough.is_set():
            number += 1
            try:
                self._one(number)
            except Lost:
                time.sleep(0.05)

    def _one(self, number: int) -> None:
        files = [written(mr(str(one), study=f"study-{number}")) for one in range(3)]
        offers = [{"name": f"{n}.dcm", "size": len(file)} for n, file in enumerate(files)]
        body = {"files": offers, "exclusions": []}
        entry = self.caller("POST", "uploads", 201, json=body)
        self.uploads[entry["id"]] = number
        self.send(entry["id"])
        told = self.caller("GET", f"uploads/{entry['id']}", 200)
        while told["state"] != "done":
            time.sleep(0.02)
            told = self.caller("GET", f"uploads/{entry['id']}", 200)
        (study,) = told["studies"]
        added = {"name": "disc-bulging", "level": "L3-L4", "value": True}
        kept = self.caller(
            "POST",
            f"studies/{study}/corrections",
            201,
            json={"kind": "add", "finding_added": added},
        )
        self.corrections |= {one["id"] for one in kept["corrections"]}
        report = self.caller("POST", f"studies/{study}/reports", 201, json={"language": "es"})
        signature = {"edition": report["edition"], "password": OWN}
        signed = self.caller("POST", f"reports/{report['id']}/signature", 200, json=signature)
        self.signed[signed["id"]] = signed["sha256"]

    def send(self, upload: str) -> None:
        """Sends what an upload waits for, as a browser does after it was cut off."""
        entry = self.caller("GET", f"uploads/{upload}", 200)
        number = self.uploads[upload]
        for place, file in enumerate(entry["files"]):
            known = (upload, file["id"])
            if file["state"] != "waiting":
                continue
            assert known not in self.here, "a file that the server said it has is wanted again"
            content = written(mr(str(place), study=f"study-{number}"))
            self.caller("PUT", f"uploads/{upload}/files/{file['id']}", 200, content=content)
            self.here.add(known)
        if entry["state"] == "open":
            self.caller("POST", f"uploads/{upload}/finish", 202)
