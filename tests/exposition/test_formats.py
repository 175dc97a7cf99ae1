"""What a scrape asks for, by its headers."""

import pytest

from scorecard_exporter.exposition.formats import OPENMETRICS, TEXT, accepts_gzip, choose

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.mark.parametrize(
    ("accept", "expected", "why"),
    [
        ("", TEXT, "nothing is asked for"),
        ("*/*", TEXT, "curl takes anything, and a person reads text"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", TEXT, "a browser"),
        ("text/plain", TEXT, "text without a version"),
        ("text/plain;version=0.0.4", TEXT, "text by its version"),
        (PROMETHEUS_2, OPENMETRICS, "Prometheus 2 prefers it"),
        (PROMETHEUS_3, OPENMETRICS, "Prometheus 3 prefers it, and its escaping changes no name of ours"),
        ("application/openmetrics-text", OPENMETRICS, "no version is the newest that is offered"),
        ('application/OpenMetrics-Text; version="1.0.0"', OPENMETRICS, "names are not case-sensitive, values quotable"),
        ("application/openmetrics-text;version=2.0.0", TEXT, "a version that is not offered"),
        ("application/openmetrics-text;version=0.0.1", TEXT, "an old draft"),
        ("application/openmetrics-text;version=1.0.0;q=0", TEXT, "explicitly refused"),
        ("application/openmetrics-text;q=0.2,text/plain;version=0.0.4;q=0.9", TEXT, "text is preferred"),
        ("text/plain;version=1.0.0", TEXT, "the older text is what there is"),
        ("application/openmetrics-text;q=often", TEXT, "a quality that is no number allows nothing"),
        (";;,,=", TEXT, "no header at all, really"),
    ],
)
def test_format(accept, expected, why):
    """OpenMetrics to those who name it and do not prefer text; text to everybody else."""
    assert choose(accept) is expected, why


@pytest.mark.parametrize(
    ("accept_encoding", "expected", "why"),
    [
        ("", False, "a client that does not say so may not know gzip"),
        ("gzip", True, "as Prometheus asks"),
        ("deflate, GZIP;q=0.5, br", True, "one of several"),
        ("gzip;q=0", False, "explicitly refused"),
        ("gzip;q=0.0, *", False, "a name outweighs the star"),
        ("*", True, "anything"),
        ("*;q=0", False, "nothing but plain"),
        ("identity", False, "plain only"),
        ("x-gzip", True, "its old name"),
    ],
)
def test_compression(accept_encoding, expected, why):
    """RFC 9110, section 12.5.3."""
    assert accepts_gzip(accept_encoding) is expected, why
