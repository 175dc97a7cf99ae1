"""Net promoter scores: the newest closed round, and whose answers are too few or would give others away."""

from fractions import Fraction

from by_hand.history import micros
from by_hand.world import Answer


def score(world, definition, team, period):
    """Of the newest round that is closed, if it may be shown."""
    survey = definition.survey
    state = unread(world, definition, period)
    answers = [each for each in world.records if each.kind == "survey_answer" and is_of(survey, each)]
    rounds = {}
    for each in answers:
        rounds[each.round] = max(micros(each.closes_at), rounds.get(each.round, 0))
    closed = sorted((at, name) for name, at in rounds.items() if at < period.ends_at)
    if state or not closed:
        return Answer(state=state or "missing")
    closed_at, newest = closed[-1]
    numbers = [
        (world.subjects[each.subject], each.question, int(each.answer))
        for each in answers
        if each.round == newest and each.answer in map(str, range(11)) and each.subject in world.subjects
    ]
    questions = {survey.question} if survey.question else {question for _, question, _ in numbers}
    if len(questions) > 1:
        return Answer(state="missing")
    given = [(subject, number) for subject, question, number in numbers if question in questions]
    is_old = survey.freshness and closed_at < period.ends_at - survey.freshness
    scores = [number for subject, number in given if subject in tree(world, team)]
    if is_old or team in unshown(world, given, survey.min_group) or len(scores) < definition.min_samples:
        return Answer(state="stale" if is_old else "insufficient", samples=len(scores))
    points = [100 if number >= 9 else 0 if number >= 7 else -100 for number in scores]
    parts = {"promoters": points.count(100), "passives": points.count(0), "detractors": points.count(-100)}
    return Answer(value=Fraction(sum(points), len(points)), samples=len(scores), parts=parts)


def is_of(survey, answer):
    return answer.survey == survey.name and survey.origin in (None, answer.origin)


def unread(world, definition, period):
    read = [
        micros(each.to_at)
        for each in world.coverage
        if each.kind == "survey_answer" and definition.survey.origin in (None, each.origin)
    ]
    if not read:
        return "missing"
    return "stale" if max(read) < max(period.ends_at - definition.freshness, period.starts_at + 1) else None


def tree(world, team):
    """The subjects of a team and of all teams below it."""
    return {f"team/{team}"}.union(*(tree(world, child) for child in world.scopes[team].children))


def unshown(world, given, least):
    """The teams of which nothing may be shown.

    Those with fewer answers than that; and from the top down, while what is left of a shown team without the shown
    teams below it is less than that too, the smallest of these.
    """

    def size(subjects):
        return sum(subject in subjects for subject, _ in given)

    answers = {team: size(tree(world, team)) for team in world.scopes}
    hidden = {team for team in answers if answers[team] < least}
    depth = {team: sum(f"team/{team}" in tree(world, other) for other in world.scopes) for team in world.scopes}
    for team in sorted(world.scopes, key=lambda each: depth[each]):
        while team not in hidden:
            inside = [
                one for one in world.scopes if one != team and one not in hidden and f"team/{one}" in tree(world, team)
            ]
            outer = [
                one for one in inside if not any(f"team/{one}" in tree(world, two) for two in inside if two != one)
            ]
            left = size(tree(world, team) - set().union(*(tree(world, one) for one in outer)))
            if left == 0 or left >= least or not outer:
                break
            hidden.add(min(outer, key=lambda one: (answers[one], one)))
    return hidden
