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
from examples.acme.company.story import company
from examples.acme.observed import sums
from examples.acme.systems.running import Systems
from examples.acme.systems.transport import handler
from examples.acme.truth import MEASURES, truth

from fake_system import answer_with
from scorecard_exporter.config import load

sys.path.insert(0, str(Path(__file__).parent))

from measured import differences, measured

SOURCES = ("github", "gitlab", "jenkins", "pagerduty", "jira", "prometheus", "surveys")
OBSERVED = ("cost", "cost_per_active_user", "uptime")
WHOLE = os.environ.get("SCORECARD_TEST_WHOLE_COMPANY") == "1"
"""Reading the whole company over HTTP takes a minute or more."""


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
def read_over_http(acme):
    """The company that is read over HTTP: the whole one, or sixteen services in their first four months."""
    return acme if WHOLE else company(now=acme.now, services=16, months=4)


@pytest.fixture(scope="module")
def over_http(read_over_http, tmp_path_factory):
    """What is measured from the systems, by every source of the scorecard."""
    folder = tmp_path_factory.mktemp("http")
    written(read_over_http, folder)
    systems = Systems(read_over_http, clock=lambda: float(read_over_http.now))
    loaded = load(folder / "scorecard.yaml", {"ACME_TOKEN": "acme-demo"})
    with pytest.MonkeyPatch.context() as patch:
        answer_with(patch, handler(systems))
        return measured(read_over_http, loaded, folder, (*MEASURES, *OBSERVED))


def test_over_http_every_measure_is_true_for_every_team_and_month(read_over_http, over_http):
    """From GitHub, GitLab, Jenkins, PagerDuty and Jira: exactly what is true."""
    true = truth(read_over_http)
    assert differences(true, over_http) == []
    assert all(any(known.value is not None for (_, _, name), known in true.items() if name == one) for one in MEASURES)


def test_over_http_cost_and_uptime_are_true(read_over_http, over_http):
    """From Prometheus: exactly what was counted."""
    totals = Counter()
    for one in sums(read_over_http):
        totals[one.series, one.starts_at] += one.value
    for begin, _ in months(read_over_http.starts_at, read_over_http.now):
        assert over_http["cost", "engineering", begin].value == totals["infrastructure_cost", begin]
        good, requests = totals["good_requests", begin], totals["requests", begin]
        assert over_http["uptime", "engineering", begin].value == Fraction(good, requests)
