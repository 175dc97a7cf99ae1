"""The questions that boards ask Prometheus, as PromQL made from the exporter's names.

Every answer has one series for a measure, perspective or scorecard, also where two exporters are scraped by
accident or a text changes: numbers go through `max by`, texts through `topk by (…) (1, …)`.
"""

from __future__ import annotations

from grafana.boards.look import ABSENT, LOOKS

from scorecard_exporter import names
from scorecard_exporter.names import Family

CHOSEN = 'scorecard="$scorecard", team="$team"'
"""The scorecard and team chosen at the top of the board."""

SHOWN = f'{CHOSEN}, perspective=~"$perspective"'
"""Of those, the perspectives chosen; in a repeated panel the one that it stands for."""

SINCE = "${__from} / 1000"
"""Where the time range of the board begins, in seconds since the epoch."""

YELLOW_AT_MOST = 66
"""What is not green is never rounded up to the points where green begins."""


def best(family: Family, *by: str, labels: str = SHOWN) -> str:
    """The largest number of a family for each `by`."""
    return f"max by ({', '.join(by)}) ({family.name}{{{labels}}})"


def level(status: Family, *by: str, labels: str = SHOWN, offset: str = "") -> str:
    """The worst status as a number: `look.LOOKS` says which."""
    states = " or ".join(
        f'{status.name}{{{labels}, status="{look.status}"}}{offset} * {look.level}' for look in reversed(LOOKS)
    )
    return f"max by ({', '.join(by)}) ({states})"


def points(score: Family, status: Family, *by: str, labels: str = SHOWN) -> str:
    """The score from 0 to 100, so that rounding it never crosses the line where green begins."""
    hundred = f"100 * {best(score, *by, labels=labels)}"
    green = best(status, *by, labels=f'{labels}, status="green"')
    return f"({hundred} and on ({', '.join(by)}) {green} == 1) or clamp_max({hundred}, {YELLOW_AT_MOST})"


def described(numbers: str, *labels: str, texts: str | None = None) -> str:
    """Numbers by measure with labels of one series of `texts`, by default titles and owner."""
    return f"{numbers} * on (measure) group_left ({', '.join(labels)}) {texts or one(INFO)}"


def one(family: str) -> str:
    """One series a measure."""
    return f"topk by (measure) (1, {family})"


INFO = f"{names.MEASURE_INFO.name}{{{SHOWN}}}"
LEVEL = level(names.MEASURE_STATUS, "measure")
POINTS = points(names.MEASURE_SCORE, names.MEASURE_STATUS, "measure")
CHANGED_AT = best(names.MEASURE_STATUS_CHANGED, "measure")
CHANGED = f"{CHANGED_AT} > {SINCE}"
"""When a measure changed colour, of those that did within the time range."""


def _readings() -> str:
    """Value and goal as people write them; a dash for what there is not, or is left out of `/metrics`."""
    texts = one(f"{names.MEASURE_READING_INFO.name}{{{SHOWN}}} or on (measure) {INFO}")
    for label, pattern, text in (
        ("goal", "<= (.+)", "≤ $1"),
        ("goal", ">= (.+)", "≥ $1"),
        ("goal", "", ABSENT),
        ("value", "", ABSENT),
    ):
        texts = f'label_replace({texts}, "{label}", "{text}", "{label}", "{pattern}")'
    return texts


READINGS = _readings()


def result(expression: str) -> str:
    """A variable that takes its values from the answer to an instant query."""
    return f"query_result({expression})"


def address() -> str:
    """Where people reach the exporter of the chosen scorecard, else where Prometheus does."""
    info, status = names.WEB_INFO.name, f"{names.STATUS.name}{{{CHOSEN}}}"
    scraped = f'label_replace({info}{{external_url=""}}, "external_url", "http://$1", "instance", "(.+)")'
    every = f'{info}{{external_url!=""}} or {scraped}'
    return f"max by (external_url) (({every}) and on (job, instance) {status})"
