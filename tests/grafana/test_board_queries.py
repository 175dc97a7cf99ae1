"""Every question of the board, asked of a real Prometheus that a real exporter filled.

Two scorecards for two teams; the exporter is scraped twice, as when that happens by accident; and while it all
runs, one target is changed, so that a measure turns from green to yellow.
"""

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from processes import free_port, wait_for

pytestmark = pytest.mark.needs("prometheus")

EXPORTER = Path(sys.executable).with_name("scorecard-exporter")
BOARD = json.loads((Path(__file__).parents[2] / "grafana/dashboards/scorecard.json").read_text(encoding="utf-8"))
CONFIGURATION = """
store: duckdb:./store.duckdb
evaluation_interval: 1s
sources:
  shop: {{type: files, path: "data/*.csv", interval: 1s, covers_from: 2020-01-01}}
teams:
  engineering: {{title: 'All of "engineering", you know', owner: cto-office@example.org}}
  payments: {{parent: engineering, owner: payments-leads@example.org, services: [checkout]}}
services:
  checkout: {{deployments: {{from: "shop:deployments", environment: live}}}}
series:
  trained: {{from: "shop:observations", unit: count, rollup: own}}
scorecards:
  delivery:
    title: Delivery
    teams: [engineering, payments]
    perspectives:
      engineering-excellence:
        title: Engineering excellence
        objectives:
          faster-delivery:
            title: Deliver more often
            measures:
              deployment_frequency: {{title: Deployments, goal: {goal}, red: 1/quarter}}
              lead_time_for_changes: {{title: Lead time, goal: 1d, red: 1w}}
      team-capability:
        title: Team capability
        objectives:
          skilled-people:
            title: Everybody is trained
            measures:
              trained: {{measure: observation, series: trained, statistic: newest, better: higher, goal: 40, red: 20}}
  stability:
    title: Stability
    teams: [engineering, payments]
    perspectives:
      engineering-excellence:
        title: Engineering excellence
        objectives:
          safer-delivery:
            title: Break less
            measures:
              change_failure_rate: {{title: Failures, goal: 5%, red: 15%}}
              lead_time_for_changes: {{title: Lead time, goal: 1d, red: 1w}}
initiatives:
  automation:
    title: Automate the release
    for: [delivery/deployment_frequency, stability/change_failure_rate]
    owner: quality@example.org
    due: 2030-01-01
    done: 40%
"""
SCRAPING = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - {{job_name: exporter, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}
  - {{job_name: exporter-again, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}
"""
CARDS = [("delivery", "engineering"), ("delivery", "payments"), ("stability", "engineering"), ("stability", "payments")]
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
QUERIES = [(panel, target) for panel in PANELS for target in panel["targets"]]
ASKED = [(panel, target, card) for panel, target in QUERIES for card in CARDS]
ABOUT_A_CHANGE = "What changed colour"


def called(asked):
    panel, target, card = asked
    return f"{panel['title']} {target['refId']} of {'/'.join(card)}"


def day(days_ago):
    return time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - days_ago * 86400))


@contextmanager
def process(folder, *arguments):
    with (folder / "log").open("ab") as log, subprocess.Popen(arguments, cwd=folder, stdout=log, stderr=log) as running:
        try:
            yield running
        finally:
            running.kill()


@dataclass
class Grafana:
    """What Grafana does between a board and Prometheus: fill in variables, ask, read what the answer says."""

    prometheus: httpx.Client
    began: float
    ended: float

    def ask(self, expression, *, over_time=False):
        """The series that answer, each with `metric` and `value` or `values`."""
        asked = {"query": expression, "time": self.ended}
        if over_time:
            asked = {"query": expression, "start": self.began, "end": self.ended, "step": 1}
        answer = self.prometheus.post("/api/v1/query_range" if over_time else "/api/v1/query", data=asked).json()
        assert answer["status"] == "success", f"{answer.get('error')}: {expression}"
        return answer["data"]["result"]

    def values(self, variable, chosen):
        """The values of a variable of the board with their texts, in the order in which they are offered."""
        (query,) = re.fullmatch(r"query_result\((.+)\)", variable["query"]["query"]).groups()
        regex = re.compile(variable["regex"].strip("/").replace("(?<", "(?P<"))
        found = {}
        for series in self.ask(self.filled(query, chosen)):
            labels = ",".join(f'{name}="{value}"' for name, value in series["metric"].items())
            match = regex.search(f"{{{labels}}} {series['value'][1]} {series['value'][0]}")
            names = match.groupdict() or {"value": match[1]}
            found[names["value"]] = names.get("text", names["value"])
        return dict(sorted(found.items(), key=lambda each: each[1].lower()))

    def chosen(self, scorecard, team):
        """The variables after a scorecard and a team were chosen, all perspectives shown."""
        chosen = {"scorecard": scorecard, "team": team}
        for name in ("perspective", "exporter"):
            variable = next(each for each in BOARD["templating"]["list"] if each["name"] == name)
            chosen[name] = "|".join(self.values(variable, chosen))
        return chosen

    def filled(self, text, chosen):
        """The text with variables and the time range of the board in place."""
        known = {**chosen, "__from": f"{self.began * 1000:.0f}", "__range": f"{self.ended - self.began:.0f}s"}
        return re.sub(r"\$\{([a-z_]+)\}|\$([a-z_]+)", lambda found: known[found[1] or found[2]], text)

    def answer(self, target, chosen):
        return self.ask(self.filled(target["expr"], chosen), over_time=target["range"])


def configure(folder, goal):
    (folder / "scorecard.yaml").write_text(CONFIGURATION.format(goal=goal), encoding="utf-8")


def fill(folder):
    """A service that was deployed 9 times in 90 days, and a count of the people who were trained."""
    (folder / "data").mkdir()
    rows = [f"live,v{n},success,{day(n + 1)},{n}\n" for n in range(9)]
    (folder / "data/deployments.csv").write_text("environment,version,status,finished_at,key\n" + "".join(rows))
    observed = f"series,subject,at,value,unit\ntrained,payments,{day(2)},10,count\n"
    (folder / "data/observations.csv").write_text(observed)


@pytest.fixture(scope="module")
def grafana(tmp_path_factory):
    """The board's view of a while in which the goal of one measure was raised."""
    folder, port, prometheus_port = tmp_path_factory.mktemp("company"), free_port(), free_port()
    fill(folder)
    configure(folder, goal="1/month")
    (folder / "prometheus.yml").write_text(SCRAPING.format(port=port))
    prometheus = [
        "prometheus",
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=tsdb",
        f"--web.listen-address=127.0.0.1:{prometheus_port}",
        "--log.level=warn",
    ]
    with ExitStack() as stack:
        exporter = stack.enter_context(process(folder, EXPORTER, "run", f"--web.listen-address=127.0.0.1:{port}"))
        stack.enter_context(process(folder, *prometheus))
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{prometheus_port}", timeout=10))
        seen = Grafana(client, 0, 0)
        colour = 'scorecard_measure_status{{scorecard="delivery", measure="deployment_frequency", status="{}"}} == 1'

        def is_seen(status):
            seen.ended = time.time()
            return len(seen.ask(colour.format(status))) == len(CARDS)  # two teams, each scraped twice

        wait_for(lambda: client.get("/-/ready").status_code == httpx.codes.OK, "Prometheus")
        wait_for(lambda: is_seen("green"), "the first colour")
        seen.began = time.time()
        configure(folder, goal="1/week")
        exporter.send_signal(signal.SIGHUP)
        wait_for(lambda: is_seen("yellow"), "the second colour")
        wait_for(lambda: time.time() > seen.began + 4 and is_seen("yellow"), "a rate over a few scrapes")
        yield seen


def named(title, reference="A"):
    return next(target for panel, target in QUERIES if panel["title"] == title and target["refId"] == reference)


@pytest.mark.parametrize(("panel", "target", "card"), ASKED, ids=map(called, ASKED))
def test_every_query_has_an_answer(grafana, panel, target, card):
    """For each scorecard and team; what changed is asked of the scorecard in which something did."""
    if panel["title"] != ABOUT_A_CHANGE or card[0] == "delivery":
        assert grafana.answer(target, grafana.chosen(*card))


@pytest.mark.parametrize(("panel", "target", "card"), ASKED, ids=map(called, ASKED))
def test_no_measure_has_two_rows(grafana, panel, target, card):
    """Neither the second scrape nor the two targets of the time range double a row, a tile or a line."""
    del panel
    identity = ("measure", "initiative", "perspective", "source")
    rows = [
        tuple(series["metric"].get(name) for name in identity)
        for series in grafana.answer(target, grafana.chosen(*card))
    ]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("name", "expected", "why"),
    [
        ("scorecard", {"delivery": "delivery", "stability": "stability"}, "both, by their ids"),
        (
            "team",
            {"engineering": 'All of "engineering", you know', "payments": "payments"},
            "by their titles, with quotes and commas in them",
        ),
        (
            "perspective",
            {"engineering-excellence": "Engineering excellence", "team-capability": "Team capability"},
            "those of the scorecard, by their titles",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_what_can_be_chosen(grafana, name, expected, why):
    """Variables offer what there is now, each value once."""
    variable = next(each for each in BOARD["templating"]["list"] if each["name"] == name)
    assert grafana.values(variable, {"scorecard": "delivery", "team": "payments"}) == expected, why


def test_links_lead_to_where_the_exporter_is_scraped_if_it_was_not_told_more(grafana):
    """One address, also where it is scraped twice."""
    address = grafana.chosen("delivery", "payments")["exporter"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
    page = httpx.get(f"{address}/scorecards/delivery/measures/deployment_frequency?team=payments")
    assert page.status_code == 200


def test_a_tile_says_value_and_goal_as_people_write_them(grafana):
    """9 deployments in 90 days are 3 a month; the goal has the sign that people read; worst first."""
    tiles = grafana.answer(named("${perspective:text}: measures"), grafana.chosen("delivery", "payments"))
    said = [tuple(tile["metric"].get(name) for name in ("title", "value", "goal")) for tile in tiles]
    levels = [float(tile["value"][1]) for tile in tiles]
    assert ("Deployments", "3/month", "≥ 1/week") in said
    assert ("Lead time", "\N{EN DASH}", "≤ 1 d") in said
    assert levels == sorted(levels, reverse=True)


def test_what_changed_is_shown_before_and_after(grafana):
    """Green (0) with the goal of 1 a month, at risk (2) with 1 a week: 3 a month are 0.7 a week."""
    chosen = grafana.chosen("delivery", "payments")
    before, after = (
        {
            series["metric"]["measure"]: series["value"][1]
            for series in grafana.answer(named(ABOUT_A_CHANGE, place), chosen)
        }
        for place in "BC"
    )
    assert before["deployment_frequency"] == "0"
    assert after["deployment_frequency"] == "2"


def test_a_score_is_never_rounded_up_to_green(grafana):
    """A capped 66.6 reads 66, as on the exporter's page; what is green keeps its points."""
    points = named("Scorecard", "C")["expr"]
    capped = re.sub(
        r"100 \* (max by \(measure\) \(scorecard_measure_score_ratio\{[^}]*\}\))", r"100 * (\1 * 0 + 0.666)", points
    )
    chosen = grafana.chosen("delivery", "payments")
    (yellow,) = [
        series["value"][1]
        for series in grafana.ask(grafana.filled(capped, chosen))
        if series["metric"]["measure"] == "deployment_frequency"
    ]
    assert float(yellow) == 66


def test_every_row_of_the_table_is_complete(grafana):
    """Status, texts, score and since when meet in one row for each measure: they share its id and nothing else."""
    chosen = grafana.chosen("delivery", "payments")
    (table,) = [panel for panel in PANELS if panel["title"] == "Scorecard"]
    measures = [
        {series["metric"]["measure"] for series in grafana.answer(target, chosen)} for target in table["targets"]
    ]
    status, texts, score, since, why = measures
    assert status == texts == since == {"deployment_frequency", "lead_time_for_changes", "trained"}
    assert score == status - why
    assert why == {"lead_time_for_changes"}
