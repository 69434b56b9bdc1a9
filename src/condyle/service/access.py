"""Who may do what: permissions, and which of them each role has. There is no other place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import get_args

from condyle.errors import UnknownName
from condyle.service.schemas.base import Role

ROLES: tuple[Role, ...] = get_args(Role)
"""Every role."""


class Permission(StrEnum):
    """What somebody may do. Each route asks for exactly one of them."""

    OWN_ACCOUNT = "own_account"
    """See who one is, log out, change one's own password."""
    OWN_TOKENS = "own_tokens"
    """Make and revoke one's own access tokens."""
    SEE_WORKLIST = "see_worklist"
    SEE_IDENTITY = "see_identity"
    """See names and identifiers of patients; without it, their pseudonyms."""
    SEE_IMAGES = "see_images"
    SEE_FINDINGS = "see_findings"
    UPLOAD = "upload"
    CHANGE_PRIORITY = "change_priority"
    RUN_ANALYSIS = "run_analysis"
    """Run or stop the bundles on a study."""
    CORRECT = "correct"
    """Accept, reject and change findings."""
    OBSERVE = "observe"
    """Write clinical observations of a patient."""
    SIGN = "sign"
    """Write and sign reports."""
    EXPORT = "export"
    """Take along tables, which name patients by pseudonyms for who sees no identities."""
    EXPORT_IDENTIFIED = "export_identified"
    """Take along a study's DICOM objects, each of which names its patient."""
    ANNOTATE = "annotate"
    """Draw on the cases of a list, blind to the others who do."""
    MANAGE_ANNOTATION = "manage_annotation"
    """Make lists of cases to be annotated, say who does, and see how they agree."""
    ADJUDICATE = "adjudicate"
    """Decide where annotators disagree."""
    LEARN = "learn"
    """Read teaching cases unaided, then see what the models and the reference say."""
    TEACH = "teach"
    """Make teaching cases and see how learners do."""
    SEE_DASHBOARD = "see_dashboard"
    MANAGE_BUNDLES = "manage_bundles"
    MANAGE_USERS = "manage_users"
    MANAGE_SETTINGS = "manage_settings"
    SEE_AUDIT = "see_audit"


_EVERYBODY = frozenset({Permission.OWN_ACCOUNT, Permission.OWN_TOKENS})
_SEEING = frozenset({Permission.SEE_WORKLIST, Permission.SEE_IMAGES, Permission.SEE_FINDINGS})
_VIEWER = _EVERYBODY | _SEEING | {Permission.SEE_IDENTITY, Permission.LEARN}
_BRINGING = frozenset({Permission.UPLOAD, Permission.CHANGE_PRIORITY, Permission.RUN_ANALYSIS})

ALLOWED: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        "viewer": _VIEWER,
        "clinician": _VIEWER
        | _BRINGING
        | {
            Permission.CORRECT,
            Permission.OBSERVE,
            Permission.SIGN,
            Permission.EXPORT,
            Permission.EXPORT_IDENTIFIED,
            Permission.ADJUDICATE,
            Permission.TEACH,
            Permission.SEE_DASHBOARD,
        },
        "annotator": _EVERYBODY | {Permission.SEE_IMAGES, Permission.ANNOTATE},
        "researcher": _EVERYBODY
        | _SEEING
        | {Permission.EXPORT, Permission.MANAGE_ANNOTATION, Permission.SEE_DASHBOARD},
        "administrator": _VIEWER
        | _BRINGING
        | {
            Permission.MANAGE_BUNDLES,
            Permission.MANAGE_USERS,
            Permission.MANAGE_SETTINGS,
            Permission.SEE_AUDIT,
            Permission.MANAGE_ANNOTATION,
            Permission.SEE_DASHBOARD,
        },
    }
)
"""What each role may do."""


def allows(role: Role, permission: Permission) -> bool:
    """Says whether a role has a permission."""
    return permission in ALLOWED[role]


def as_role(name: str) -> Role:
    """Gives the role of a name.

    Raises:
        UnknownName: There is no such role.
    """
    for role in ROLES:
        if role == name:
            return role
    raise UnknownName("role", name, ROLES)
