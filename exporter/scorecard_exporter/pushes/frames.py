"""A delivery as bytes in a file, told whole from torn: length, checksum, what is known of it, body."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from typing import IO

from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.base import Delivery

_FRAME = struct.Struct(">II")
"""Bytes of what follows, and their CRC-32."""


def encode(delivery: Delivery) -> bytes:
    """One frame."""
    known = {"id": delivery.id, "event": delivery.event, "at": instant(delivery.received_at)}
    content = json.dumps(known).encode() + b"\n" + delivery.body
    return _FRAME.pack(len(content), zlib.crc32(content)) + content


def frames(file: IO[bytes]) -> Iterator[tuple[Delivery, int]]:
    """Each delivery from where the file stands, with the place in the file behind it; up to a torn frame or the end."""
    place = file.tell()
    while len(head := file.read(_FRAME.size)) == _FRAME.size:
        size, checksum = _FRAME.unpack(head)
        content = file.read(size)
        if len(content) < size or zlib.crc32(content) != checksum:
            return
        place += _FRAME.size + size
        known, _, body = content.partition(b"\n")
        said = json.loads(known)
        yield Delivery(id=said["id"], event=said["event"], body=body, received_at=moment(said["at"])), place
