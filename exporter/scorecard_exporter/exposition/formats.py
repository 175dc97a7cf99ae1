"""Which text format and which compression a scrape asks for, by its headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector


@dataclass(frozen=True, slots=True)
class Format:
    """A text format: its media type, and what writes a registry in it."""

    content_type: str
    write: Callable[[Collector], bytes]


TEXT = Format(CONTENT_TYPE_PLAIN_0_0_4, generate_latest)
OPENMETRICS = Format(openmetrics.CONTENT_TYPE_LATEST, openmetrics.generate_latest)


def choose(accept: str) -> Format:
    """OpenMetrics 1.0 when an Accept header names it and does not prefer text 0.0.4; else text 0.0.4.

    Versions that are not offered are passed over. Escaping schemes change nothing: every name here is
    valid in all of them.
    """
    wanted = {TEXT.content_type: 0.0, OPENMETRICS.content_type: 0.0}
    for name, parameters, quality in _ranges(accept):
        if name == "application/openmetrics-text" and parameters.get("version", "1.0.0") == "1.0.0":
            wanted[OPENMETRICS.content_type] = max(quality, wanted[OPENMETRICS.content_type])
        elif name == "text/plain" and parameters.get("version", "0.0.4") == "0.0.4":
            wanted[TEXT.content_type] = max(quality, wanted[TEXT.content_type])
    asked = wanted[OPENMETRICS.content_type]
    return OPENMETRICS if asked > 0 and asked >= wanted[TEXT.content_type] else TEXT


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip; a quality of 0 forbids it (RFC 9110, 12.5.3)."""
    qualities = {name: quality for name, _, quality in _ranges(accept_encoding)}
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0


def _ranges(header: str) -> Iterator[tuple[str, Mapping[str, str], float]]:
    for item in header.lower().split(","):
        name, *rest = (word.strip() for word in item.split(";"))
        pairs = (word.partition("=") for word in rest)
        parameters = {key.strip(): value.strip().strip('"') for key, _, value in pairs}
        yield name, parameters, _quality(parameters.get("q", "1"))


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
