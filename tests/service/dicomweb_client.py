"""What a client of DICOMweb does with answers, written by the standard alone."""

from __future__ import annotations

import email
import email.policy
import json
import warnings
from email.message import EmailMessage
from typing import Any

import numpy as np
from httpx import Response
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID


def datasets(answer: Response) -> list[Dataset]:
    """Gives the data sets of an answer in DICOM JSON."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/dicom+json"
    with warnings.catch_warnings():
        # A file may hold values that are not to the standard; they are told as they came.
        warnings.simplefilter("ignore")
        return [Dataset.from_json(json.dumps(one)) for one in answer.json()]


def parts(answer: Response) -> list[tuple[str, bytes]]:
    """Gives content type and bytes of each part of a multipart answer (RFC 2387)."""
    assert answer.status_code == 200, answer.text
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP)
    assert isinstance(message, EmailMessage) and message.is_multipart()
    found = []
    boundary = b"--" + str(message.get_boundary()).encode()
    # The standard library's parser is for text: it says where parts are, the bytes are cut here.
    for piece in answer.content.split(boundary)[1:-1]:
        headers, _, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        assert headers.lower().startswith(b"content-type: ")
        found.append((headers[14:].decode(), body.removesuffix(b"\r\n")))
    return found


def pixels(header: Dataset, content_type: str, content: bytes) -> Any:
    """Decodes a frame by its header from the metadata, in the syntax that its part names."""
    syntax = UID(content_type.partition("transfer-syntax=")[2])
    one = Dataset()
    one.update(header)
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = syntax
    one.NumberOfFrames = 1
    one.PixelData = encapsulate([content]) if syntax.is_encapsulated else content
    one["PixelData"].VR = "OB" if syntax.is_encapsulated else "OW"
    return np.asarray(pixel_array(one, raw=True))
