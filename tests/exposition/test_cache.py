"""The answer to a scrape: valid as a whole, whoever asks for what, and made of bytes at hand."""

import gzip
import zlib
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from scorecard_exporter import names
from scorecard_exporter.config import model as config
from scorecard_exporter.config.model import Scorecard
from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.exposition.cache import Exposition, render
from scorecard_exporter.scorecard.model import ScorecardStatus, Snapshot
from scorecard_exporter.store.base import Dimensions

OPENMETRICS = "application/openmetrics-text"
PARSERS = MappingProxyType({"": parse_text, OPENMETRICS: parse_openmetrics})
CONFIGURATION = config.Configuration(
    path=Path("scorecard.yaml"),
    document="",
    zone=ZoneInfo("UTC"),
    store="duckdb::memory:",
    sources={},
    teams={},
    scopes={},
    dimensions=Dimensions(services=(), scope=(), subjects=(), zones=()),
    scorecards={},
    initiatives={},
    exposition=config.Exposition(),
    evaluation_interval=60.0,
)


def card(scorecard, team):
    configured = Scorecard(id=scorecard, title=scorecard, teams=(team,), perspectives=(), themes={}, zone="UTC")
    return ScorecardStatus(
        scorecard=configured,
        team=team,
        team_title=team,
        parent="",
        perspectives=(),
        score=0.5,
        coverage=1.0,
        status="yellow",
    )


def rendered(*cards):
    return render(Snapshot(at=0, scorecards=cards), CONFIGURATION)


TWO = (card("engineering", "payments"), card("platform", "core"), card("engineering", "search"))


@pytest.fixture
def registry():
    registry = CollectorRegistry()
    Gauge("own", "One of the exporter's own metrics.", registry=registry).set(1)
    return registry


@pytest.fixture
def exposition(registry):
    return Exposition(registry)


def teams(text, parse=parse_text):
    """Which teams an answer speaks of, by the names of families that are about them."""
    found = {family.name: family for family in parse(text)}
    return [sample.labels["team"] for sample in found[names.SCORE.name].samples]


@pytest.mark.parametrize("accept", PARSERS, ids=["text", "openmetrics"])
@pytest.mark.parametrize("scorecard", [None, "engineering", "platform"], ids=["all", "engineering", "platform"])
def test_an_answer_is_one_valid_exposition(exposition, accept, scorecard):
    """The snapshot and the exporter's own metrics read as one, each family once, `# EOF` only at the end."""
    text = exposition.response(rendered(*TWO), scorecard, accept, "").body.decode()
    found = [family.name for family in PARSERS[accept](text)]
    assert len(found) == len(set(found))
    assert {names.SCORE.name, "own"} <= set(found)
    assert text.count("# EOF") == (1 if accept else 0)
    assert text.endswith("# EOF\n" if accept else "own 1.0\n")


@pytest.mark.parametrize("accept", PARSERS, ids=["text", "openmetrics"])
@pytest.mark.parametrize("scorecard", [None, "engineering", "platform"], ids=["all", "engineering", "platform"])
def test_compressed_is_the_same_in_one_gzip_member(exposition, accept, scorecard):
    """Not all clients read on after a first member: there is one, and its checksum and length are right."""
    snapshot = rendered(*TWO)
    plain = exposition.response(snapshot, scorecard, accept, "")
    packed = exposition.response(snapshot, scorecard, accept, "gzip")
    decompressor = zlib.decompressobj(wbits=31)
    assert decompressor.decompress(packed.body) == plain.body
    assert decompressor.eof
    assert decompressor.unused_data == b""
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers


def test_a_large_snapshot_compressed():
    """Many blocks of deflate, longer than every window, still join with what comes after them."""
    many = rendered(*(card("engineering", f"team-{number}") for number in range(5_000)))
    exposition = Exposition(CollectorRegistry())
    plain = exposition.response(many, None, OPENMETRICS, "").body
    assert gzip.decompress(exposition.response(many, None, OPENMETRICS, "gzip").body) == plain
    assert len(teams(plain.decode(), parse_openmetrics)) == 5_000


@pytest.mark.parametrize(
    ("scorecard", "expected"),
    [(None, ["payments", "search", "core"]), ("engineering", ["payments", "search"]), ("platform", ["core"])],
    ids=["all", "engineering", "platform"],
)
def test_each_scorecard_alone_and_all_together(exposition, scorecard, expected):
    """`?scorecard=` serves that one with all its teams, and nothing of another."""
    assert teams(exposition.response(rendered(*TWO), scorecard, "", "").body.decode()) == expected


def test_one_scorecard_is_the_whole(exposition):
    """With a single scorecard both answers are the same."""
    one = rendered(card("engineering", "payments"))
    assert exposition.response(one, "engineering", "", "") == exposition.response(one, None, "", "")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            "enginering",
            "There is no scorecard named 'enginering'. Did you mean 'engineering'? There is: engineering, platform.",
        ),
        ("sales", "There is no scorecard named 'sales'. There is: engineering, platform."),
    ],
)
def test_an_unknown_scorecard_is_refused_by_name(exposition, asked, message):
    """An empty answer would look as if all its numbers had gone."""
    with pytest.raises(UnknownNameError) as refused:
        exposition.response(rendered(*TWO), asked, "", "")
    assert str(refused.value) == message


@pytest.mark.parametrize("encoding", ["", "gzip"], ids=["plain", "gzip"])
@pytest.mark.parametrize("accept", PARSERS, ids=["text", "openmetrics"])
@pytest.mark.parametrize("snapshot", [None, rendered()], ids=["not yet", "empty"])
def test_without_scorecards_the_exporter_speaks_of_itself(exposition, snapshot, accept, encoding):
    """Before the first snapshot, and for a snapshot without scorecards, the answer is valid too."""
    body = exposition.response(snapshot, None, accept, encoding).body
    text = (gzip.decompress(body) if encoding else body).decode()
    assert [family.name for family in PARSERS[accept](text)] == ["own"]


def test_own_metrics_are_rendered_at_most_once_a_second():
    """However often it is scraped, and by whomever; each format by itself."""
    now = 100.0
    registry = CollectorRegistry()
    own = Gauge("own", "One of the exporter's own metrics.", registry=registry)
    exposition = Exposition(registry, clock=lambda: now)

    def count(accept=""):
        (family,) = PARSERS[accept](exposition.response(None, None, accept, "").body.decode())
        return family.samples[0].value

    assert count() == 0
    own.set(1)
    assert count(OPENMETRICS) == 1
    now = 100.9
    assert count() == 0
    now = 101.0
    assert count() == 1


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        (OPENMETRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ],
    ids=["text", "openmetrics"],
)
def test_headers(exposition, accept, content_type):
    """The type names format, version and charset; caches are told what the answer depends on."""
    assert exposition.response(None, None, accept, "").headers == {
        "content-type": content_type,
        "vary": "Accept, Accept-Encoding",
    }
