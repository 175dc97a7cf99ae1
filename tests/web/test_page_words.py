"""What the pages say about times, scores, shares and addresses."""

from datetime import UTC, datetime
from fractions import Fraction
from types import SimpleNamespace

import pytest

from scorecard_exporter.quantities import instant
from scorecard_exporter.web.pages import words

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "less than a minute"),
        (-5, "less than a minute"),
        (59, "less than a minute"),
        (MINUTE, "1 minute"),
        (90 * MINUTE, "90 minutes"),
        (2 * HOUR, "2 hours"),
        (DAY - 1, "23 hours"),
        (DAY, "1 day"),
        (59 * DAY, "59 days"),
        (60 * DAY, "2 months"),
        (729 * DAY, "24 months"),
        (730 * DAY, "2 years"),
    ],
)
def test_a_span_is_told_in_the_largest_unit_that_says_enough(seconds, expected):
    assert words.span(-seconds * SECOND, 0) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(20, "just now"), (180, "3 minutes ago")])
def test_how_long_ago(seconds, expected):
    assert words.ago(-seconds * SECOND, 0) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "1 Jul 2026, 22:30 UTC"),
        ("Europe/Berlin", "2 Jul 2026, 00:30 CEST"),
        ("America/New_York", "1 Jul 2026, 18:30 EDT"),
    ],
)
def test_a_moment_on_the_clocks_of_a_zone(zone, expected):
    moment = instant(datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    assert words.local(moment, zone) == expected
    assert words.utc(moment) == "2026-07-01T22:30:00Z"


@pytest.mark.parametrize(
    ("score", "status", "expected"),
    [
        (0.0, "red", "0"),
        (0.333, "red", "33"),
        (0.334, "yellow", "33"),
        (0.666, "yellow", "66"),
        (2 / 3, "green", "67"),
        (1.0, "green", "100"),
    ],
)
def test_a_rounded_score_never_crosses_the_line_of_green(score, status, expected):
    assert words.points(SimpleNamespace(score=score, status=status)) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [(1.0, "100 %"), (0.999, "99 %"), (0.29, "29 %"), (0.0, "0 %"), (Fraction(2, 3), "66 %")],
)
def test_a_share_is_whole_percent_and_100_means_all(part, expected):
    assert words.share(part) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Set `goal`.", "Set <code>goal</code>."),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("a lone ` tick", "a lone ` tick"),
        ("`<b>` & co", "<code>&lt;b&gt;</code> &amp; co"),
    ],
)
def test_backticks_become_code_and_the_rest_is_escaped(sentence, expected):
    assert words.code(sentence) == expected


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://github.com/acme/checkout/pull/1", True),
        ("http://git.acme.example/c/1", True),
        ("HTTPS://EXAMPLE.COM/", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("//evil.example/x", False),
        ("https:evil", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_only_http_addresses_are_followed(url, is_link):
    assert words.web_address(url) == (url if is_link else "")
