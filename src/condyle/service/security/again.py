"""The password again, for what a clinician puts their name to."""

from __future__ import annotations

from condyle.archive import accounts, audit
from condyle.errors import NotAllowed
from condyle.service.deps import Deps
from condyle.service.security.actor import Actor


def check_again(deps: Deps, actor: Actor, password: str) -> None:
    """Checks the password of whoever is logged in; a failure counts as one to log in does.

    Raises:
        NotAllowed: It does not fit, or the account is locked or disabled; the session stays.
    """
    now = deps.now()
    with deps.archive.database.write() as session:
        user = accounts.count_try(session, actor.name, now)
    fits = deps.passwords.fits(password, user.password_hash if user else None)
    with deps.archive.database.write() as session:
        fresh = accounts.get_user(session, actor.user_id)
        changed = user is None or fresh.disabled or fresh.password_hash != user.password_hash
        if fits and not changed:
            accounts.clear_tries(fresh)
            return
        act = actor.act(now, "signature.refused", subject="user", subject_id=str(actor.user_id))
        audit.append(session, act)
    raise NotAllowed(
        "Nothing was signed.",
        found="a password that does not fit, or an account that rests after too many of them",
        needed="the password of whoever is logged in",
        mend="try again; after five failures an account rests for a time that grows.",
    )
