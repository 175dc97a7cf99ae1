"""Every metric family and label, with its meaning: the one table that all else takes names from.

Families about the scorecard are gauges, written from a snapshot. Families about the exporter are its
self-metrics. A state is one 0/1 series per value of a label, never a number code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LABELS: Mapping[str, str] = {
    "scorecard": "id of the scorecard",
    "team": "name of the team",
    "parent": "the team above; empty at the top",
    "perspective": "id of the perspective",
    "objective": "id of the objective",
    "measure": "id of the measure, unique in its scorecard",
    "window": "length of the rolling window, such as `30d`",
    "unit": "base unit of the value: `seconds`, `ratio`, `per_day`, `count`, `points` or a currency such as `eur`",
    "target": "the goal as people write it, such as `<= 1d`; of a moving schedule its end point; empty without one",
    "bound": "`goal_low`, `goal_high`, `red_low` or `red_high`",
    "value": "the value as people write it, two significant digits; empty when there is none",
    "goal": "the goal in force as people write it; empty when there is none",
    "status": "`green`, `yellow`, `red` or `grey`",
    "part": "name of the part, such as `p90`",
    "part_unit": "base unit of the part",
    "reason": "why: of a grey measure `missing`, `stale`, `insufficient` or `not_applicable`",
    "detail": "short stable code of the reason; the sentence is on the measure's page",
    "title": "what people call it",
    "objective_title": "title of the objective",
    "perspective_title": "title of the perspective",
    "owner": "a role or a group address",
    "indicator": "`leading` or `lagging`",
    "better": "`higher` or `lower`",
    "theme": "title of the strategic theme; empty without one",
    "severity": "severity of an alert about it",
    "definition": "what is computed: the name of the measure in the catalogue, such as `lead_time_for_changes`",
    "report": "year of the DORA report",
    "level": "the cluster in it: `elite`, `high`, `medium` or `low`",
    "initiative": "id of the initiative",
    "source": "name of the source",
    "kind": "kind of record, such as `deployment`",
    "code": "short stable code of the problem",
    "query": "kind of a query of the data source, such as `scorecard` or `history`; `unknown` for what is none",
    "resource": "which of a system's quotas: `core` where there is one, or its own name, such as `graphql`",
    "table": "table of the store",
    "external_url": "where people reach the exporter, without a slash at its end; empty when it was not told",
    "grafana_url": "where people reach Grafana, without a slash at its end; empty when the exporter was not told",
    "version": "version of the exporter",
    "python_version": "version of Python",
}
"""Every label by its name, and what its values are."""


@dataclass(frozen=True, slots=True)
class Family:
    """A metric family as it is declared: name, meaning, label names in order, and type.

    `is_computed`: its series are those of the last evaluation, which no scrape causes.
    """

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    type: Literal["gauge", "counter"] = "gauge"
    is_computed: bool = False

    @property
    def help(self) -> str:
        """The HELP text."""
        when = f" Computed on the exporter's own timer, last at {EVALUATION_LAST_SUCCESS.name}."
        return self.meaning + when if self.is_computed else self.meaning


EVALUATION_LAST_SUCCESS = Family(
    "scorecard_evaluation_last_success_timestamp_seconds",
    "When the scorecards were last computed, which happens on the exporter's own timer and not by a scrape.",
)

_OF_SCORECARD = ("scorecard", "team")
_OF_PERSPECTIVE = (*_OF_SCORECARD, "perspective")
_OF_OBJECTIVE = (*_OF_PERSPECTIVE, "objective")
_DESCRIBED = (*_OF_OBJECTIVE, "measure", "window", "unit")
_IDENTITY = (*_DESCRIBED, "target")


def _computed(name: str, meaning: str, labels: tuple[str, ...]) -> Family:
    return Family(name, meaning, labels, is_computed=True)


MEASURE_VALUE = _computed(
    "scorecard_measure_value",
    "The value of a measure over its window, in its unit; absent when there is none.",
    _IDENTITY,
)
MEASURE_GOAL = _computed(
    "scorecard_measure_goal", "The goal in force, in the measure's unit; absent for a band.", _IDENTITY
)
MEASURE_RED_THRESHOLD = _computed(
    "scorecard_measure_red_threshold", "The value from which a measure is red; absent for a band.", _IDENTITY
)
MEASURE_BAND = _computed(
    "scorecard_measure_band", "The four bounds of a goal with two sides; absent otherwise.", (*_IDENTITY, "bound")
)
MEASURE_READING_INFO = _computed(
    "scorecard_measure_reading_info",
    "The value and the goal as people write them, as labels; always 1.",
    (*_DESCRIBED, "value", "goal"),
)
MEASURE_SCORE = _computed(
    "scorecard_measure_score_ratio",
    "The score of a measure between 0 and 1: the goal is at two thirds, red at one third.",
    _IDENTITY,
)
MEASURE_STATUS = _computed(
    "scorecard_measure_status",
    "Colour of a measure, 1 for the status that it has and 0 for the others.",
    (*_IDENTITY, "status"),
)
MEASURE_STATUS_CHANGED = _computed(
    "scorecard_measure_status_changed_timestamp_seconds",
    "Since when a measure has its colour, as this exporter saw it; nothing is known from before its first evaluation.",
    _IDENTITY,
)
MEASURE_PREVIOUS_VALUE = _computed(
    "scorecard_measure_previous_value", "The value over the window before this one.", _IDENTITY
)
MEASURE_PART = _computed(
    "scorecard_measure_part", "A number beside the value, in the unit part_unit.", (*_IDENTITY, "part", "part_unit")
)
MEASURE_INTERVAL_LOWER = _computed(
    "scorecard_measure_interval_lower", "Lower end of the 95 % Wilson interval of a share.", _IDENTITY
)
MEASURE_INTERVAL_UPPER = _computed(
    "scorecard_measure_interval_upper", "Upper end of the 95 % Wilson interval of a share.", _IDENTITY
)
MEASURE_GREY_INFO = _computed(
    "scorecard_measure_grey_info",
    "Why a measure is grey, as labels; always 1, and only while it is grey.",
    (*_DESCRIBED, "reason", "detail"),
)
MEASURE_GREY_SOURCE_INFO = _computed(
    "scorecard_measure_grey_source_info",
    "The sources that feed a measure, as a label; always 1, and only while the measure is grey.",
    (*_OF_SCORECARD, "measure", "source"),
)
MEASURE_SAMPLES = _computed(
    "scorecard_measure_samples",
    "How many samples the value of a measure is made from; absent while it is missing.",
    _IDENTITY,
)
MEASURE_LAST_EVENT = _computed(
    "scorecard_measure_last_event_timestamp_seconds", "When the newest sample of a measure occurred.", _IDENTITY
)
MEASURE_INFO = _computed(
    "scorecard_measure_info",
    "Titles, owner, alert severity and definition of a measure, as labels; always 1. "
    "Join on scorecard, team and measure.",
    (
        *_DESCRIBED,
        "title",
        "objective_title",
        "perspective_title",
        "owner",
        "indicator",
        "better",
        "theme",
        "severity",
        "definition",
    ),
)
MEASURE_BENCHMARK_INFO = _computed(
    "scorecard_measure_benchmark_info",
    "The cluster of a DORA report whose bounds a value meets, as labels; always 1. It is no grade.",
    (*_DESCRIBED, "report", "level"),
)
TARGET_SET = _computed(
    "scorecard_target_set_timestamp_seconds",
    "When the target in force began; absent for one without a date.",
    _IDENTITY,
)

OBJECTIVE_SCORE = _computed(
    "scorecard_objective_score_ratio", "Weighted mean of the scores of an objective's measures.", _OF_OBJECTIVE
)
OBJECTIVE_COVERAGE = _computed(
    "scorecard_objective_coverage_ratio", "Share of an objective's weight that has a score.", _OF_OBJECTIVE
)
OBJECTIVE_STATUS = _computed(
    "scorecard_objective_status",
    "Colour of an objective, 1 for the status that it has and 0 for the others.",
    (*_OF_OBJECTIVE, "status"),
)
PERSPECTIVE_SCORE = _computed(
    "scorecard_perspective_score_ratio", "Weighted mean of the scores of a perspective's objectives.", _OF_PERSPECTIVE
)
PERSPECTIVE_COVERAGE = _computed(
    "scorecard_perspective_coverage_ratio", "Share of a perspective's weight that has a score.", _OF_PERSPECTIVE
)
PERSPECTIVE_STATUS = _computed(
    "scorecard_perspective_status",
    "Colour of a perspective, 1 for the status that it has and 0 for the others.",
    (*_OF_PERSPECTIVE, "status"),
)
SCORE = _computed("scorecard_score_ratio", "Weighted mean of the scores of a scorecard's perspectives.", _OF_SCORECARD)
COVERAGE = _computed("scorecard_coverage_ratio", "Share of a scorecard's weight that has a score.", _OF_SCORECARD)
STATUS = _computed(
    "scorecard_status",
    "Colour of a scorecard, 1 for the status that it has and 0 for the others.",
    (*_OF_SCORECARD, "status"),
)
INFO = _computed("scorecard_info", "Title of a scorecard, as a label; always 1.", (*_OF_SCORECARD, "title"))
TEAM_INFO = _computed(
    "scorecard_team_info",
    "Title, parent and owner of a team, as labels; always 1.",
    (*_OF_SCORECARD, "parent", "title", "owner"),
)

INITIATIVE_INFO = _computed(
    "scorecard_initiative_info",
    "What is being done about a measure, as labels; always 1. Join on scorecard, team and measure.",
    (*_OF_SCORECARD, "measure", "initiative", "title", "owner"),
)
INITIATIVE_DONE = _computed(
    "scorecard_initiative_done_ratio",
    "How much of an initiative is done; absent when unknown.",
    (*_OF_SCORECARD, "initiative"),
)
INITIATIVE_DUE = _computed(
    "scorecard_initiative_due_timestamp_seconds",
    "The beginning of the day on which an initiative is due; absent without a date.",
    (*_OF_SCORECARD, "initiative"),
)
REVIEW_LAST = _computed(
    "scorecard_review_last_timestamp_seconds",
    "When a review of a scorecard was last recorded; absent before the first.",
    _OF_SCORECARD,
)
REVIEW_DUE = _computed(
    "scorecard_review_due_timestamp_seconds",
    "By when the next review of a scorecard shall be recorded; absent where none is configured.",
    _OF_SCORECARD,
)

SNAPSHOT_FAMILIES = (
    MEASURE_VALUE,
    MEASURE_GOAL,
    MEASURE_RED_THRESHOLD,
    MEASURE_BAND,
    MEASURE_READING_INFO,
    MEASURE_SCORE,
    MEASURE_STATUS,
    MEASURE_STATUS_CHANGED,
    MEASURE_PREVIOUS_VALUE,
    MEASURE_PART,
    MEASURE_INTERVAL_LOWER,
    MEASURE_INTERVAL_UPPER,
    MEASURE_GREY_INFO,
    MEASURE_GREY_SOURCE_INFO,
    MEASURE_SAMPLES,
    MEASURE_LAST_EVENT,
    MEASURE_INFO,
    MEASURE_BENCHMARK_INFO,
    TARGET_SET,
    OBJECTIVE_SCORE,
    OBJECTIVE_COVERAGE,
    OBJECTIVE_STATUS,
    PERSPECTIVE_SCORE,
    PERSPECTIVE_COVERAGE,
    PERSPECTIVE_STATUS,
    SCORE,
    COVERAGE,
    STATUS,
    INFO,
    TEAM_INFO,
    INITIATIVE_INFO,
    INITIATIVE_DONE,
    INITIATIVE_DUE,
    REVIEW_LAST,
    REVIEW_DUE,
)
"""The families about the scorecard, in the order in which they are written. All are gauges."""

SOURCE_UP = Family("scorecard_source_up", "Whether the last poll of a source succeeded.", ("source",))
SOURCE_LAST_SUCCESS = Family(
    "scorecard_source_last_success_timestamp_seconds", "When a source was last polled with success.", ("source",)
)
SOURCE_POLLS = Family(
    "scorecard_source_polls_total", "Polls of a source, failed ones among them.", ("source",), "counter"
)
SOURCE_POLL_FAILURES = Family(
    "scorecard_source_poll_failures_total", "Polls of a source that failed.", ("source",), "counter"
)
SOURCE_POLL_DURATION = Family(
    "scorecard_source_poll_duration_seconds", "How long the last poll of a source took.", ("source",)
)
SOURCE_RECORDS = Family(
    "scorecard_source_records_total",
    "Records of a source that were stored; one stored again counts again.",
    ("source", "kind"),
    "counter",
)
SOURCE_PROBLEMS = Family(
    "scorecard_source_problems_total",
    "Things that a source refused or could not read while the rest went on.",
    ("source", "code"),
    "counter",
)
SOURCE_HISTORY = Family(
    "scorecard_source_history_ratio",
    "Share of the history that is wanted of a source that has been read; the newest comes first.",
    ("source",),
)
SOURCE_REQUESTS = Family(
    "scorecard_source_requests_total", "Requests made to a system, repeated ones among them.", ("source",), "counter"
)
SOURCE_REQUEST_FAILURES = Family(
    "scorecard_source_request_failures_total",
    "Requests that failed, by status code, or by timeout, connection, tls, body (damaged or too large) or rate.",
    ("source", "reason"),
    "counter",
)
SOURCE_UNMODIFIED = Family(
    "scorecard_source_unmodified_responses_total",
    "Answers that nothing had changed, which cost no quota.",
    ("source",),
    "counter",
)
SOURCE_QUOTA_LIMIT = Family(
    "scorecard_source_quota_limit", "Requests, or units of them, that a system allows.", ("source", "resource")
)
SOURCE_QUOTA_REMAINING = Family(
    "scorecard_source_quota_remaining", "What is left of a system's quota for everyone.", ("source", "resource")
)
SOURCE_QUOTA_RESET = Family(
    "scorecard_source_quota_reset_timestamp_seconds", "When a system's quota begins anew.", ("source", "resource")
)
SOURCE_PAUSED_UNTIL = Family(
    "scorecard_source_paused_until_timestamp_seconds",
    "Until when no more is asked of a system, or was; 0 if that never happened.",
    ("source",),
)
WEBHOOK_DELIVERIES = Family(
    "scorecard_webhook_deliveries_total", "Pushes of a source that were accepted.", ("source",), "counter"
)
WEBHOOK_DUPLICATES = Family(
    "scorecard_webhook_duplicates_total",
    "Pushes of a source that had come before, and were accepted and passed over.",
    ("source",),
    "counter",
)
WEBHOOK_REFUSALS = Family(
    "scorecard_webhook_refusals_total",
    "Pushes that were refused: unproven, malformed, full (no room for it), too_large or too_slow.",
    ("source", "reason"),
    "counter",
)
WEBHOOK_LAST_DELIVERY = Family(
    "scorecard_webhook_last_delivery_timestamp_seconds",
    "When a push of a source was last accepted; absent until the first since the exporter was started.",
    ("source",),
)
WEBHOOK_WAITING = Family(
    "scorecard_webhook_waiting_deliveries", "Accepted pushes that are not stored yet.", ("source",)
)
WEBHOOK_WAITING_SECONDS = Family(
    "scorecard_webhook_waiting_seconds",
    "How long the oldest accepted push that is not stored yet has waited; 0 while none does.",
    ("source",),
)
GRAFANA_QUERIES = Family(
    "scorecard_grafana_queries_total",
    "Queries of Grafana's data source, failed ones among them.",
    ("query",),
    "counter",
)
GRAFANA_QUERY_FAILURES = Family(
    "scorecard_grafana_query_failures_total",
    "Queries of Grafana's data source that got an error: question (there is no answer to it), busy (the exporter "
    "starts, or took too long) or error (the log says which).",
    ("query", "reason"),
    "counter",
)
GRAFANA_QUERY_SECONDS = Family(
    "scorecard_grafana_query_seconds_total",
    "How long queries of Grafana's data source took, all together.",
    ("query",),
    "counter",
)
GRAFANA_REFUSALS = Family(
    "scorecard_grafana_refusals_total",
    "Calls of Grafana's data source that were refused: token_missing, token_wrong or too_many (queries in one call).",
    ("reason",),
    "counter",
)
EVALUATIONS = Family(
    "scorecard_evaluations_total", "Evaluations of all scorecards, failed ones among them.", (), "counter"
)
EVALUATION_FAILURES = Family(
    "scorecard_evaluation_failures_total", "Evaluations of all scorecards that failed.", (), "counter"
)
EVALUATION_DURATION = Family(
    "scorecard_evaluation_duration_seconds", "How long the last successful evaluation of all scorecards took."
)
STORE_ROWS = Family("scorecard_store_rows", "Rows in a table of the store.", ("table",))
STORE_SIZE = Family("scorecard_store_size_bytes", "Size of the store on disk.")
STORE_WRITE_FAILURES = Family(
    "scorecard_store_write_failures_total", "Writes that were undone, as when the disk is full.", (), "counter"
)
CONFIG_RELOAD_SUCCESSFUL = Family(
    "scorecard_config_last_reload_successful",
    "Whether the last reading of the configuration succeeded; if not, the one before is still in force.",
)
CONFIG_RELOAD_SUCCESS = Family(
    "scorecard_config_last_reload_success_timestamp_seconds", "When the configuration in force was read."
)
WEB_INFO = Family(
    "scorecard_web_info",
    "Where people reach the exporter and their Grafana, as labels, for links in alerts and on boards; always 1.",
    ("external_url", "grafana_url"),
)
BUILD_INFO = Family(
    "scorecard_build_info",
    "Versions of the exporter and of Python, as labels; always 1.",
    ("version", "python_version"),
)

TRAFFIC_FAMILIES = (
    SOURCE_REQUESTS,
    SOURCE_REQUEST_FAILURES,
    SOURCE_UNMODIFIED,
    SOURCE_QUOTA_LIMIT,
    SOURCE_QUOTA_REMAINING,
    SOURCE_QUOTA_RESET,
    SOURCE_PAUSED_UNTIL,
)
"""What is asked of systems over HTTP, and what may still be."""

WEBHOOK_FAMILIES = (
    WEBHOOK_DELIVERIES,
    WEBHOOK_DUPLICATES,
    WEBHOOK_REFUSALS,
    WEBHOOK_LAST_DELIVERY,
    WEBHOOK_WAITING,
    WEBHOOK_WAITING_SECONDS,
)
"""What systems push."""

GRAFANA_FAMILIES = (GRAFANA_QUERIES, GRAFANA_QUERY_FAILURES, GRAFANA_QUERY_SECONDS, GRAFANA_REFUSALS)
"""What Grafana's data source is asked."""

SELF_FAMILIES = (
    SOURCE_UP,
    SOURCE_LAST_SUCCESS,
    SOURCE_POLLS,
    SOURCE_POLL_FAILURES,
    SOURCE_POLL_DURATION,
    SOURCE_RECORDS,
    SOURCE_PROBLEMS,
    SOURCE_HISTORY,
    *TRAFFIC_FAMILIES,
    *WEBHOOK_FAMILIES,
    *GRAFANA_FAMILIES,
    EVALUATIONS,
    EVALUATION_FAILURES,
    EVALUATION_DURATION,
    EVALUATION_LAST_SUCCESS,
    STORE_ROWS,
    STORE_SIZE,
    STORE_WRITE_FAILURES,
    CONFIG_RELOAD_SUCCESSFUL,
    CONFIG_RELOAD_SUCCESS,
    WEB_INFO,
    BUILD_INFO,
)
"""The families about the exporter itself."""
