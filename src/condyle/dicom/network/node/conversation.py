"""One association, from its request to its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from condyle.dicom.network.node import commands
from condyle.dicom.network.node.accepted import VERIFICATION
from condyle.dicom.network.node.commands import Command, read_command
from condyle.dicom.network.node.negotiation import Asked, Context, agree, read_request
from condyle.dicom.network.node.options import NodeOptions
from condyle.dicom.network.node.receiving import Received, Shelf, Taking, file_meta
from condyle.dicom.network.node.skim import NotUnderstood, is_uid, skim
from condyle.dicom.network.node.stream import (
    ABORT,
    DATA,
    REJECT,
    RELEASE,
    RELEASED,
    REQUEST,
    PduStream,
    PeerGone,
    PeerSilent,
    PeerWrong,
    data_pdu,
    short_pdu,
    values_in,
)
from condyle.errors import Unavailable

SLOWEST = 4096
"""Bytes a second that an object must come with, after the time-out's length of it."""

_log = logging.getLogger(__name__)

_PERMANENT, _TRANSIENT = 1, 2
_BY_USER, _BY_PRESENTATION = 1, 3
_CALLING_UNKNOWN, _CALLED_UNKNOWN, _TOO_MANY = 3, 7, 2


@dataclass
class _Message:
    """A request whose data set is coming."""

    command: Command
    context: int
    begun: float
    start: int = 0
    size: int = 0
    taking: Taking | None = None
    status: int = commands.SUCCESS
    comment: str = ""

    def refuse(self, status: int, comment: str) -> None:
        """Drops what came and lets the rest pass by."""
        if self.status == commands.SUCCESS:
            self.status, self.comment = status, comment
        if self.taking is not None:
            self.taking.abandon()
            self.taking = None


