"""How the measures of customers, business value and team capability came about, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scorecard_exporter.quantities import when, write
from scorecard_exporter.scorecard.numbers import Numbers, length_text, several


def _things(of: Numbers, name: str) -> str:
    """A part that counts what its name says: `1 move`, `2 moves`."""
    return several(of.count(name), name.removesuffix("s"))


def _uptime(of: Numbers) -> str:
    if of.definition.series:
        return f"{of.text('good')} good ÷ {of.text('total')} in total = {of.value}"
    services, outages = several(of.count("services"), "service"), several(of.count("outages"), "outage")
    time = f"({services} for {length_text(of.reading.period)})"
    return f"1 - {of.text('downtime') or '0 s'} of {outages} ÷ {time} = {of.value}"


def _adoption(of: Numbers) -> str:
    features = several(of.reading.samples, "feature")
    return f"{of.text('users')} users ÷ {of.text('targeted_users')} targeted users of {features} = {of.value}"


def _customer_bugs(of: Numbers) -> str:
    bugs, releases = several(of.count("bugs"), "bug"), several(of.count("releases"), "release")
    return f"{bugs} reported by customers ÷ {releases} = {of.value} for each release"


def _promoters(of: Numbers) -> str:
    answers = several(of.reading.samples, "answer")
    promoters, detractors = (_things(of, name) for name in ("promoters", "detractors"))
    closed = f", in the round that closed {when(of.reading.newest_at)}" if of.reading.newest_at is not None else ""
    return f"100 * ({promoters} - {detractors}) ÷ {answers} = {of.value}{closed}"


def _cost(of: Numbers) -> str:
    return f"{of.text('cost')} ÷ {of.text('transactions')} transactions = {of.value}"


def _new_revenue(of: Numbers) -> str:
    new = write(of.definition.within / 1_000_000, "seconds")
    features = several(of.count("features"), "feature")
    unknown = several(of.count("without_release"), "feature")
    return f"Revenue {of.between} of {features}, each for {new} after its release = {of.value}" + of.clauses(
        without_release=f"{unknown} left out because nothing says when it was released"
    )


def _return(of: Numbers) -> str:
    value, cost = of.text("value_delivered"), of.text("cost")
    return f"({value} delivered - {cost} cost) ÷ {cost} cost = {of.value}"


def _training(of: Numbers) -> str:
    programmes = several(of.reading.samples, "programme")
    return f"{of.text('completed')} completed ÷ {of.text('assigned')} assigned, in {programmes} = {of.value}"


def _mobility(of: Numbers) -> str:
    return f"{_things(of, 'moves')} ÷ {of.text('mean_headcount')} people on average {of.between} = {of.value}"


def _retention(of: Numbers) -> str:
    departures, heads = _things(of, "departures"), of.text("mean_headcount")
    return f"1 - {departures} ÷ {heads} people on average {of.between} = {of.value}"


def _hackathons(of: Numbers) -> str:
    return f"Submissions {of.between} = {of.value}"


OUTCOMES: Mapping[str, Callable[[Numbers], str]] = {
    "uptime": _uptime,
    "feature_adoption_rate": _adoption,
    "customer_reported_bugs": _customer_bugs,
    "net_promoter_score": _promoters,
    "infrastructure_cost_per_transaction": _cost,
    "feature_revenue": _new_revenue,
    "engineering_roi": _return,
    "training_completion_rate": _training,
    "internal_mobility_rate": _mobility,
    "retention_rate": _retention,
    "hackathon_contributions": _hackathons,
    "employee_net_promoter_score": _promoters,
}
