"""The exporter itself: whether it reads its sources, what that costs, and whether its numbers are fresh."""

from __future__ import annotations

from grafana.boards import look, pages, panels, tables, traffic, variables, verdicts
from grafana.boards.board import Board
from grafana.boards.look import Json

from scorecard_exporter import names


def board() -> Board:
    """For those who run it."""
    return Board(
        uid=pages.EXPORTER,
        description="The exporter at work: sources, freshness, requests and quotas, pushes, problems, the store.",
        variables=[variables.data_source()],
        panels=_panels(),
        begins="now-24h",
    )


def _panels() -> list[Json]:
    return panels.placed(
        (4, [(9, verdicts.freshness()), (5, _evaluation()), (5, _store()), (5, _version())]),
        (11, [(24, _sources())]),
        (1, [(24, panels.row("Requests and quotas"))]),
        (9, [(8, traffic.quotas()), (8, traffic.requests()), (8, traffic.request_failures())]),
        (9, [(8, traffic.remaining()), (8, traffic.polls()), (8, traffic.records())]),
        (1, [(24, panels.row("Pushes and problems"))]),
        (9, [(8, traffic.pushes()), (8, traffic.refusals()), (8, traffic.problems())]),
        (1, [(24, panels.row("Evaluation and store"))]),
        (9, [(8, _evaluations()), (8, _size()), (8, _rows())]),
    )


def _evaluation() -> Json:
    return panels.stat(
        "Evaluation",
        "How long the last evaluation of all scorecards took. When it comes near the evaluation interval, make that "
        "longer or have fewer teams in a scorecard.",
        color="none",
        targets=panels.now(f"max({names.EVALUATION_DURATION.name})"),
        defaults={"noValue": pages.WAITING, "unit": "s", "thresholds": look.steps()},
    )


def _store() -> Json:
    return panels.stat(
        "Store",
        "The size of the store on disk. It grows with the history; the operations page of the documentation says how "
        "much to expect.",
        color="none",
        targets=panels.now(f"max({names.STORE_SIZE.name})"),
        defaults={"noValue": pages.WAITING, "unit": "bytes", "thresholds": look.steps()},
    )


def _version() -> Json:
    one = panels.stat(
        "Version",
        "The version of the exporter that is scraped.",
        color="none",
        targets=panels.now(f"max by (version) ({names.BUILD_INFO.name})", table=True),
        defaults={"noValue": "No exporter is scraped.", "thresholds": look.steps()},
    )
    read = {"calcs": ["lastNotNull"], "fields": "/^version$/", "values": False}
    return one | {"options": one["options"] | {"reduceOptions": read}}


def _sources() -> Json:
    """Every source with all that is known of it."""
    newest = names.SOURCE_LAST_SUCCESS.name
    return panels.table(
        "Sources",
        "Whether each source could be read the last time, when that last succeeded and how long it took, how much of "
        "the wanted history is read, what is asked of it, and what went wrong in the time range. A paused source waits "
        "for its quota. When one is failing, the exporter's log says what it answered.",
        by="source",
        rows=[
            f"sort(min by (source) ({names.SOURCE_UP.name}))",
            f"1000 * max by (source) ({newest})",
            f"max by (source) ({names.SOURCE_POLL_DURATION.name})",
            f"max by (source) ({names.SOURCE_HISTORY.name})",
            f"sum by (source) (increase({names.SOURCE_POLL_FAILURES.name}[$__range]))",
            f"sum by (source) (increase({names.SOURCE_REQUESTS.name}[$__range]))",
            f"sum by (source) (increase({names.SOURCE_PROBLEMS.name}[$__range]))",
            f"1000 * max by (source) ({names.SOURCE_PAUSED_UNTIL.name} > time())",
        ],
        columns={
            "source": "Source",
            "Value #A": "State",
            "Value #B": "Last read",
            "Value #C": "Took",
            "Value #D": "History",
            "Value #E": "Failed polls",
            "Value #F": "Requests",
            "Value #G": "Problems",
            "Value #H": "Paused until",
        },
        waiting="No source was read yet.",
        overrides=[
            panels.override("State", **tables.SOURCE_STATE_CELL),
            panels.override("Last read", unit="dateTimeFromNow", **{"custom.width": 170}),
            panels.override("Took", unit="s", decimals=1),
            panels.override("History", unit="percentunit", decimals=0),
            *(panels.override(name, decimals=0) for name in ("Failed polls", "Requests", "Problems")),
            panels.override("Paused until", unit="dateTimeFromNow", **{"custom.width": 140}),
        ],
    )


def _evaluations() -> Json:
    return traffic.lines(
        "Duration of evaluations",
        "How long each evaluation of all scorecards took. When it grows, look at how many teams and measures there "
        "are.",
        f"max({names.EVALUATION_DURATION.name})",
        legend="Evaluation",
        unit="s",
    )


def _size() -> Json:
    return traffic.lines(
        "Size of the store",
        "The store on disk. When it grows faster than before, look at which table does.",
        f"max({names.STORE_SIZE.name})",
        legend="Store",
        unit="bytes",
    )


def _rows() -> Json:
    return panels.table(
        "Rows of the store",
        "How many rows each table of the store has, and how many writes were undone, as when the disk is full.",
        by="table",
        rows=[f"sort_desc(max by (table) ({names.STORE_ROWS.name}))"],
        columns={"table": "Table", "Value": "Rows"},
        waiting=pages.WAITING,
        overrides=[panels.override("Rows", decimals=0, unit="locale")],
    )
