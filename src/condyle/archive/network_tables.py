"""What waits to go out to other systems, and what is being fetched from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from condyle.archive.tables import Table


class Outgoing(Table):
    """One instance for one peer, which it goes to once.

    ``state`` is waiting, sending, stored, refused, or withdrawn where a later one took its place
    before it was tried. One that was ``sending`` when its process
    died may be there already: the peer is asked before it is sent again. ``study_uid`` and
    ``series_uid`` are the instance's.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        Index("ix_outgoing_peer_uid", "peer", "uid", unique=True),
        Index("ix_outgoing_state_peer_id", "state", "peer", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    peer: Mapped[str]
    uid: Mapped[str]
    study_uid: Mapped[str]
    series_uid: Mapped[str]
    object: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(default="")
    created_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]


class PriorsFetch(Table):
    """A patient's earlier studies, asked for at a study's page and fetched from one peer.

    ``state`` is queued, running, done or failed; ``done`` and ``total`` count instances,
    ``studies`` the earlier studies that the peer has. ``reason`` is a message.
    """

    __tablename__ = "priors_fetches"
    __table_args__ = (Index("ix_priors_fetches_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    peer: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    studies: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    reason: Mapped[dict[str, Any] | None]
    asked_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class ResultsDue(Table):
    """A study whose results are to go where the routing rules say, since somebody signed.

    ``cause`` is signed or added; ``state`` is due, done or refused, which ``said`` tells why.
    """

    __tablename__ = "results_due"
    __table_args__ = (Index("ix_results_due_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    cause: Mapped[str]
    state: Mapped[str] = mapped_column(default="due")
    tries: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]


class ResultSent(Table):
    """An object of ours that was put up for a peer, to be named where another takes its place.

    ``basis`` is the same for all objects that say the same, whatever they replace.
    ``replaced_at`` is when it was taken back; it stands there until then.
    """

    __tablename__ = "results_sent"
    __table_args__ = (Index("ix_results_sent_study_id_peer", "study_id", "peer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    peer: Mapped[str]
    kind: Mapped[str]
    class_uid: Mapped[str]
    uid: Mapped[str]
    series_uid: Mapped[str]
    basis: Mapped[str]
    verified: Mapped[bool]
    put_at: Mapped[dt.datetime]
    replaced_at: Mapped[dt.datetime | None]
