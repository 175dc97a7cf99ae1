"""The measures that the exporter computes from Acme's systems and files are those that its author knows to be true."""

import os
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from examples.acme import configuration, files
from examples.acme.company.moments import DAY, iso, months
from examples.acme.company.people import services
from examples.acme.observed import sums
from examples.acme.systems.running import Systems
from examples.acme.systems.transport import handler
from examples.acme.truth import MEASURES

from fake_system import answer_with
from scorecard_exporter.config import load

sys.path.insert(0, str(Path(__file__).parent))

from measured import differences, measured, table

SOURCES = ("github", "gitlab", "jenkins", "pagerduty", "jira", "prometheus", "surveys", "office")
OBSERVED = ("cost", "cost_per_active_user", "uptime")
TABLE = Path(__file__).parents[1] / "golden" / "acme_truth.txt"
"""What is true and what was measured, to be read; `SCORECARD_TEST_WRITE_GOLDEN=1` writes it anew."""


def written(acme, folder):
    """The scorecard of Acme, and its files."""
    configuration.write(folder, acme.now, services(len(acme.services)))
    files.write(acme, folder / "data")
    return folder / "sources.yaml"


@pytest.fixture(scope="module")
def from_files(acme, tmp_path_factory):
    """What is measured from files that stand in for all systems."""
    folder = tmp_path_factory.mktemp("files")
    begins = iso(acme.starts_at - 40 * DAY)[:10]
    lines = (f'acme-{name}: {{type: files, path: "data/acme-{name}/*.csv", covers_from: {begins}}}' for name in SOURCES)
    written(acme, folder).write_text("\n".join(lines))
    return measured(acme, load(folder / "scorecard.yaml", {}), folder, (*MEASURES, *OBSERVED))


def test_from_files_every_measure_is_true_for_every_team_and_month(true, from_files):
    """Through source, store, links and measures, to the last digit."""
    assert differences(true, from_files) == []
    assert len(true) == 7 * 9 * 24
    valued = Counter(measure for (_, _, measure), known in true.items() if known.value is not None)
    assert all(valued[measure] > 100 for measure in MEASURES)


def test_from_files_cost_and_uptime_are_true(acme, from_files):
    """Sums of observations over whole months, and quotients of two."""
    totals = Counter()
    for one in sums(acme):
        totals[one.series, one.starts_at] += one.value
    for begin, _ in months(acme.starts_at, acme.now):
        cost, users = totals["infrastructure_cost", begin], totals["active_user_days", begin]
        good, requests = totals["good_requests", begin], totals["requests", begin]
        found = {name: from_files[name, "engineering", begin].value for name in OBSERVED}
        assert found == {
            "cost": cost,
            "cost_per_active_user": Fraction(cost, users),
            "uptime": Fraction(good, requests),
        }


@pytest.fixture(scope="module")
def over_http(acme, tmp_path_factory):
    """What is measured from the systems, by every source of the scorecard."""
    folder = tmp_path_factory.mktemp("http")
    written(acme, folder)
    systems = Systems(acme, clock=lambda: float(acme.now))
    loaded = load(folder / "scorecard.yaml", {"ACME_TOKEN": "acme-demo"})
    with pytest.MonkeyPatch.context() as patch:
        answer_with(patch, handler(systems))
        return measured(acme, loaded, folder, (*MEASURES, *OBSERVED))


def test_over_http_every_measure_is_true_for_every_team_and_month(true, over_http):
    """From GitHub, GitLab, Jenkins, PagerDuty and Jira: exactly what is true; the table is kept to be read."""
    assert differences(true, over_http) == []
    written = table(true, over_http)
    if os.environ.get("SCORECARD_TEST_WRITE_GOLDEN") == "1":
        TABLE.write_text(written)
    assert written == TABLE.read_text()


def test_over_http_cost_and_uptime_are_true(acme, over_http):
    """From Prometheus: exactly what was counted."""
    totals = Counter()
    for one in sums(acme):
        totals[one.series, one.starts_at] += one.value
    for begin, _ in months(acme.starts_at, acme.now):
        assert over_http["cost", "engineering", begin].value == totals["infrastructure_cost", begin]
        good, requests = totals["good_requests", begin], totals["requests", begin]
        assert over_http["uptime", "engineering", begin].value == Fraction(good, requests)
