"""Against a real Prometheus that holds two years."""

import math
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from processes import free_port, wait_for
from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.registry import TYPES

pytestmark = [pytest.mark.needs("prometheus"), pytest.mark.needs("promtool")]

START = datetime(2024, 6, 1, tzinfo=UTC)
AT = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURS = 730 * 24
HALF_AN_HOUR = 1800


def metrics():
    """Two years in OpenMetrics: a sample every half an hour.

    `cost`: the number of the half hour; of the catalogue every fourth is NaN. `visits_total`: three more each time, on
    either of two instances.
    """
    begin = int(START.timestamp())
    moments = [(number, begin + number * HALF_AN_HOUR) for number in range(2 * HOURS + 2)]
    yield "# TYPE cost gauge\n"
    for number, at in moments:
        yield f'cost{{service="checkout"}} {number} {at}\n'
    for number, at in moments:
        yield f'cost{{service="catalog"}} {math.nan if number % 4 == 0 else number / 8} {at}\n'
    yield "# TYPE visits counter\n"
    for instance in "ab":
        for number, at in moments:
            yield f'visits_total{{instance="{instance}"}} {3 * number} {at}\n'
    yield "# EOF\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prometheus")
    with (folder / "metrics.txt").open("w") as written:
        written.writelines(metrics())
    making = (
        "promtool",
        "tsdb",
        "create-blocks-from",
        "openmetrics",
        "--max-block-duration=2160h",
        "metrics.txt",
        "data",
    )
    subprocess.run(making, cwd=folder, check=True, capture_output=True)
    (folder / "prometheus.yml").write_text("scrape_configs: []\n")
    where = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={where}",
         "--storage.tsdb.retention.time=100y"],
        cwd=folder, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: httpx.get(f"http://{where}/-/ready").is_success, "Prometheus")
        yield f"http://{where}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def source(address):
    """A function from the keys of a series to a source that reads it."""
    made = []

    def build(**series):
        written = {"type": "prometheus", "url": address, "series": {"number": series}}
        made.append(TYPES["prometheus"].model_validate(written).build("prom", "/"))
        return made[-1]

    yield build
    for one in made:
        for stream in one.streams:
            stream._client.close()


def read_all(source):
    """Everything in two years: ({(subject, hours since the start): observation}, problems)."""
    (stream,) = source.streams
    found, problems, cursor, finished = {}, set(), None, False
    while not finished:
        for batch in stream.read(cursor, AT):
            found |= {(one.subject, (one.ends_at - START) / HOUR): one for one in batch.records}
            problems |= set(batch.problems)
            cursor, finished = batch.cursor, batch.progress is not None and batch.progress.is_finished
    return found, problems


def test_two_years_of_a_gauge_by_label(source):
    """At a full hour the value is that of the sample at that moment, exactly; NaN is none."""
    found, problems = read_all(source(expression="cost", label="service", unit="eur"))
    expected = {("checkout", hour): Decimal(2 * hour) for hour in range(1, HOURS + 1)}
    expected |= {("catalog", hour): Decimal(2 * hour) / 8 for hour in range(1, HOURS + 1, 2)}
    assert {key: one.value for key, one in found.items()} == expected
    assert problems == set()


def test_what_happened_in_each_hour_as_spans_that_touch(source):
    """Six more visits an hour on either instance; the increase is extrapolated from two samples to the whole hour."""
    asked = {"expression": "sum(increase(visits_total[1h1s]))", "subject": "shop", "span": "step", "unit": "count"}
    found, problems = read_all(source(**asked))
    hours = sorted(found)
    assert len(hours) == HOURS
    assert all(one.ends_at - one.starts_at == HOUR for one in found.values())
    assert {round(one.value, 1) for one in found.values()} == {Decimal("12.0")}
    assert problems == set()


def test_two_instances_are_ambiguous(source):
    found, problems = read_all(source(expression="visits_total", subject="shop"))
    assert found == {}
    assert {problem.code for problem in problems} == {"ambiguous"}
    assert all("differ in `instance`" in problem.message for problem in problems)


@pytest.mark.parametrize("step", ["1m", "1d"])
def test_every_step_is_answered_within_what_prometheus_allows(source, step):
    (stream,) = source(expression="cost", label="service", step=step).streams
    *_, last = stream.read(None, AT)
    assert last.coverage[0].to_at == AT


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("sum(cost", "parse error: unclosed left parenthesis"),
        ("cost[5m]", 'invalid expression type "range vector"'),
        ('"text"', 'invalid expression type "string" for range query'),
        ("cost * on () group_left () visits_total", "refuses: execution: found duplicate series for the match group"),
    ],
    ids=str,
)
def test_a_mistake_in_an_expression_is_told_in_its_own_words(source, expression, words):
    (stream,) = source(expression=expression, subject="shop").streams
    with pytest.raises(SkippableSourceError) as caught:
        next(stream.read(None, AT))
    assert words in str(caught.value)


def test_inspection(source):
    seen = source(expression="vector(7)", subject="shop").inspect()
    assert seen.account.startswith("Prometheus API 2.")
    assert dict(seen.seen[0].names) == {"shop": 1}
