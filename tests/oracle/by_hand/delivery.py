"""The delivery measures: lists of numbers of a team's whole tree, and what is made of them."""

from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from by_hand.history import EPOCH
from by_hand.world import Answer

DAY = 86_400_000_000
SECOND = 1_000_000


ROLES = {
    "deployment_frequency": (("deployments",), ()),
    "lead_time_for_changes": (("deployments", "changes"), ()),
    "change_failure_rate": (("deployments",), ("changes", "incidents")),
    "time_to_restore": (("incidents",), ()),
    "failed_deployment_recovery_time": (("deployments",), ("changes", "incidents")),
    "deployment_rework_rate": (("deployments",), ("changes",)),
    "deployment_success_rate": (("deployments",), ()),
}
"""What has to be mapped for a measure, and what it takes as well where it is."""


class Team:
    """The events of a team's whole tree, for one definition and one period."""

    def __init__(self, world, team, period, definition):
        self.name, self.period, self.definition = team, period, definition
        links = [world.links[rule.service] for rule in world.scopes[team].services]
        self.deployments = [each for service in links for each in service.deployments]
        self.successes = [each for each in self.deployments if each.is_success and self.within(each.finished)]
        self.changes = [each for service in links for each in service.changes]
        self.incidents = {}
        for each in (outage for service in links for outage in service.incidents):
            self.incidents.setdefault((each.origin, each.key), []).append(each)

    def within(self, moment):
        return moment is not None and self.period.starts_at <= moment < self.period.ends_at

    def open_at_end(self, began, ended):
        return began < self.period.ends_at and (ended is None or ended >= self.period.ends_at)

    def result(self, numbers, value, empty, parts):
        """The value of `numbers`, unless there are too few of them."""
        if not numbers and empty != "zero":
            still = parts.get("open") or parts.get("still_failed")
            return Answer(state="insufficient" if still else empty, parts=parts)
        if len(numbers) < self.definition.min_samples:
            return Answer(state="insufficient", samples=len(numbers), parts=parts)
        return Answer(value=value(), samples=len(numbers), parts=parts)

    def durations(self, spans, empty, parts):
        """The chosen statistic over spans of microseconds, in seconds."""
        seconds = [Fraction(span, SECOND) for span in spans]
        if seconds:
            beside = {"median", "p90", "mean"} - {self.definition.statistic}
            parts = parts | {name: statistic(seconds, name) for name in beside}
        return self.result(seconds, lambda: statistic(seconds, self.definition.statistic), empty, parts)

    def share(self, flags, empty, parts):
        return self.result(flags, lambda: Fraction(sum(flags), len(flags)), empty, parts)


def statistic(numbers, name):
    if name == "mean":
        return sum(numbers) / Fraction(len(numbers))
    share = {"median": Fraction(1, 2), "p75": Fraction(3, 4), "p85": Fraction(17, 20), "p90": Fraction(9, 10)}[name]
    place = share * (len(numbers) - 1)
    low, rest = divmod(place, 1)
    ordered = sorted(numbers)
    return ordered[int(low)] + rest * (ordered[min(int(low) + 1, len(ordered) - 1)] - ordered[int(low)])


def frequency(team):
    moments = [each.finished for each in team.successes]
    days = {date_of(moment, ZoneInfo(team.definition.zone)) for moment in moments}
    length = Fraction(team.period.ends_at - team.period.starts_at, DAY)
    parts = {"deployments": len(moments), "days_with_deployments": len(days)}
    return team.result(moments, lambda: len(moments) / length, "zero", parts)


def date_of(moment, zone):
    return (EPOCH + timedelta(microseconds=moment)).astimezone(zone).date()


def lead_time(team):
    shipped = [each for each in team.changes if each.shipped_by and team.within(each.shipped_by.finished)]
    good = [each for each in shipped if each.authored <= each.shipped_by.finished]
    waiting = [
        each.authored
        for each in team.changes
        if (each.is_waiting and team.open_at_end(each.authored, None))
        or (each.shipped_by and team.open_at_end(each.authored, each.shipped_by.finished))
    ]
    parts = {"waiting": len(waiting), "dropped_negative": len(shipped) - len(good)}
    if waiting:
        parts["waiting_oldest"] = Fraction(team.period.ends_at - min(waiting), SECOND)
    spans = [each.shipped_by.finished - each.authored for each in good]
    if good:
        parts |= stages(good) | {
            "share_approximate": Fraction(sum(each.is_approximate for each in good), len(good)),
            "share_bots": Fraction(sum(each.is_bot for each in good), len(good)),
        }
    return team.durations(spans, "insufficient", parts)


def stages(changes):
    """Mean seconds of each stage; the milestones of a change are first put in order."""
    totals = dict.fromkeys(("coding", "pickup", "review", "deploy"), 0)
    for change in changes:
        moments = [change.authored]
        for moment in (change.ready, change.reviewed, change.merged):
            moments.append(min(max(moment, moments[-1]), change.shipped_by.finished))
        moments.append(change.shipped_by.finished)
        for name, (start, end) in zip(totals, pairwise(moments), strict=True):
            totals[name] += end - start
    if not any(change.is_pull_request for change in changes):
        totals = {name: totals[name] for name in ("coding", "deploy")}
    return {name: Fraction(total, SECOND * len(changes)) for name, total in totals.items()}


def failure_rate(team):
    flags = [bool(each.failures) for each in team.successes]
    kinds = [each.failures[0][1] for each in team.successes if each.failures]
    parts = {"failed": sum(flags), "deployments": len(flags)}
    parts |= {f"failed_by_{kind}": kinds.count(kind) for kind in ("incident", "rollback", "revert", "hotfix")}
    parts["unlinked_incidents"] = sum(
        team.within(same[0].began) and not any(each.deployment for each in same) for same in team.incidents.values()
    )
    return team.share(flags, "insufficient", parts)


def restore(team):
    incidents = [same[0] for same in team.incidents.values()]
    restored = [each for each in incidents if team.within(each.resolved)]
    unresolved = [each.began for each in incidents if team.open_at_end(each.began, each.resolved)]
    spans = [each.resolved - each.began for each in restored]
    parts = {"open": len(unresolved)}
    if unresolved:
        parts["open_oldest"] = Fraction(team.period.ends_at - min(unresolved), SECOND)
    return team.durations(spans, "not_applicable", parts)


def recovery(team):
    failed = [each for each in team.deployments if each.is_success and each.failures]
    spans = [each.recovered - each.finished for each in failed if team.within(each.recovered)]
    still = sum(team.open_at_end(each.failures[0][0], each.recovered) for each in failed)
    return team.durations(spans, "not_applicable", {"still_failed": still})


def rework(team):
    flags = [each.is_rework for each in team.successes]
    rollbacks = sum(each.is_rollback for each in team.successes)
    parts = {"rollbacks": rollbacks, "fixes": sum(flags) - rollbacks, "deployments": len(flags)}
    return team.share(flags, "insufficient", parts)


def success_rate(team):
    flags = [each.is_success for each in team.deployments if team.within(each.finished)]
    return team.share(flags, "insufficient", {"succeeded": sum(flags), "failed": len(flags) - sum(flags)})


MEASURES = {
    "deployment_frequency": frequency,
    "lead_time_for_changes": lead_time,
    "change_failure_rate": failure_rate,
    "time_to_restore": restore,
    "failed_deployment_recovery_time": recovery,
    "deployment_rework_rate": rework,
    "deployment_success_rate": success_rate,
}
