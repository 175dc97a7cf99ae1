"""A scorecard with every measure of the catalogue, each once, and the series and surveys that feed it."""

from __future__ import annotations

from typing import Any

TEAM_SERIES = {
    "infrastructure_cost": ("eur", 1_000, 100_000),
    "transactions": ("count", 1_000, 100_000),
    "value_delivered": ("eur", 10_000, 100_000),
    "engineering_cost": ("eur", 10_000, 50_000),
    "feature_revenue": ("eur", 0, 50_000),
    "feature_released": ("count", 1, 1),
    "feature_users": ("count", 100, 500),
    "targeted_users": ("count", 500, 1_000),
    "trainings_completed": ("count", 2, 6),
    "trainings_assigned": ("count", 6, 10),
    "moves": ("count", 0, 1),
    "departures": ("count", 0, 1),
    "headcount": ("count", 6, 9),
    "submissions": ("count", 0, 3),
}
"""What is observed of each team, once a month: unit, least and most."""
SERVICE_SERIES = {"coverage": ("ratio", 0.5, 0.95), "lines": ("count", 1_000, 50_000)}
"""Likewise of each service."""
SURVEYS = ("customers", "pulse")
"""Each with a round in every quarter."""


def series() -> dict[str, Any]:
    """The series as the configuration names them."""
    kinds = ((TEAM_SERIES, "teams"), (SERVICE_SERIES, "services"))
    return {
        name: {"from": "events:observations", "unit": unit, "subjects": subjects}
        for known, subjects in kinds
        for name, (unit, _, _) in known.items()
    }


def _objective(id_: str, **measures: dict[str, Any]) -> dict[str, Any]:
    return {"objectives": {id_: {"measures": measures}}}


PERSPECTIVES: dict[str, Any] = {
    "business-value": _objective(
        "growth",
        infrastructure_cost_per_transaction={
            "numerator": "infrastructure_cost",
            "denominator": "transactions",
            "goal": "0.5 EUR",
            "red": "2 EUR",
        },
        feature_revenue={
            "series": "feature_revenue",
            "releases": "feature_released",
            "within": "3y",
            "goal": "30000 EUR",
            "red": "10000 EUR",
        },
        engineering_roi={
            "numerator": "value_delivered",
            "denominator": "engineering_cost",
            "goal": "100%",
            "red": "20%",
        },
        infrastructure_cost={
            "measure": "observation",
            "series": "infrastructure_cost",
            "statistic": "sum",
            "better": "lower",
            "goal": "100000 EUR",
            "red": "1000000 EUR",
        },
        value_for_cost={
            "measure": "quotient",
            "numerator": "value_delivered",
            "denominator": "infrastructure_cost",
            "unit": "ratio",
            "better": "higher",
            "goal": "200%",
            "red": "50%",
        },
    ),
    "customer-outcomes": _objective(
        "trust",
        uptime={"goal": "99.9%", "red": "99%"},
        feature_adoption_rate={
            "numerator": "feature_users",
            "denominator": "targeted_users",
            "goal": "50%",
            "red": "20%",
        },
        customer_reported_bugs={"goal": "0.1", "red": "0.5"},
        net_promoter_score={"survey": "customers", "goal": "40", "red": "0"},
        time_to_restore={},
    ),
    "engineering-excellence": _objective(
        "delivery",
        deployment_frequency={},
        lead_time_for_changes={},
        change_failure_rate={},
        failed_deployment_recovery_time={},
        deployment_rework_rate={},
        deployment_success_rate={"goal": "99%", "red": "95%"},
        aborted_deployments={
            "measure": "arithmetic",
            "expression": "1 - deployment_success_rate",
            "unit": "ratio",
            "better": "lower",
            "goal": "1%",
            "red": "5%",
        },
        review_pickup_time={},
        code_review_time={"goal": "8h", "red": "3d"},
        unreviewed_merge_rate={"goal": "1%", "red": "10%"},
        pull_request_age={"goal": "3d", "red": "14d"},
        build_success_rate={"goal": "95%", "red": "80%"},
        build_duration={"goal": "10min", "red": "30min"},
        test_coverage={"series": "coverage", "weighted_by": "lines", "goal": "80%", "red": "60%"},
        defect_escape_rate={"goal": "10%", "red": "30%"},
    ),
    "team-capability": _objective(
        "people",
        training_completion_rate={
            "numerator": "trainings_completed",
            "denominator": "trainings_assigned",
            "goal": "80%",
            "red": "40%",
        },
        internal_mobility_rate={"numerator": "moves", "denominator": "headcount", "goal": "5%", "red": "1%"},
        retention_rate={"numerator": "departures", "denominator": "headcount", "goal": "95%", "red": "85%"},
        hackathon_contributions={"series": "submissions", "goal": "2", "red": "0"},
        employee_net_promoter_score={"survey": "pulse", "goal": "40", "red": "0"},
    ),
}
