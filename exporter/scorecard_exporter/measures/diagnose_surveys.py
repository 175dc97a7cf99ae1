"""Why a measure of surveys has no value; see `diagnose`."""

from __future__ import annotations

from collections.abc import Sequence

from scorecard_exporter.measures.diagnose import duration, listed
from scorecard_exporter.measures.model import Absence, Period, Survey
from scorecard_exporter.quantities import when


def no_closed_round(survey: Survey, period: Period, *, is_known: bool) -> Absence:
    """No round of the survey had closed."""
    what = "round of survey" if is_known else "answer to survey"
    when_ = f" closed before {when(period.ends_at)}" if is_known else " was read so far"
    return Absence(
        "missing",
        "no_closed_round",
        f"No {what} {survey.name!r}{when_}.",
        f"See that a source delivers it under this name; surveys.{survey.name}.from says which.",
    )


def stale_round(survey: Survey, round_: str, closed_at: int, period: Period) -> Absence:
    """The newest round is older than the survey allows."""
    return Absence(
        "stale",
        "stale_round",
        f"The newest closed round of survey {survey.name!r}, {round_!r}, closed "
        f"{duration(period.ends_at - closed_at)} ago; {duration(survey.freshness)} is allowed.",
        f"Hold another round, or raise surveys.{survey.name}.freshness.",
    )


def several_questions(survey: Survey, round_: str, questions: Sequence[str]) -> Absence:
    """Several questions are answered with numbers, and nothing says which one is meant."""
    return Absence(
        "missing",
        "several_questions",
        f"Round {round_!r} of survey {survey.name!r} has several questions that were answered from 0 to 10: "
        f"{listed(repr(question) for question in questions)}.",
        f"surveys.{survey.name}.question: {questions[0]}",
    )


def too_few_answers(survey: Survey, round_: str, team: str, answers: int) -> Absence:
    """So few people answered that one of them might be recognised."""
    return Absence(
        "insufficient",
        "too_few_answers",
        f"{answers} of at least {survey.min_group} answers of team {team} in round {round_!r} of survey "
        f"{survey.name!r}; fewer are not shown, lest a person be recognised.",
        f"Ask more people, or look at a team above. See that surveys.{survey.name}.subjects names all teams.",
    )


def answers_withheld(survey: Survey, round_: str, team: str) -> Absence:
    """With this result, that of a smaller group could be worked out."""
    return Absence(
        "insufficient",
        "answers_withheld",
        f"The result of team {team} in round {round_!r} of survey {survey.name!r} is withheld: with it, that of a "
        f"group of fewer than {survey.min_group} people could be worked out.",
        "Look at a team above.",
    )
