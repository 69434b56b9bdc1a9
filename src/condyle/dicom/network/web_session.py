"""Calls to another system's DICOMweb, and what it means where one fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import requests
from dicomweb_client.web import DICOMwebClient
from requests.adapters import HTTPAdapter

from condyle.dicom.network.peer import WebPeer
from condyle.errors import PeerError, PeerUnreachable

_MENDS = {
    401: "give a token that is valid in the peer's 'token_file'",
    403: "have its administrator allow us, or give another token",
    404: "search again: it may have been deleted; or check the peer's 'url'",
    406: "look at which transfer syntaxes and formats it gives",
    413: "send less at once",
    415: "look at which formats it takes",
}
_LATER = (408, 425, 429, 500, 502, 503, 504, 507)


@contextmanager
def web_session(peer: WebPeer, failed: str) -> Iterator[requests.Session]:
    """Gives a session that is closed at the end; what its calls raise becomes our errors.

    Args:
        peer: Who is called.
        failed: What cannot be done, to begin errors with.

    Raises:
        PeerUnreachable: Nobody answers, or it cannot answer now.
        PeerError: It answers with a status of failure, or with what is no answer.
    """
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Wildcards())
        session.trust_env = False  # nothing of this machine's may lead calls elsewhere
        if peer.token:
            session.headers["Authorization"] = f"Bearer {peer.token}"
        if peer.ca is not None:
            session.verify = str(peer.ca)
        try:
            yield session
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            raise http_error(peer, status, failed) from error
        except (requests.exceptions.SSLError, requests.exceptions.ConnectionError) as error:
            raise PeerUnreachable(
                failed,
                found=f"nobody who answers for '{peer.name}': {type(error).__name__}",
                needed="the peer running and reachable, with a certificate that can be checked",
                mend="check the peer's 'url', 'ca' and the firewall, then try again.",
            ) from error
        except requests.Timeout as error:
            raise PeerUnreachable(
                failed,
                found=f"no answer of '{peer.name}' within {peer.timeout_s:.0f} s",
                needed="an answer",
                mend="try again; what was done is not done twice.",
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise PeerError(
                failed,
                found=f"an answer of '{peer.name}' that is none of DICOMweb",
                needed="DICOM JSON or parts of DICOM (PS3.18)",
                mend="check the peer's 'url': it ends where '/studies' begins.",
            ) from error


class _Wildcards(HTTPAdapter):
    """Sends ``*`` as itself, as an address may (RFC 3986 2.2): Orthanc looks for no ``%2A``."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        request.url = (request.url or "").replace("%2A", "*")
        return super().send(request, *args, **kwargs)


def client_of(peer: WebPeer, session: requests.Session) -> DICOMwebClient:
    """Gives dicomweb-client's client on a session."""
    client = DICOMwebClient(
        peer.url, session=session, permissive_uid=True, timeout=(10.0, peer.timeout_s)
    )
    client.set_http_retry_params(retry=False)
    return client


def http_error(peer: WebPeer, status: int, failed: str) -> PeerError:
    """Gives the error for an answer of failure."""
    known = status in {one.value for one in HTTPStatus}
    words = HTTPStatus(status).phrase if known else "no status that is known"
    kind = PeerUnreachable if status in _LATER else PeerError
    return kind(
        failed,
        found=f"'{peer.name}' answered {status} {words}",
        needed="200 OK",
        mend=_MENDS.get(status, "look at its log, then try again") + ".",
    )


def check(answer: requests.Response) -> requests.Response:
    """Gives an answer that is none of failure.

    Raises:
        requests.HTTPError: It is; ``web_session`` makes it one of ours.
    """
    answer.raise_for_status()
    return answer
