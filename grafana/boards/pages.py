"""Where links lead: to other boards, keeping what is chosen and the time, and to the exporter's pages."""

from __future__ import annotations

from grafana.boards.look import Json

SCORECARD = "scorecard"
TEAMS = "scorecard-teams"
MEASURE = "scorecard-measure"
DELIVERY = "scorecard-delivery"
STRATEGY = "scorecard-strategy"
REVIEW = "scorecard-review"
EXPORTER = "scorecard-exporter"
"""The boards by their uids, which are also the names of their files."""

TITLES = {
    SCORECARD: "Engineering scorecard",
    TEAMS: "Teams",
    MEASURE: "Measure",
    DELIVERY: "Delivery",
    STRATEGY: "Strategy map",
    REVIEW: "Review",
    EXPORTER: "Exporter",
}

WAITING = (
    "Waiting for the exporter's first numbers. If they do not come: is it scraped, and does its page show a scorecard?"
)

KEPT = "${datasource:queryparam}&${scorecard:queryparam}"
KEPT_TEAM = f"{KEPT}&${{team:queryparam}}"
MEASURE_OF_ROW = "var-measure=${__data.fields.measure}"
"""Of a row, which has the measure in a hidden column."""

MEASURE_OF_SERIES = "var-measure=${__field.labels.measure}"
"""Of a tile or line, whose series has the measure as a label."""

TEAM_OF_ROW = "var-team=${__data.fields.team:percentencode}"
EXPORTER_PAGE = "${exporter}/?scorecard=${scorecard}&team=${team:percentencode}"
_EXPLANATION = "${exporter}/scorecards/${scorecard}/measures"


def page(title: str, url: str) -> Json:
    """A link to a page of the exporter, which opens beside the board, so that the wall keeps its board."""
    return {"title": title, "url": url, "targetBlank": True}


def board(uid: str, *variables: str, title: str = "") -> Json:
    """A link to a board in its place, with these variables and the time range."""
    query = "&".join((*variables, "${__url_time_range}"))
    return {"title": title or f"{TITLES[uid]} board", "url": f"/d/{uid}?{query}", "targetBlank": False}


def explanation(measure: str) -> Json:
    """A link to the page that tells how a number came about; `measure` stands in the address."""
    return page("How this number came about", f"{_EXPLANATION}/{measure}?team=${{team:percentencode}}")


MEASURE_BOARD_OF_ROW = board(MEASURE, KEPT_TEAM, MEASURE_OF_ROW)
MEASURE_BOARD_OF_SERIES = board(MEASURE, KEPT_TEAM, MEASURE_OF_SERIES)
EXPLANATION_OF_ROW = explanation("${__data.fields.measure}")
EXPLANATION_OF_SERIES = explanation("${__field.labels.measure}")


def top(*, of: str, kept: dict[str, str]) -> list[Json]:
    """The links at the top of a board: every other board with what of the choice it has too.

    `kept`: the variables of this board by name, as they stand in an address.
    """
    return [
        {
            "type": "link",
            "icon": "dashboard",
            "tooltip": "",
            "title": title,
            "url": f"/d/{uid}?{'&'.join(kept[name] for name in _SHARED[uid] if name in kept)}",
            "targetBlank": False,
            "keepTime": True,
            "includeVars": False,
            "asDropdown": False,
        }
        for uid, title in TITLES.items()
        if uid != of
    ]


def exporter_link() -> Json:
    """The link at the top to the exporter's own page of the scorecard."""
    return {"type": "link", "icon": "external link", "tooltip": "", **page("Scorecard page", EXPORTER_PAGE)}


def explanation_link() -> Json:
    """The link at the top to the page that tells how a measure's number came about."""
    return {"type": "link", "icon": "external link", "tooltip": "", **explanation("${measure}")}


_OF_TEAM = ("datasource", "scorecard", "team")
_SHARED = {
    SCORECARD: _OF_TEAM,
    TEAMS: ("datasource", "scorecard"),
    MEASURE: _OF_TEAM,
    DELIVERY: ("datasource", "scorecard"),
    STRATEGY: _OF_TEAM,
    REVIEW: _OF_TEAM,
    EXPORTER: ("datasource",),
}
"""Which of the choices a board takes over; boards of all teams show all of them at first."""
