"""What goes between the exporter and the systems: requests, quotas, polls, pushes, and what was wrong with it."""

from __future__ import annotations

from grafana.boards import look, panels
from grafana.boards.look import Json
from grafana.boards.queries import copied

from scorecard_exporter import names
from scorecard_exporter.names import Family

QUIET = "Nothing of this kind happened in this time."


def _rate(family: Family, *by: str) -> str:
    return f"sum by ({', '.join(by)}) (rate({family.name}[$__rate_interval]))"


def _increase(family: Family, *by: str) -> str:
    return f"sum by ({', '.join(by)}) (increase({family.name}[$__range])) > 0"


def lines(title: str, description: str, expression: str, *, legend: str, unit: str, waiting: str = QUIET) -> Json:
    """Lines of many names, told apart by colour."""
    return panels.graph(
        title,
        description,
        waiting=waiting,
        targets=panels.over_time(expression, legend=legend),
        looks={"unit": unit, "min": 0, "color": look.SHADES},
        custom={"lineWidth": 1},
    )


def quotas() -> Json:
    """What is left of the quotas, as a share."""
    left = (
        f"min by (source, resource) ({names.SOURCE_QUOTA_REMAINING.name}) "
        f"/ max by (source, resource) ({names.SOURCE_QUOTA_LIMIT.name})"
    )
    return panels.panel(
        "bargauge",
        "Quotas left",
        "How much of each system's quota is left until it begins anew, for everyone who uses it. The exporter takes at "
        "most its configured share and then pauses; when little is left, somebody else takes it.",
        targets=panels.now(left, legend="{{source}} {{resource}}"),
        options={
            "displayMode": "basic",
            "orientation": "horizontal",
            "valueMode": "text",
            "showUnfilled": True,
            "namePlacement": "left",
            "sizing": "auto",
            "minVizHeight": 16,
            "minVizWidth": 8,
            "maxVizHeight": 40,
            "text": {"titleSize": 13, "valueSize": 14},
            "reduceOptions": panels.NEWEST,
        },
        defaults={
            "noValue": "No source has told a quota.",
            "unit": "percentunit",
            "decimals": 0,
            "min": 0,
            "max": 1,
            "color": {"mode": "thresholds"},
            "thresholds": look.steps((0, look.RED.color), (0.1, look.YELLOW.color), (0.25, look.NEUTRAL)),
        },
    )


def requests() -> Json:
    """How much is asked."""
    return lines(
        "Requests",
        "Requests a second to each system, repeated ones among them. When there are more than before, look at the "
        "intervals of the sources.",
        _rate(names.SOURCE_REQUESTS, "source"),
        legend="{{source}}",
        unit="reqps",
    )


def request_failures() -> Json:
    """How much of it fails, and why."""
    return lines(
        "Failed requests",
        "Requests a second that failed, by the reason: a status code, or timeout, connection, tls, body or rate. "
        "401 and 403 mean the credential; 5xx and timeouts the system.",
        _rate(names.SOURCE_REQUEST_FAILURES, "source", "reason"),
        legend="{{source}} {{reason}}",
        unit="reqps",
        waiting="No request failed in this time.",
    )


def remaining() -> Json:
    """What is left of the quotas, as numbers."""
    return lines(
        "Quotas left over time",
        "What is left of each system's quota. It falls until the quota begins anew.",
        f"min by (source, resource) ({names.SOURCE_QUOTA_REMAINING.name})",
        legend="{{source}} {{resource}}",
        unit="short",
        waiting="No source has told a quota.",
    )


def polls() -> Json:
    """How long reading takes."""
    return lines(
        "Duration of polls",
        "How long the last poll of each source took. When it grows, look at how much is asked and how fast the system "
        "answers.",
        f"max by (source) ({names.SOURCE_POLL_DURATION.name})",
        legend="{{source}}",
        unit="s",
    )


def records() -> Json:
    """How much is stored."""
    return lines(
        "Records",
        "Records a minute that were stored, by kind; one stored again counts again.",
        f"60 * {_rate(names.SOURCE_RECORDS, 'kind')}",
        legend="{{kind}}",
        unit="suffix:/min",
    )


def pushes() -> Json:
    """What is pushed, and what of it waits."""
    waiting = copied(f"max by (source) ({names.WEBHOOK_WAITING.name})", "what", "waiting")
    accepted = copied(f"60 * {_rate(names.WEBHOOK_DELIVERIES, 'source')}", "what", "a minute")
    return lines(
        "Pushes",
        "Webhook deliveries a minute that were accepted, and how many of them wait to be stored. When they wait, the "
        "store is busy or the disk is full.",
        f"{accepted} or {waiting}",
        legend="{{source}} {{what}}",
        unit="short",
        waiting="No source takes pushes.",
    )


def refusals() -> Json:
    """Which pushes were refused."""
    return panels.table(
        "Refused pushes",
        "Pushes that were refused in the time range, by the reason: unproven (the secret does not fit), malformed, "
        "full (no room), too large, too slow.",
        by="source",
        rows=[f"sort_desc({_increase(names.WEBHOOK_REFUSALS, 'source', 'reason')})"],
        columns={"source": "Source", "reason": "Reason", "Value": "Pushes"},
        waiting="No push was refused in this time.",
        overrides=[panels.override("Pushes", decimals=0)],
    )


def problems() -> Json:
    """What could not be read."""
    return panels.table(
        "Problems",
        "What a source refused or could not read in the time range while the rest went on, by its code. The page of "
        "the source in the documentation says what each code means and what to do.",
        by="source",
        rows=[f"sort_desc({_increase(names.SOURCE_PROBLEMS, 'source', 'code')})"],
        columns={"source": "Source", "code": "Code", "Value": "Problems"},
        waiting="There was no problem in this time.",
        overrides=[panels.override("Problems", decimals=0)],
    )