class Conversation:
    """An association that somebody opens.

    Args:
        stream: Of the connection.
        options: Of the node.
        shelf: Takes what is sent.
        address: Of the peer.
    """

    def __init__(
        self, stream: PduStream, options: NodeOptions, shelf: Shelf, *, address: str
    ) -> None:
        self._stream = stream
        self._options = options
        self._shelf = shelf
        self._address = address
        self._contexts: Mapping[int, Context] = {}
        self._asked: Asked | None = None
        self._command = bytearray()
        self._message: _Message | None = None
        self.stored = 0

    def run(self, *, room: bool = True) -> None:
        """Holds the conversation to its end, however that comes.

        Args:
            room: Whether there is room for one more; a request is rejected without.
        """
        try:
            if self._open(room=room):
                while self._take():
                    pass
        except PeerGone:
            self._tell("closed the connection")
        except PeerSilent:
            self._tell("was silent for too long")
            self._abort(0)
        except PeerWrong as error:
            self._tell(f"sent {error.args[0]}")
            self._abort(2)
        finally:
            if self._message is not None:
                self._message.refuse(commands.NOT_UNDERSTOOD, "")

    def _open(self, *, room: bool) -> bool:
        kind, payload = self._stream.next()
        if kind != REQUEST:
            raise PeerWrong("something else than a request for an association")
        asked = read_request(bytes(payload))
        refusal = self._refusal(asked, room=room)
        if refusal is not None:
            reason, values = refusal
            self._tell(f"was rejected: {reason}")
            self._stream.send(short_pdu(REJECT, *values))
            return False
        self._contexts, accept = agree(asked)
        self._asked = asked
        self._stream.send(accept)
        return True

    def _refusal(self, asked: Asked, *, room: bool) -> tuple[str, tuple[int, int, int]] | None:
        if not self._options.admits(asked.calling, self._address):
            return "nobody who may send", (_PERMANENT, _BY_USER, _CALLING_UNKNOWN)
        if asked.called != self._options.title:
            return "it called another AE title", (_PERMANENT, _BY_USER, _CALLED_UNKNOWN)
        if not room:
            return "too many at a time", (_TRANSIENT, _BY_PRESENTATION, _TOO_MANY)
        return None

    def _take(self) -> bool:
        """Takes one PDU; tells whether another may come."""
        kind, payload = self._stream.next()
        if kind == DATA:
            for context, control, fragment in values_in(payload):
                if control & 1:
                    self._take_command(context, fragment, last=bool(control & 2))
                else:
                    self._take_data(context, fragment, last=bool(control & 2))
            return True
        if kind == RELEASE:
            self._stream.send(short_pdu(RELEASED))
            return False
        if kind == ABORT:
            self._tell("aborted")
            return False
        raise PeerWrong("a PDU that has no place in an association")

    def _take_command(self, context: int, fragment: memoryview, *, last: bool) -> None:
        if self._message is not None or context not in self._contexts:
            raise PeerWrong("a command that has no place here")
        self._command += fragment
        if len(self._command) > commands.MOST_COMMAND:
            raise PeerWrong("a command longer than any is")
        if not last:
            return
        command = read_command(self._command)
        self._command = bytearray()
        if command.field == commands.STORE:
            self._begin(command, context)
        elif command.field == commands.ECHO and not command.has_data:
            right = self._contexts[context].class_uid == VERIFICATION
            self._answer(
                command, context, commands.SUCCESS if right else commands.CLASS_NOT_SUPPORTED
            )
        elif command.field & commands.ANSWER or command.has_data:
            raise PeerWrong("a request that is not served here")
        else:
            self._answer(command, context, commands.UNKNOWN_OPERATION)

    def _begin(self, command: Command, context: int) -> None:
        if not command.has_data:
            raise PeerWrong("an object without a data set")
        agreed = self._contexts[context]
        message = self._message = _Message(command, context, time.monotonic())
        if command.class_uid != agreed.class_uid:
            message.refuse(commands.CLASS_NOT_SUPPORTED, "another class than was agreed")
        elif not is_uid(command.uid):
            message.refuse(commands.NO_SUCH_INSTANCE, "the SOP Instance UID is none")
        else:
            head = file_meta(command.class_uid, command.uid, agreed.syntax)
            message.start = len(head)
            try:
                message.taking = self._shelf.begin()
                message.taking.write(head)
            except Unavailable:
                message.refuse(commands.NO_ROOM, "no room to keep it")

    def _take_data(self, context: int, fragment: memoryview, *, last: bool) -> None:
        message = self._message
        if message is None or context != message.context:
            raise PeerWrong("data without their command")
        message.size += len(fragment)
        if message.size > self._options.most_bytes:
            message.refuse(commands.NO_ROOM, "larger than is taken here")
        self._check_pace(message)
        if message.taking is not None:
            try:
                message.taking.write(fragment)
            except Unavailable:
                message.refuse(commands.NO_ROOM, "no room to keep it")
        if last:
            self._finish(message)
            self._message = None
            self._answer(message.command, context, message.status, message.comment)

    def _check_pace(self, message: _Message) -> None:
        """Gives up a peer that sends just enough never to be silent."""
        lasted_s = time.monotonic() - message.begun - self._options.timeout_s
        if lasted_s > 0 and message.size < lasted_s * SLOWEST:
            raise PeerSilent

    def _finish(self, message: _Message) -> None:
        """Keeps an object that came whole; only here does success become true."""
        taking, asked = message.taking, self._asked
        if taking is None or asked is None:
            return
        command, agreed = message.command, self._contexts[message.context]
        try:
            with taking.content() as content:
                found = skim(content, message.start, agreed.syntax)
            if (found.class_uid, found.uid) != (command.class_uid, command.uid):
                message.refuse(commands.NOT_OF_CLASS, "another object than its command says")
                return
            taking.keep(Received(found.uid, found.study_uid, asked.calling, asked.called))
            message.taking = None
            self.stored += 1
        except NotUnderstood as error:
            message.refuse(commands.NOT_UNDERSTOOD, error.args[0])
        except Unavailable:
            message.refuse(commands.NO_ROOM, "no room to keep it")

    def _answer(self, command: Command, context: int, status: int, comment: str = "") -> None:
        if status != commands.SUCCESS:
            self._tell(f"was answered 0x{status:04X}: {comment or 'not served here'}")
        self._stream.send(
            data_pdu(context, commands.answer(command, status, comment), command=True)
        )

    def _abort(self, source: int) -> None:
        try:
            self._stream.send(short_pdu(ABORT, 0, source, 0))
        except (PeerGone, PeerSilent):
            return

    def _tell(self, what: str) -> None:
        title = self._asked.calling if self._asked is not None else "a peer"
        shown = "".join(one if one.isprintable() else "?" for one in title)
        _log.info("%s at %s %s", shown, self._address, what)
