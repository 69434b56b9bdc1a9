"""Messages in the reader's language, as the interface gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from condyle.archive.studies import as_message
from condyle.domain.messages import Message
from condyle.reporting.wording import LANGUAGES, word
from condyle.service.schemas.base import Said


def said(message: Message, language: str) -> Said:
    """Gives a message with its sentence.

    Args:
        message: What is to be said.
        language: Of the reader; English where the catalogue has none.
    """
    return Said(
        code=message.code,
        params=dict(message.params),
        subject=message.subject,
        text=word(message, language if language in LANGUAGES else LANGUAGES[0]),
    )


def said_column(column: Mapping[str, Any] | None, language: str) -> Said | None:
    """Gives what a column of the archive holds, or ``None``."""
    message = as_message(dict(column)) if column else None
    return None if message is None else said(message, language)


def all_said(messages: Iterable[Message], language: str) -> list[Said]:
    """Gives several messages with their sentences."""
    return [said(message, language) for message in messages]
