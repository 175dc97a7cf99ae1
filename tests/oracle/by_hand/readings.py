"""What a measure of a team over a period should read: a value with its evidence, or the colour of its absence."""

from by_hand import outcomes, quality
from by_hand.delivery import MEASURES, ROLES, Team
from by_hand.history import matches, micros
from by_hand.observed import observation, quotient
from by_hand.promoters import score
from by_hand.world import Answer


def answer(world, definition, team, period):
    if definition.measure == "arithmetic":
        return arithmetic(world, definition, team, period)
    if definition.survey:
        return score(world, definition, team, period)
    if definition.series:
        made = {"observation": observation, "quotient": quotient} | outcomes.MEASURES
        return made[definition.measure](world, definition, team, period)
    return of_events(world, definition, team, period)


def of_events(world, definition, team, period):
    state, current = feeding(world, definition, team, period)
    if state:
        return Answer(state=state)
    if definition.measure in quality.MEASURES:
        found = quality.answer(world, definition, team, period)
    else:
        found = MEASURES[definition.measure](Team(world, team, period, definition))
    found.parts |= current
    needs, _ = roles(definition)
    if (
        not found.samples
        and "builds" in needs
        and quality.has_only_other_builds(world, mapped(world, definition, team))
    ):
        return Answer(state="missing")
    needs_deployments = "deployments" in needs
    if not found.samples and needs_deployments and looks_elsewhere(world, mapped(world, definition, team)):
        return Answer(state="missing")
    return found


def roles(definition):
    """What has to be mapped for a measure, and what it takes as well where it is."""
    return (ROLES | quality.ROLES)[definition.measure]


def feeding(world, definition, team, period):
    """*missing* or *stale*, if so; and how many services are current, if not all are."""
    needs, uses = roles(definition)
    services = [feeds(rule) for rule in mapped(world, definition, team)]
    if not services:
        return "missing", {}
    read = {(each.origin, each.kind): (micros(each.from_at), micros(each.to_at)) for each in world.coverage}
    pairs = [
        {stand_in(role, pair, read) for role in (*needs, *uses) for pair in service.get(role, ())}
        for service in services
    ]
    wanted = set().union(*pairs)
    if any(pair not in read or (read[pair][0] or 0) > period.starts_at for pair in wanted):
        return "missing", {}
    oldest = max(period.ends_at - definition.freshness, period.starts_at + 1)
    stale = {pair for pair in wanted if read[pair][1] < oldest}
    if stale == wanted:
        return "stale", {}
    current = sum(not each & stale for each in pairs)
    return None, {"services_current": current, "services": len(pairs)} if stale else {}


def looks_elsewhere(world, rules):
    """Whether no service ever had a production deployment, though there are others where one of them looks."""
    if any(world.links[rule.service].deployments for rule in rules):
        return False
    others = [rule.deployments for rule in rules if rule.deployments.by in ("environment", "tags", "releases")]
    return any(has_only_other_deployments(world, chosen) for chosen in others)


def has_only_other_deployments(world, chosen):
    """Whether deployments are stored where a rule looks, and none of them to an environment that it means."""
    seen = [each for each in world.records if each.kind == "deployment" and each.origin == chosen.origin]
    if chosen.by == "environment" and any(matches(each.environment, chosen.patterns) for each in seen):
        return False
    return bool(seen)


def mapped(world, definition, team):
    """The team's services that say where everything comes from that the measure needs."""
    needs, _ = roles(definition)
    return [rule for rule in world.scopes[team].services if set(needs) <= set(feeds(rule))]


def stand_in(role, pair, read):
    """Merged pull requests stand for the commits of an origin of which only they are read."""
    instead = (pair[0], "change")
    return instead if role == "changes" and pair not in read and instead in read else pair


def feeds(rule):
    """The (origin, kind) pairs behind each role that the service maps."""
    roles = {}
    if rule.changes:
        roles["changes"] = [(rule.changes, "commit")]
        roles["pull_requests"] = [(rule.changes, "pull_request")]
        roles["reviews"] = [(rule.changes, "review")]
    if rule.deployments:
        derived = rule.deployments.by in ("merges", "first_parent")
        roles["deployments"] = [(rule.deployments.origin, "commit" if derived else "deployment")]
        roles["releases"] = roles["deployments"]
    if rule.releases:
        roles["releases"] = [(rule.releases.origin, "deployment")]
    if rule.incidents:
        roles["incidents"] = [(each.origin, "incident") for each in rule.incidents]
    if rule.builds:
        roles["builds"] = [(each.origin, "build") for each in rule.builds]
    bugs = [(each.origin, "issue") for each in rule.bugs]
    if any(each.found_in_production for each in rule.bugs):
        roles["escaped_bugs"] = bugs
    if any(each.reported_by_customers for each in rule.bugs):
        roles["customer_bugs"] = bugs
    return roles


def arithmetic(world, definition, team, period):
    """The operands are answers of their own; what the expression says is written out in `world.formulas`."""
    answers = {name: answer(world, operand, team, period) for name, operand in definition.operands}
    samples = min(each.samples for each in answers.values())
    for each in answers.values():
        if each.state:
            return Answer(state=each.state, samples=samples)
    values = {name: each.value for name, each in answers.items()}
    try:
        return Answer(value=world.formulas[definition.expression](**values), samples=samples, parts=values)
    except ZeroDivisionError:
        return Answer(state="not_applicable", samples=samples)
