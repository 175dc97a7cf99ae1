"""The answer to a scrape: a snapshot rendered once, and the exporter's own metrics behind it.

All families of a snapshot are gauges without a unit, and those are the same bytes in the text format
0.0.4 and in OpenMetrics 1.0: one rendering serves both. It is kept compressed as well, as deflate blocks
that nothing after them refers to, so that a scrape compresses only the few metrics of the exporter's
own and the whole is still one gzip member.
"""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from isal import isal_zlib
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.exposition.formats import TEXT, Format, accepts_gzip, choose
from scorecard_exporter.exposition.metrics import families
from scorecard_exporter.scorecard.model import Snapshot

_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_RAW_DEFLATE = -15
_SELF_METRICS_KEPT = 1.0


@dataclass(frozen=True, slots=True)
class Body:
    """Metric families in bytes. `deflated`: raw blocks, fully flushed and not finished; `crc` of `plain`."""

    plain: bytes
    deflated: bytes
    crc: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A snapshot ready to be served: all of it, and each scorecard by its id."""

    whole: Body
    scorecards: Mapping[str, Body]


@dataclass(frozen=True, slots=True)
class Response:
    """What a successful scrape gets."""

    headers: Mapping[str, str]
    body: bytes


def render(snapshot: Snapshot, configuration: Configuration) -> Rendered:
    """Write a snapshot once. Takes about a second for 100,000 series: call it from a worker thread."""
    by_scorecard = sorted(snapshot.scorecards, key=lambda status: status.scorecard.id)
    groups = {name: list(group) for name, group in groupby(by_scorecard, lambda status: status.scorecard.id)}
    written = {name: bytearray() for name in groups}
    whole = bytearray()
    every = (families(group, configuration.exposition) for group in groups.values())
    for same_family in zip(*every, strict=True):
        blocks = [_write(family) for family in same_family]
        if any(lines for _, lines in blocks):
            whole += blocks[0][0]
        for name, (header, lines) in zip(groups, blocks, strict=True):
            if lines:
                written[name] += header + lines
                whole += lines
    if len(written) == 1:
        # Nothing is kept twice in the usual case of one scorecard.
        only = _body(whole)
        return Rendered(only, dict.fromkeys(written, only))
    return Rendered(_body(whole), {name: _body(text) for name, text in written.items()})


class _OneFamily(Collector):
    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> list[Metric]:
        return [self._family]


def _write(family: Metric) -> tuple[bytes, bytes]:
    help_line, type_line, lines = TEXT.write(_OneFamily(family)).split(b"\n", 2)
    return b"%b\n%b\n" % (help_line, type_line), lines


def _body(text: bytearray) -> Body:
    compressor = isal_zlib.compressobj(isal_zlib.Z_DEFAULT_COMPRESSION, isal_zlib.DEFLATED, _RAW_DEFLATE)
    deflated = compressor.compress(text) + compressor.flush(isal_zlib.Z_FULL_FLUSH)
    return Body(bytes(text), deflated, zlib.crc32(text))


_NOTHING = _body(bytearray())


@dataclass(frozen=True, slots=True)
class _Tail:
    """The exporter's own metrics: the end of every answer in one format. `deflated` finishes the stream."""

    plain: bytes
    deflated: bytes
    expires: float


class Exposition:
    """Answers scrapes from bytes at hand; touches neither the store nor a source, and belongs to one thread."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        self._registry = registry
        self._clock = clock
        self._tails: dict[str, _Tail] = {}

    def response(self, rendered: Rendered | None, scorecard: str | None, accept: str, accept_encoding: str) -> Response:
        """One valid exposition: of one scorecard or (None) of all, then the exporter's own metrics.

        `rendered` None: there is no snapshot yet, and the answer is the exporter's own metrics alone.
        `accept` and `accept_encoding` are the headers of the request, empty where it has none.

        Raises:
            UnknownNameError: there is no such scorecard in the snapshot; the message names those there are.
        """
        form = choose(accept)
        body, tail = _find(rendered, scorecard), self._tail(form)
        headers = {"content-type": form.content_type, "vary": "Accept, Accept-Encoding"}
        if not accepts_gzip(accept_encoding):
            return Response(headers, body.plain + tail.plain)
        return Response(headers | {"content-encoding": "gzip"}, _gzip(body, tail))

    def _tail(self, form: Format) -> _Tail:
        now = self._clock()
        tail = self._tails.get(form.content_type)
        if tail is None or now >= tail.expires:
            plain = form.write(self._registry)
            compressor = zlib.compressobj(1, zlib.DEFLATED, _RAW_DEFLATE)
            tail = _Tail(plain, compressor.compress(plain) + compressor.flush(), now + _SELF_METRICS_KEPT)
            self._tails[form.content_type] = tail
        return tail


def _find(rendered: Rendered | None, scorecard: str | None) -> Body:
    if rendered is None:
        return _NOTHING
    if scorecard is None:
        return rendered.whole
    if scorecard in rendered.scorecards:
        return rendered.scorecards[scorecard]
    raise UnknownNameError.of("scorecard", scorecard, rendered.scorecards)


def _gzip(body: Body, tail: _Tail) -> bytes:
    crc, length = zlib.crc32(tail.plain, body.crc), len(body.plain) + len(tail.plain)
    return b"".join((_GZIP_HEADER, body.deflated, tail.deflated, struct.pack("<LL", crc, length & 0xFFFFFFFF)))
