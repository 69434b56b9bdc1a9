"""Listening for associations: each in a thread of its own, and never more than were allowed."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
from types import TracebackType

from condyle.dicom.network.node.conversation import Conversation
from condyle.dicom.network.node.options import NodeOptions, Tls
from condyle.dicom.network.node.receiving import Shelf
from condyle.dicom.network.node.stream import PduStream
from condyle.errors import BadConfiguration, Unavailable

WAITING_ROOM = 32
"""Connections beyond the associations that are told that there is no room, not just closed."""

_GRACE_S = 5.0
_log = logging.getLogger(__name__)


class Node:
    """A storage node, which listens while it is entered.

    Args:
        options: Of the node.
        shelf: Takes what is sent.
    """

    def __init__(self, options: NodeOptions, shelf: Shelf) -> None:
        self._options = options
        self._shelf = shelf
        self._tls = None if options.tls is None else _tls_context(options.tls)
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}
        self._associations = threading.BoundedSemaphore(options.associations)
        self._stopping = False
        self._socket = _listening(options)
        self._acceptor = threading.Thread(target=self._accept, name="dicom-listen", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Node:
        self._acceptor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._acceptor.join()
        with self._lock:
            left = dict(self._open)
        for connection in left.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in left:
            thread.join(_GRACE_S)

    def _accept(self) -> None:
        while not self._stopping:
            try:
                connection, address = self._socket.accept()
            except OSError:
                if self._stopping:
                    return
                _log.warning("a connection could not be taken")
                threading.Event().wait(0.05)  # as where there are too many open files
                continue
            with self._lock:
                crowded = len(self._open) >= self._options.associations + WAITING_ROOM
                if not crowded:
                    thread = threading.Thread(
                        target=self._serve,
                        args=(connection, str(address[0])),
                        name="dicom",
                        daemon=True,
                    )
                    self._open[thread] = connection
            if crowded:
                connection.close()
            else:
                thread.start()

    def _serve(self, connection: socket.socket, address: str) -> None:
        room = self._associations.acquire(blocking=False)
        try:
            with connection, contextlib.ExitStack() as stack:
                connection.settimeout(self._options.timeout_s)
                spoken = connection
                if self._tls is not None:
                    spoken = stack.enter_context(
                        self._tls.wrap_socket(connection, server_side=True)
                    )
                    with self._lock:  # the plain one is closed by now
                        self._open[threading.current_thread()] = spoken
                stream = PduStream(spoken, self._options.timeout_s)
                Conversation(stream, self._options, self._shelf, address=address).run(room=room)
        except OSError as error:
            _log.info("a connection from %s was not opened: %s", address, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the last place where it can be told
            # Its words may hold what was sent, so only its kind is told.
            _log.error("an association from %s broke: %s", address, type(error).__name__)
        finally:
            if room:
                self._associations.release()
            with self._lock:
                self._open.pop(threading.current_thread(), None)


def _listening(options: NodeOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, options.port), family=family, backlog=128)
    except OSError as error:
        raise Unavailable(
            "The DICOM node does not listen.",
            found=f"port {options.port} of {options.host}: {error.strerror}",
            needed="an address of this machine and a port that nothing else uses",
            mend="set CONDYLE_DICOM_PORT to another one, or stop what uses it.",
        ) from error


def _tls_context(tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.clients is not None:
            context.load_verify_locations(tls.clients)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise BadConfiguration(
            "The DICOM node's certificates cannot be used.",
            found=type(error).__name__,
            needed="PEM files of a certificate, of its key, and of the clients' authority if any",
            mend="check CONDYLE_DICOM_TLS_CERTIFICATE, _KEY and _CLIENTS.",
        ) from error
    return context
