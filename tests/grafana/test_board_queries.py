"""Every question of the boards to Prometheus, asked of a real one that a real exporter filled.

Two scorecards for two teams; the exporter is scraped twice, as when that happens by accident; and while it all
runs, one target is changed, so that a measure turns from green to yellow.
"""

import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from boards import BOARDS, marks, queries, variables
from processes import free_port, wait_for

pytestmark = pytest.mark.needs("prometheus")

EXPORTER = Path(sys.executable).with_name("scorecard-exporter")
CONFIGURATION = """
store: duckdb:./store.duckdb
evaluation_interval: 1s
benchmark: 2024
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
    review: monthly
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
    review: quarterly
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
MEASURE = {"delivery": "deployment_frequency", "stability": "change_failure_rate"}
CARDS = [("delivery", "engineering"), ("delivery", "payments"), ("stability", "engineering"), ("stability", "payments")]
SINGLE = [uid for uid, board in BOARDS.items() if "team" in variables(board) and not variables(board)["team"]["multi"]]
"""Boards of one team; others show all at first."""
QUERIES = queries("prometheus")
ASKED = [
    (uid, title, target, card)
    for uid, title, target in QUERIES
    for card in (
        CARDS if uid in SINGLE else (CARDS[0], CARDS[2]) if "scorecard" in variables(BOARDS[uid]) else CARDS[:1]
    )
]
LAYERS = marks("prometheus")
ABOUT_A_CHANGE = "What changed colour"
SILENT = {
    ("scorecard-measure", "Value, goal and red line"): (
        "ABCDEFGH",
        "one question for each unit, of which the measure has one",
    ),
    ("scorecard-measure", "Beside the value"): ("AB", "nothing beside the value is a time or a share"),
    ("scorecard-measure", "Stages of the lead time"): ("ABCD", "there are no commits, so that no lead time is known"),
    ("scorecard-delivery", "Stages of the lead time"): ("ABCD", "there are no commits, so that no lead time is known"),
    ("scorecard-measure", "Not judged, and why"): ("A", "asked of a measure that is judged"),
    ("scorecard-review", "Last review"): ("A", "none was recorded"),
    ("scorecard-review", "Targets to reconsider"): ("C", "the targets have no date"),
    ("scorecard-review", "Red without an initiative"): ("AB", "none is red in the other scorecard"),
    ("scorecard-delivery", "Lead time for changes"): ("A", "there are no commits"),
    ("scorecard-delivery", "Change failure rate"): ("A", "the other scorecard does not have it"),
    ("scorecard-delivery", "Deployment frequency"): ("A", "the other scorecard does not have it"),
    ("scorecard-delivery", "Failed deployment recovery time"): ("A", "there are no incidents"),
    ("scorecard-delivery", "Deployment rework rate"): ("A", "no scorecard has it"),
    ("scorecard-delivery", "Keys by team"): (
        "BDEFGHI",
        "no scorecard has all keys; A names the teams, C the lead time that is missing",
    ),
    ("scorecard-exporter", "Sources"): ("DFGH", "a source of files makes no requests, and has no problems"),
    ("scorecard-exporter", "Quotas left"): ("A", "a source of files has no quota"),
    ("scorecard-exporter", "Quotas left over time"): ("A", "a source of files has no quota"),
    ("scorecard-exporter", "Requests"): ("A", "a source of files makes none"),
    ("scorecard-exporter", "Failed requests"): ("A", "a source of files makes none"),
    ("scorecard-exporter", "Pushes"): ("A", "nothing is pushed"),
    ("scorecard-exporter", "Refused pushes"): ("A", "nothing is pushed"),
    ("scorecard-exporter", "Problems"): ("A", "the files have none"),
}
"""Panels of which some questions have no answer in this company: which, and why."""


def called(asked):
    uid, title, target, card = asked
    return f"{uid}: {title} {target['refId']} of {'/'.join(card)}"


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
    choices: dict = field(default_factory=dict)

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

    def chosen(self, uid, scorecard, team):
        """The variables of a board after a scorecard and a team were chosen, all that can be many shown."""
        if (uid, scorecard, team) not in self.choices:
            chosen = {"scorecard": scorecard, "team": team, "measure": MEASURE[scorecard], "cells": "1"}
            offered = variables(BOARDS[uid])
            for name in {"team", "perspective", "exporter"} & set(offered):
                if offered[name]["multi"] or name == "exporter":
                    chosen[name] = "|".join(self.values(offered[name], chosen))
            self.choices[uid, scorecard, team] = chosen
        return self.choices[uid, scorecard, team]

    def filled(self, text, chosen):
        """The text with variables and the time range of the board in place."""
        length = f"{self.ended - self.began:.0f}s"
        known = {**chosen, "__range": length, "__interval": "1s", "__rate_interval": "4s"}
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


def named(title, reference="A", uid="scorecard"):
    return next(each[2] for each in QUERIES if each[:2] == (uid, title) and each[2]["refId"] == reference)


@pytest.mark.parametrize(("uid", "title", "target", "card"), ASKED, ids=map(called, ASKED))
def test_every_query_has_an_answer(grafana, uid, title, target, card):
    """For each scorecard and team; what changed is asked of the scorecard in which something did."""
    answer = grafana.answer(target, grafana.chosen(uid, *card))
    silent, _ = SILENT.get((uid, title), ("", ""))
    is_elsewhere = title == ABOUT_A_CHANGE and card[0] != "delivery"
    assert answer or is_elsewhere or target["refId"] in silent


def test_what_may_be_silent_is_not_always():
    """A panel that is called silent here exists, so that the list does not outlive it."""
    assert set(SILENT) <= {(uid, title) for uid, title, _ in QUERIES}


@pytest.mark.parametrize(("uid", "title", "target", "card"), ASKED, ids=map(called, ASKED))
def test_no_measure_has_two_rows(grafana, uid, title, target, card):
    """Neither the second scrape nor the two targets of the time range double a row, a tile or a line."""
    del title
    rows = [
        tuple(sorted((name, text) for name, text in series["metric"].items() if name not in TEXTS))
        for series in grafana.answer(target, grafana.chosen(uid, *card))
    ]
    assert len(rows) == len(set(rows))


TEXTS = {"title", "owner", "value", "goal", "then", "about", "path", "place", "objective_title", "perspective_title"}
"""Labels that say what people call a thing; the others say which it is."""


@pytest.mark.parametrize(("uid", "name", "layer"), LAYERS)
def test_marks_are_moments(grafana, uid, name, layer):
    """Prometheus knows them as numbers: milliseconds since the epoch; one series for each thing that is marked."""
    del name
    assert layer["useValueForTime"] is True
    for card in CARDS:
        moments = grafana.ask(grafana.filled(layer["expr"], grafana.chosen(uid, *card)), over_time=True)
        for series in moments:
            assert all(1.6e12 < float(value) < 2e12 for _, value in series["values"])


def test_a_colour_that_changed_is_marked(grafana):
    """At the moment of the change, which lies in the time range; the initiative for it is marked too."""
    layers = {name: layer for _, name, layer in LAYERS}
    chosen = grafana.chosen("scorecard-measure", "delivery", "payments")
    (changed,) = grafana.ask(grafana.filled(layers["Colours"]["expr"], chosen), over_time=True)
    assert grafana.began * 1000 <= float(changed["values"][-1][1]) <= grafana.ended * 1000
    (due,) = grafana.ask(grafana.filled(layers["Initiatives"]["expr"], chosen), over_time=True)
    assert due["metric"]["title"] == "Automate the release"


@pytest.mark.parametrize(
    ("uid", "name", "expected", "why"),
    [
        ("scorecard", "scorecard", {"delivery": "Delivery", "stability": "Stability"}, "both, by their titles"),
        (
            "scorecard",
            "team",
            {"engineering": 'All of "engineering", you know', "payments": "payments"},
            "by their titles, with quotes and commas in them",
        ),
        (
            "scorecard",
            "perspective",
            {"engineering-excellence": "Engineering excellence", "team-capability": "Team capability"},
            "those of the scorecard, by their titles",
        ),
        (
            "scorecard-teams",
            "perspective",
            {"engineering-excellence": "Engineering excellence", "team-capability": "Team capability"},
            "those of any team",
        ),
        (
            "scorecard-measure",
            "measure",
            {"deployment_frequency": "Deployments", "lead_time_for_changes": "Lead time", "trained": "Trained"},
            "those of the team, by their titles",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_what_can_be_chosen(grafana, uid, name, expected, why):
    """Variables offer what there is now, each value once."""
    variable = variables(BOARDS[uid])[name]
    assert grafana.values(variable, {"scorecard": "delivery", "team": "payments"}) == expected, why


def test_links_lead_to_where_the_exporter_is_scraped_if_it_was_not_told_more(grafana):
    """One address, also where it is scraped twice."""
    address = grafana.chosen("scorecard", "delivery", "payments")["exporter"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
    page = httpx.get(f"{address}/scorecards/delivery/measures/deployment_frequency?team=payments")
    assert page.status_code == 200


def test_a_tile_says_value_and_goal_as_people_write_them(grafana):
    """9 deployments in 90 days are 3 a month; the goal has the sign that people read; worst first."""
    tiles = grafana.answer(named("${perspective:text}: measures"), grafana.chosen("scorecard", "delivery", "payments"))
    said = [tuple(tile["metric"].get(name) for name in ("title", "value", "goal")) for tile in tiles]
    levels = [float(tile["value"][1]) for tile in tiles]
    assert ("Deployments", "3/month", "≥ 1/week") in said
    assert ("Lead time", "\N{EN DASH}", "≤ 1 d") in said
    assert levels == sorted(levels, reverse=True)


def by(answer, label, text=None):
    """What an answer says, by one of its labels: a number or the text of another label."""
    return {each["metric"][label]: each["metric"][text] if text else float(each["value"][1]) for each in answer}


def test_what_changed_is_shown_before_and_after(grafana):
    """Green (0) with the goal of 1 a month, at risk (2) with 1 a week: 3 a month are 0.7 a week."""
    chosen = grafana.chosen("scorecard", "delivery", "payments")
    before, after = (by(grafana.answer(named(ABOUT_A_CHANGE, place), chosen), "measure") for place in "BC")
    assert before["deployment_frequency"] == 0
    assert after["deployment_frequency"] == 2


def test_the_review_shows_then_and_now(grafana):
    """3 a month both times, green (0) and at risk (2), and so fewer points."""
    uid, title = "scorecard-review", "Measures then and now"
    chosen = grafana.chosen(uid, "delivery", "payments")
    now, texts_then, texts_now, then, change = (grafana.answer(named(title, place, uid), chosen) for place in "ABCDE")
    measure = "deployment_frequency"
    assert by(texts_then, "measure", "then")[measure] == by(texts_now, "measure", "value")[measure] == "3/month"
    assert (by(then, "measure")[measure], by(now, "measure")[measure]) == (0, 2)
    assert by(change, "measure")[measure] < 0


def test_a_red_that_nobody_works_on_is_named(grafana):
    """10 people of 40 are trained, which is below 20; the other measures are not red or not judged."""
    uid = "scorecard-review"
    answer = grafana.answer(named("Red without an initiative", "A", uid), grafana.chosen(uid, "delivery", "payments"))
    assert set(by(answer, "measure")) == {"trained"}


def test_teams_stand_in_their_tree(grafana):
    """A path of titles, so that sorting by it is the tree."""
    uid = "scorecard-teams"
    whole = grafana.answer(named("Teams and measures", "A", uid), grafana.chosen(uid, "delivery", "payments"))
    top = 'All of "engineering", you know'
    assert by(whole, "team", "path") == {"engineering": top, "payments": f"{top} / payments"}


@pytest.mark.parametrize(("cells", "expected"), [("1", -1), ("2", 1001)])
def test_a_team_that_cannot_be_judged_has_a_cell_of_its_own(grafana, cells, expected):
    """As a score -1, which is written ?, as a status the level of grey moved away from scores."""
    uid = "scorecard-teams"
    chosen = {**grafana.chosen(uid, "delivery", "payments"), "cells": cells}
    answer = grafana.answer(named("Teams and measures", "B", uid), chosen)
    cell = {(one["metric"]["team"], one["metric"]["measure"]): float(one["value"][1]) for one in answer}
    assert cell["payments", "lead_time_for_changes"] == expected
    assert len(cell) == 2 * 3


def test_delivery_finds_the_keys_by_what_is_computed(grafana):
    """Whatever a measure is called; its cluster with the year: 3 a month lie between 1 a week and 1 a month."""
    uid, title = "scorecard-delivery", "Keys by team"
    chosen = grafana.chosen(uid, "delivery", "payments")
    value = grafana.answer(named(title, "B", uid), chosen)
    assert by(value, "team", "deployment_frequency")["payments"] == "3/month"
    cluster = grafana.answer(named(title, "G", uid), chosen)
    assert by(cluster, "team", "deployment_frequency_cluster")["payments"] == "medium 2024"
    over_time = grafana.answer(named("Deployment frequency", "A", uid), chosen)
    assert {one["metric"]["team"] for one in over_time} == {"engineering", "payments"}
    assert all(one["metric"]["title"] for one in over_time)


def test_scores_and_coverage_have_a_row_for_whole_perspective_and_objective(grafana):
    """The same rows in each question, so that they meet."""
    chosen = grafana.chosen("scorecard", "delivery", "payments")
    rows = [
        {one["metric"]["key"] for one in grafana.answer(target, chosen)}
        for uid, title, target in QUERIES
        if (uid, title) == ("scorecard", "Scores and coverage")
    ]
    level, titles, points, coverage = rows
    assert level == titles == coverage
    assert points <= level
    assert {"All/-", "team-capability/-", "team-capability/skilled-people"} <= level


def test_the_graph_of_a_measure_has_value_goal_and_red_line(grafana):
    """In the unit of the measure and in no other; 3 a month are a tenth a day."""
    uid, title = "scorecard-measure", "Value, goal and red line"
    chosen = grafana.chosen(uid, "delivery", "payments")
    answers = {
        target["refId"]: grafana.answer(target, chosen)
        for board, name, target in QUERIES
        if (board, name) == (uid, title)
    }
    (lines,) = [answer for answer in answers.values() if answer]
    newest = {one["metric"]["line"]: float(one["values"][-1][1]) for one in lines}
    assert newest == pytest.approx({"Value": 9 / 90, "Goal": 1 / 7, "Red line": 1 / 90})


@pytest.mark.parametrize(
    ("measure", "score", "expected", "why"),
    [
        ("deployment_frequency", 0.666, 66, "a capped 66.6 reads 66, as on the exporter's page, and stays yellow"),
        ("trained", 1 / 3, 33, "red at its red line stays below the points where yellow begins"),
    ],
)
def test_a_score_is_never_rounded_over_a_line(grafana, measure, score, expected, why):
    points = named("Scorecard", "C")["expr"]
    capped = re.sub(
        r"100 \* (max by \(measure\) \(scorecard_measure_score_ratio\{[^}]*\}\))", rf"100 * (\1 * 0 + {score})", points
    )
    chosen = grafana.chosen("scorecard", "delivery", "payments")
    answer = grafana.ask(grafana.filled(capped, chosen))
    assert by(answer, "measure")[measure] == expected, why


def test_every_row_of_the_table_is_complete(grafana):
    """Status, texts, score, since when and trend meet in one row for each measure: they share its id."""
    chosen = grafana.chosen("scorecard", "delivery", "payments")
    status, texts, score, since, why, trend = (
        {series["metric"]["measure"] for series in grafana.answer(target, chosen)}
        for uid, title, target in QUERIES
        if (uid, title) == ("scorecard", "Scorecard")
    )
    assert status == texts == since == {"deployment_frequency", "lead_time_for_changes", "trained"}
    assert score == status - why
    assert trend == score
    assert why == {"lead_time_for_changes"}
