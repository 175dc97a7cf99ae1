"""The measures that the exporter computes of Acme are those that Acme's author knows to be true."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from examples.acme import files
from examples.acme.company.moments import DAY, iso, months
from examples.acme.observed import sums
from examples.acme.systems.running import TOKEN, Systems
from examples.acme.systems.transport import handler
from examples.acme.truth import MEASURES

from acme_measured import configuration, readings
from fake_system import answer_with

SOURCES = ("github", "gitlab", "jenkins", "pagerduty", "jira", "prometheus", "surveys")
GOLDEN = Path(__file__).parents[1] / "golden" / "acme_truth.txt"


@pytest.fixture(scope="module")
def from_files(acme, tmp_path_factory):
    """What the exporter says of every measure, team and month, from Acme's files."""
    folder = tmp_path_factory.mktemp("files")
    files.write(acme, folder / "data")
    begins = iso(acme.starts_at - 40 * DAY)[:10]
    sources = "".join(
        f'acme-{name}: {{type: files, path: "data/acme-{name}/*.csv", covers_from: {begins}}}\n' for name in SOURCES
    )
    found, _ = readings(acme, configuration(acme, folder, sources, {}), folder)
    return found


@pytest.fixture(scope="module")
def from_systems(acme, checkout, tmp_path_factory):
    """The same, from the systems that Acme's own configuration names."""
    folder = tmp_path_factory.mktemp("systems")
    files.write(acme, folder / "data")
    sources = (checkout / "examples" / "acme" / "sources.yaml").read_text()
    loaded = configuration(acme, folder, sources, {"ACME_TOKEN": TOKEN})
    with pytest.MonkeyPatch.context() as patch:
        answer_with(patch, handler(Systems(acme)))
        found, reports = readings(acme, loaded, folder)
    assert {name: (report.troubles, report.paused) for name, report in reports.items()} == dict.fromkeys(
        loaded.sources, ({}, "")
    )
    return found


def differences(true, found):
    """Where value or number of samples are not what is known."""
    for (team, begin, measure), known in true.items():
        reading = found[measure, team, begin]
        if (reading.value, reading.samples) != (known.value, known.samples):
            yield iso(begin)[:7], team, measure, known, (reading.value, reading.samples, reading.absence)


def table(true, found):
    """Month, team, measure, what is true, what was computed; exact."""
    rows = ["month team measure expected computed samples"]
    for (team, begin, measure), known in sorted(true.items(), key=lambda one: (one[0][1], one[0][0], one[0][2])):
        reading = found[measure, team, begin]
        rows.append(f"{iso(begin)[:7]} {team} {measure} {known.value} {reading.value} {known.samples}")
    return "\n".join(rows) + "\n"


def test_every_delivery_measure_is_true_for_every_team_and_month(true, from_files):
    """From the files, through source, store, links and measures, to the last digit."""
    assert list(differences(true, from_files)) == []
    met = Counter((measure, known.value is not None) for (_, _, measure), known in true.items())
    assert len(true) == 7 * 9 * 24
    assert all(met[measure, True] > 100 for measure in MEASURES)


def test_it_is_as_true_when_the_systems_are_asked(true, from_systems):
    """GitHub, GitLab, Jenkins, PagerDuty and Jira, over HTTP: the same numbers. The table is kept to be read."""
    assert list(differences(true, from_systems)) == []
    assert table(true, from_systems) == GOLDEN.read_text()


def test_systems_and_files_say_the_same_of_what_is_observed(from_systems, from_files):
    for (measure, team, begin), reading in from_files.items():
        if measure in {"cost", "uptime"}:
            asked = from_systems[measure, team, begin]
            assert (measure, team, begin, asked.value) == (measure, team, begin, reading.value)


def test_cost_and_uptime_are_true(acme, from_files):
    """Sums of observations over whole months, and a quotient of two."""
    totals = Counter()
    for one in sums(acme):
        totals[one.series, one.starts_at] += one.value
    for begin, _ in months(acme.starts_at, acme.now):
        assert from_files["cost", "engineering", begin].value == totals["infrastructure_cost", begin]
        good, requests = totals["good_requests", begin], totals["requests", begin]
        assert from_files["uptime", "engineering", begin].value == Fraction(good, requests)
