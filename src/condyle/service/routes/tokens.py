"""Personal access tokens: for programs that act as their owner."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter

from condyle.archive import accounts, audit
from condyle.archive.tables import AccessToken
from condyle.errors import Conflict
from condyle.service.access import Permission
from condyle.service.deps import HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas.session import NewToken, TokenEntry
from condyle.service.security.actor import Actor, needs
from condyle.service.security.secrets import TOKEN_PREFIX, fingerprint, new_secret

MOST = 50
"""So many tokens a user may have that are not over."""

Owner = Annotated[Actor, needs(Permission.OWN_TOKENS, browser=True)]


def routes() -> APIRouter:
    """Gives the calls under ``/tokens``."""
    router = APIRouter(prefix="/tokens", tags=["tokens"])
    router.add_api_route("", list_tokens, methods=["GET"])
    router.add_api_route("", make_token, methods=["POST"], status_code=201)
    router.add_api_route("/{token_id}", revoke_token, methods=["DELETE"], status_code=204)
    return router


def list_tokens(actor: Owner, deps: HasDeps) -> list[TokenEntry]:
    """Gives one's own tokens, the newest first, without their secrets."""
    with deps.archive.database.read() as session:
        return [_entry(row) for row in accounts.list_tokens(session, actor.user_id)]


def make_token(body: NewToken, actor: Owner, deps: HasDeps) -> TokenEntry:
    """Makes a token that may do, or only see, what its owner may; its secret is told this once."""
    now, secret = deps.now(), TOKEN_PREFIX + new_secret()
    new = accounts.NewAccessToken(
        user_id=actor.user_id,
        name=body.name,
        secret_hash=fingerprint(secret),
        expires_at=now + dt.timedelta(days=body.days),
        read_only=body.read_only,
    )
    with deps.archive.database.write() as session:
        live = [row for row in accounts.list_tokens(session, actor.user_id) if _is_live(row, now)]
        if len(live) >= MOST:
            raise Conflict(
                "The token was not made.",
                found=f"{len(live)} tokens that are not over",
                needed=f"fewer than {MOST}",
                mend="revoke one that is not used.",
            )
        row = accounts.add_token(session, new, now)
        scope = "read-only" if row.read_only else "full"
        act = actor.act(
            now, "credential.added", subject="token", subject_id=str(row.id), scope=scope
        )
        audit.append(session, act)
        return _entry(row, secret)


def revoke_token(token_id: RowId, actor: Owner, deps: HasDeps) -> None:
    """Revokes one of one's own tokens, from now on."""
    now = deps.now()
    with deps.archive.database.write() as session:
        row = accounts.revoke_token(session, actor.user_id, token_id, now=now)
        act = actor.act(now, "credential.revoked", subject="token", subject_id=str(row.id))
        audit.append(session, act)


def _is_live(row: AccessToken, now: dt.datetime) -> bool:
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > now)


def _entry(row: AccessToken, secret: str | None = None) -> TokenEntry:
    return TokenEntry(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked=row.revoked_at is not None,
        read_only=row.read_only,
        secret=secret,
    )
