"""What a node answers to good senders, and how it bears bad ones."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

import pytest
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    MRImageStorage,
)
from tests.dicom.network.node.raw_peer import (
    MR,
    VERIFICATION,
    MemoryShelf,
    RawPeer,
    element,
    node,
    pdu,
    request,
    store_command,
    value,
)
from tests.workflows.pacs.storing import STUDY, data_set_of, file_of, mr_image

UID_1 = f"{STUDY}.1.1"
IMAGE = data_set_of(file_of(mr_image()))
RELEASE, ABORT = pdu(5, bytes(4)), 7


def until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def test_an_object_in_many_small_pieces_is_kept_as_it_came() -> None:
    shelf = MemoryShelf()
    with node(shelf) as listening, RawPeer(listening.port) as peer:
        peer.say(value(store_command(UID_1), control=3))
        for at in range(0, len(IMAGE), 7):
            peer.say(value(IMAGE[at : at + 7], control=2 if at + 7 >= len(IMAGE) else 0))
        assert peer.status() == 0x0000
        peer.say(RELEASE)
        assert peer.read() == pdu(6, bytes(4))
    ((of, content),) = shelf.kept
    assert (of.uid, of.study_uid, of.calling, of.called) == (UID_1, STUDY, "RAW", "CONDYLE")
    assert data_set_of(content) == IMAGE


def test_two_messages_in_one_pdu_are_both_answered() -> None:
    shelf = MemoryShelf()
    second = data_set_of(file_of(mr_image(2)))
    with node(shelf) as listening, RawPeer(listening.port) as peer:
        peer.say(
            value(store_command(UID_1), control=3),
            value(IMAGE),
            value(store_command(f"{STUDY}.1.2", message=2), control=3),
            value(second),
        )
        assert [peer.status(), peer.status()] == [0, 0]
    assert len(shelf.kept) == 2


def test_of_several_syntaxes_the_first_that_the_sender_names_is_taken() -> None:
    asked = request(
        [
            (MRImageStorage, [JPEG2000Lossless, ExplicitVRLittleEndian]),
            (CTImageStorage, ["1.2.3.4", JPEGLosslessSV1]),
            ("1.2.840.10008.5.1.4.31", [ImplicitVRLittleEndian]),
            (MRImageStorage, ["1.2.3.4"]),
        ]
    )
    with node(MemoryShelf()) as listening, RawPeer(listening.port, asked) as peer:
        accept = peer.answer
    assert accept[0] == 2
    assert accept.count(JPEG2000Lossless.encode()) == accept.count(JPEGLosslessSV1.encode()) == 1
    results = [accept[at + 6] for at in range(len(accept)) if accept[at : at + 2] == b"\x21\0"]
    assert results == [0, 0, 3, 4]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_byte_orders_are_looked_through_too(syntax: str) -> None:
    image = data_set_of(file_of(mr_image(syntax=syntax)))
    shelf = MemoryShelf()
    asked = request([(MRImageStorage, [syntax])])
    with node(shelf) as listening, RawPeer(listening.port, asked) as peer:
        peer.say(value(store_command(UID_1), control=3), value(image))
        assert peer.status() == 0
    assert data_set_of(shelf.kept[0][1]) == image


REFUSED = {
    "a uid that is a path": (store_command("../../etc/passwd"), IMAGE, 0x0117),
    "a uid too long": (store_command("1." + "2" * 63), IMAGE, 0x0117),
    "no uid": (store_command(""), IMAGE, 0x0117),
    "another class": (store_command(UID_1, CTImageStorage), IMAGE, 0x0122),
    "another object": (store_command("1.2.3"), IMAGE, 0xA900),
    "half an object": (store_command(UID_1), IMAGE[:-100], 0xC000),
    "a length that lies": (
        store_command(UID_1),
        IMAGE.replace(struct.pack("<HH2sH", 0x0020, 0x000D, b"UI", 24), b"\x20\0\x0d\0UI\xff\xff"),
        0xC000,
    ),
    "a path in the object": (
        store_command(UID_1),
        IMAGE.replace(STUDY.encode(), b"../" * 8),
        0xC000,
    ),
    "nothing": (store_command(UID_1), b"", 0xC000),
    "no pixels": (store_command(UID_1), IMAGE[: IMAGE.index(b"\xe0\x7f\x10\0")], 0xC000),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_object_is_refused_and_the_next_one_is_taken(name: str) -> None:
    command, content, status = REFUSED[name]
    shelf = MemoryShelf()
    with node(shelf) as listening, RawPeer(listening.port) as peer:
        peer.say(value(command, control=3), value(content))
        assert peer.status() == status
        assert not shelf.kept
        peer.say(value(store_command(UID_1), control=3), value(IMAGE))
        assert peer.status() == 0
    assert len(shelf.kept) == 1


def test_a_full_disk_is_told_as_out_of_resources_and_the_association_goes_on() -> None:
    shelf = MemoryShelf(full_after=400)
    with node(shelf) as listening, RawPeer(listening.port) as peer:
        for _ in range(2):
            peer.say(value(store_command(UID_1), control=3))
            for at in range(0, len(IMAGE), 200):
                peer.say(value(IMAGE[at : at + 200], control=2 if at + 200 >= len(IMAGE) else 0))
            assert peer.status() == 0xA700
        shelf.full_after = None
        peer.say(value(store_command(UID_1), control=3), value(IMAGE))
        assert peer.status() == 0
    assert (len(shelf.kept), shelf.abandoned) == (1, 2)


def test_an_object_over_the_limit_is_refused_without_being_kept_in_memory() -> None:
    shelf = MemoryShelf()
    with node(shelf, most_bytes=500) as listening, RawPeer(listening.port) as peer:
        peer.say(value(store_command(UID_1), control=3), value(IMAGE))
        assert peer.status() == 0xA700
    assert shelf.abandoned == 1


ODD = {
    "no request at all": (None, b"GET / HTTP/1.1\r\nHost: pacs\r\n\r\n"),
    "a request that is none": (None, pdu(1, b"\xff" * 200)),
    "a request of a gigabyte": (None, struct.pack(">BxI", 1, 1 << 30)),
    "data before a request": (None, value(IMAGE)),
    "a pdu of a gigabyte": (MR, struct.pack(">BxI", 4, 1 << 30)),
    "an unknown pdu": (MR, pdu(99, b"")),
    "a second request": (MR, MR),
    "a value longer than its pdu": (MR, pdu(4, struct.pack(">IBB", 500, 1, 3) + b"x")),
    "a value of one byte": (MR, pdu(4, struct.pack(">IB", 1, 1))),
    "data without a command": (MR, value(IMAGE)),
    "a context that was not agreed": (MR, value(store_command(UID_1), context=77, control=3)),
    "a command that is none": (MR, value(b"not a command", control=3)),
    "a command without numbers": (MR, value(element(0x0100, b"\1"), control=3)),
    "a command that never ends": (MR, b"".join(value(bytes(4000), control=1) for _ in range(6))),
    "a command within an object": (
        MR,
        value(store_command(UID_1), control=3) + value(store_command(UID_1), control=3),
    ),
    "data of another context": (
        MR,
        value(store_command(UID_1), control=3) + value(IMAGE, context=3),
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_what_has_no_place_ends_the_association_and_harms_no_other(name: str) -> None:
    opening, said = ODD[name]
    shelf = MemoryShelf()
    with node(shelf) as listening, RawPeer(listening.port) as good:
        with RawPeer(listening.port, opening) as bad:
            bad.say(said)
            answer = bad.read()
            assert answer[:1] in (b"", bytes([ABORT]))
        good.say(value(store_command(UID_1), control=3), value(IMAGE))
        assert good.status() == 0
    assert len(shelf.kept) == 1


def test_a_query_is_answered_as_unknown() -> None:
    find = (
        element(0x0002, b"1.2.840.10008.1.1")
        + element(0x0100, struct.pack("<H", 0x0054))
        + element(0x0110, struct.pack("<H", 9))
        + element(0x0800, struct.pack("<H", 0x0101))
    )
    with node(MemoryShelf()) as listening, RawPeer(listening.port) as peer:
        peer.say(value(find, context=3, control=3))
        assert peer.status() == 0x0211


def test_an_abort_in_mid_instance_leaves_nothing() -> None:
    shelf = MemoryShelf()
    with node(shelf) as listening, RawPeer(listening.port) as peer:
        peer.say(value(store_command(UID_1), control=3), value(IMAGE[:300], control=0))
        peer.say(pdu(ABORT, bytes(4)))
        assert until(lambda: shelf.abandoned == 1)
    assert not shelf.kept


def test_a_lost_connection_in_mid_instance_leaves_nothing() -> None:
    shelf = MemoryShelf()
    with node(shelf) as listening:
        with RawPeer(listening.port) as peer:
            peer.say(value(store_command(UID_1), control=3), value(IMAGE[:300], control=0))
        assert until(lambda: shelf.abandoned == 1)
    assert not shelf.kept


@pytest.mark.parametrize("opening", [None, MR])
def test_a_peer_that_hangs_is_given_up_and_its_place_is_free_again(opening: bytes | None) -> None:
    with node(MemoryShelf(), timeout_s=0.3, associations=1) as listening:
        with RawPeer(listening.port, opening) as hanging:
            assert hanging.read()[:1] in (b"", bytes([ABORT]))
        assert until(lambda: _is_let_in(listening.port))


def test_a_peer_that_trickles_is_given_up() -> None:
    shelf = MemoryShelf()
    with node(shelf, timeout_s=0.3) as listening, RawPeer(listening.port) as peer:
        peer.say(value(store_command(UID_1), control=3))
        assert until(lambda: not _can_say(peer, value(b"\0", control=0)))
    assert shelf.abandoned == 1


def test_beyond_the_bound_an_association_is_rejected_for_now_and_taken_later() -> None:
    with node(MemoryShelf(), associations=2) as listening:
        with RawPeer(listening.port) as one, RawPeer(listening.port) as two:
            assert one.answer[0] == two.answer[0] == 2
            with RawPeer(listening.port) as three:
                assert three.answer == pdu(3, bytes([0, 2, 3, 2]))
        assert until(lambda: _is_let_in(listening.port))


def test_a_flood_of_connections_is_cut_and_the_node_still_serves() -> None:
    with node(MemoryShelf(), associations=2, timeout_s=1) as listening:
        flood = [RawPeer(listening.port, None) for _ in range(80)]
        for peer in flood:
            peer.socket.close()
        assert until(lambda: _is_let_in(listening.port))


def test_closing_the_node_ends_what_is_open() -> None:
    shelf = MemoryShelf()
    with node(shelf) as listening:
        peer = RawPeer(listening.port)
        peer.say(value(store_command(UID_1), control=3), value(IMAGE[:300], control=0))
        time.sleep(0.05)
    with peer:
        assert peer.read()[:1] in (b"", bytes([ABORT]))
    assert shelf.abandoned == 1


def _can_say(peer: RawPeer, content: bytes) -> bool:
    try:
        peer.say(content)
    except OSError:
        return False
    return True


def _is_let_in(port: int) -> bool:
    asked = request([(VERIFICATION, [ImplicitVRLittleEndian])])
    try:
        with RawPeer(port, asked) as peer:
            return peer.answer[:1] == b"\2"
    except OSError:
        return False
