"""The questions that boards ask Prometheus, as PromQL made from the exporter's names.

Every answer has one series for a measure, perspective or scorecard, also where two exporters are scraped by
accident or a text changes: numbers go through `max by`, texts through `topk by (…) (1, …)`.
"""

from __future__ import annotations

from grafana.boards.look import ABSENT

from scorecard_exporter import names
from scorecard_exporter.grafana import promql
from scorecard_exporter.names import Family

CHOSEN = promql.CHOSEN
"""The scorecard and team chosen at the top of the board."""

SHOWN = f'{CHOSEN}, perspective=~"$perspective"'
"""Of those, the perspectives chosen; in a repeated panel the one that it stands for."""

ONE_MEASURE = f'{CHOSEN}, measure="$measure"'
"""Of those, the measure chosen."""

TEAMS = 'scorecard="$scorecard", team=~"$team"'
"""The scorecard and the teams chosen, where there may be several."""

TEAMS_SHOWN = f'{TEAMS}, perspective=~"$perspective"'

THEN = " offset $__range"
"""As it was when the time range began."""

LEVELS_OF_TEAMS = 5
"""So many levels of the tree of teams are told in a path: company, division, department, group, team."""


def best(family: Family, *by: str, labels: str = SHOWN, offset: str = "") -> str:
    """The largest number of a family for each `by`."""
    return promql.best(family, *by, labels=labels, offset=offset)


def level(status: Family, *by: str, labels: str = SHOWN, offset: str = "") -> str:
    """The worst status as a number: `look.LOOKS` says which."""
    return promql.level(status, *by, labels=labels, offset=offset)


def points(score: Family, status: Family, *by: str, labels: str = SHOWN, offset: str = "") -> str:
    """The score from 0 to 100, so that its colour is that of the status also where it lies on a line."""
    return promql.points(score, status, *by, labels=labels, offset=offset)


def described(numbers: str, *labels: str, texts: str | None = None, on: str = "measure") -> str:
    """Numbers by measure with labels of one series of `texts`, by default titles and owner."""
    return f"{numbers} * on ({on}) group_left ({', '.join(labels)}) {texts or one(INFO)}"


def one(family: str, *by: str) -> str:
    """One series a measure, or whatever it is `by`."""
    return f"topk by ({', '.join(by or ('measure',))}) (1, {family})"


def copied(series: str, label: str, text: str, source: str = "", pattern: str = "") -> str:
    """The series with `text` in `label`; `$1` in it is what `pattern` finds in `source`."""
    return f'label_replace({series}, "{label}", "{text}", "{source}", "{pattern}")'


def keyed(series: str, *labels: str) -> str:
    """The series with several labels as one, `key`, by which rows can be joined."""
    quoted = ", ".join(f'"{label}"' for label in labels)
    return f'label_join({series}, "key", "/", {quoted})'


def info(labels: str = SHOWN) -> str:
    """The series with titles and owner."""
    return f"{names.MEASURE_INFO.name}{{{labels}}}"


INFO = info()
LEVEL = level(names.MEASURE_STATUS, "measure")
POINTS = points(names.MEASURE_SCORE, names.MEASURE_STATUS, "measure")


def changed_at(labels: str = SHOWN) -> str:
    """When each measure took its colour."""
    return best(names.MEASURE_STATUS_CHANGED, "measure", labels=labels)


def changed(labels: str = SHOWN) -> str:
    """The status of each measure that had another one when the time range began, as a number."""
    now = level(names.MEASURE_STATUS, "measure", labels=labels)
    return f"({now} != {level(names.MEASURE_STATUS, 'measure', labels=labels, offset=THEN)})"


def readings(labels: str = SHOWN, *, by: str = "measure", offset: str = "") -> str:
    """Value and goal as people write them; a dash for what there is not, or is left out of `/metrics`."""
    family = f"{names.MEASURE_READING_INFO.name}{{{labels}}}{offset}"
    texts = one(f"{family} or on ({by}) {info(labels)}{offset}", *by.split(", "))
    for label, pattern, text in (
        ("goal", "<= (.+)", "≤ $1"),
        ("goal", ">= (.+)", "≥ $1"),
        ("goal", "", ABSENT),
        ("value", "", ABSENT),
    ):
        texts = copied(texts, label, text, label, pattern)
    return texts


READINGS = readings()


def paths() -> str:
    """Every team of the scorecard with the titles from the top of the tree down to it in `path`, written A / B.

    A team whose parent has no scorecard stands at the top.
    """
    every = one(f'max by (team, parent, title) ({names.TEAM_INFO.name}{{scorecard="$scorecard"}})', "team")
    tops = f"({every} unless on (parent) {copied(every, 'parent', '$1', 'team', '(.+)')})"
    steps = [copied(tops, "path", "$1", "title", "(.*)")]
    for _ in range(LEVELS_OF_TEAMS - 1):
        above = copied(copied(steps[-1], "above", "$1", "path", "(.*)"), "parent", "$1", "team", "(.*)")
        below = f"{every} * on (parent) group_left (above) {above}"
        steps.append(f'label_join({below}, "path", " / ", "above", "title")')
    return f"max by (team, path) ({' or '.join(steps)})"


def of_teams(numbers: str) -> str:
    """Numbers by team with the team's title at the end of the time range, or with its name where there is none."""
    titles = one(f"{names.TEAM_INFO.name}{{{TEAMS}}} @ end()", "team")
    titled = f"({numbers}) * on (team) group_left (title) {titles}"
    return f"({titled}) or on (team) {copied(numbers, 'title', '$1', 'team', '(.+)')}"


def result(expression: str) -> str:
    """A variable that takes its values from the answer to an instant query."""
    return f"query_result({expression})"


def address() -> str:
    """Where people reach the exporter of the chosen scorecard, else where Prometheus does."""
    web, status = names.WEB_INFO.name, f"{names.STATUS.name}{{{CHOSEN}}}"
    scraped = f'label_replace({web}{{external_url=""}}, "external_url", "http://$1", "instance", "(.+)")'
    every = f'{web}{{external_url!=""}} or {scraped}'
    return f"max by (external_url) (({every}) and on (job, instance) {status})"
