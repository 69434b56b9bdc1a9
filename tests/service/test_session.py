"""Logging in and out."""

from __future__ import annotations


def test_a_user_logs_in_and_is_told_who_they_are(clinician) -> None:
    me = clinician.get("/api/v1/session").json()
    assert (me["name"], me["role"]) == ("clinician", "clinician")
    assert "sign" in me["permissions"]
