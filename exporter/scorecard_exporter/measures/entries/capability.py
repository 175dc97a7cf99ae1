"""The measures of team capability."""

from __future__ import annotations

from scorecard_exporter.measures.entry import OWN, Entry

CAPABILITY = (
    Entry(
        id="training_completion_rate",
        title="Training completion rate",
        unit="ratio",
        better="higher",
        indicator="leading",
        statistics=("newest",),
        window="30d",
        min_samples=1,
        empty="insufficient",
        domain=("0", "1"),
        keys=(("numerator", "count"), ("denominator", "count")),
        definition="Completed divided by assigned trainings, each summed over the newest observation of every "
        "programme.",
        source=OWN,
    ),
    Entry(
        id="internal_mobility_rate",
        title="Internal mobility rate",
        unit="ratio",
        better="higher",
        indicator="lagging",
        statistics=("sum",),
        window="30d",
        min_samples=0,
        empty="zero",
        keys=(("numerator", "count"), ("denominator", "count")),
        definition="Moves to a new role or team inside the organisation divided by the time-weighted mean headcount "
        "of the window.",
        source=OWN,
    ),
    Entry(
        id="retention_rate",
        title="Retention rate",
        unit="ratio",
        better="higher",
        indicator="lagging",
        statistics=("sum",),
        window="30d",
        min_samples=0,
        empty="zero",
        domain=(None, "1"),
        keys=(("numerator", "count"), ("denominator", "count")),
        definition="One minus departures divided by the time-weighted mean headcount of the window.",
        source=OWN,
    ),
    Entry(
        id="hackathon_contributions",
        title="Hackathon contributions",
        unit="count",
        better="higher",
        indicator="leading",
        statistics=("sum",),
        window="30d",
        min_samples=0,
        empty="zero",
        keys=(("series", "count"),),
        definition="Submissions in the window.",
        source=OWN,
    ),
    Entry(
        id="employee_net_promoter_score",
        title="Employee net promoter score",
        unit="points",
        better="higher",
        indicator="leading",
        statistics=("mean",),
        window="30d",
        min_samples=1,
        empty="insufficient",
        domain=("-100", "100"),
        keys=(("survey", ""),),
        definition="The net promoter score of a team's own answers, of the newest survey round that was closed "
        "before the end of the window.",
        source=OWN,
    ),
)
