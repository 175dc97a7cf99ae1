"""Net promoter scores of survey rounds that closed, and what must not be shown lest a small group be recognised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from scorecard_exporter.events.model import is_from
from scorecard_exporter.measures import diagnose, diagnose_surveys
from scorecard_exporter.measures.aggregate import one_of, read, sample_text
from scorecard_exporter.measures.coverage import fresh_from
from scorecard_exporter.measures.finding import Finding, count
from scorecard_exporter.measures.model import Absence, Definition, Period, Scope, Survey
from scorecard_exporter.measures.withheld import withheld
from scorecard_exporter.store.base import Store


class _Answers(NamedTuple):
    """Of some people: how many answered, how many of them promote and how many detract."""

    every: int = 0
    promoters: int = 0
    detractors: int = 0


class _Round(NamedTuple):
    """A closed round: its name, when it closed, and for each question the answers by team."""

    name: str
    closed_at: int
    questions: Mapping[str, Mapping[str, _Answers]]


class Surveys:
    """The readings of surveys for every team of the tree."""

    def __init__(
        self,
        store: Store,
        surveys: Collection[Survey],
        scopes: Mapping[str, Scope],
        covered: Mapping[str, tuple[int, int]],
    ) -> None:
        self._store, self._surveys, self._scopes, self._covered = store, surveys, scopes, covered
        self._known: dict[Survey, list[_Round]] | None = None
        self._withheld: dict[tuple[Survey, str], Collection[str]] = {}

    def score(self, definition: Definition, team: str, period: Period) -> Finding:
        """The net promoter score of a team's whole tree, of the newest round closed before the end of the period."""
        survey = definition.survey
        if survey is None:
            raise ValueError(f"{definition.measure} needs a survey")
        closed = [one for one in self._rounds(survey) if one.closed_at < period.ends_at]
        absence = self._unread(survey, definition, period)
        if not absence and not closed:
            absence = diagnose_surveys.no_closed_round(survey, period, is_known=bool(self._rounds(survey)))
        if absence:
            return Finding(value=None, samples=0, newest_at=None, absence=absence)
        return self._of_round(survey, closed[-1], team, period)

    def _of_round(self, survey: Survey, newest: _Round, team: str, period: Period) -> Finding:
        questions = [survey.question] if survey.question else list(newest.questions)
        if len(questions) > 1:
            several = diagnose_surveys.several_questions(survey, newest.name, sorted(questions))
            return Finding(value=None, samples=0, newest_at=newest.closed_at, absence=several)
        by_team = newest.questions.get(questions[0], {}) if questions else {}
        found = _of_tree(by_team, self._scopes, team)
        absence = self._why_not(survey, newest, by_team, team, found.every)
        if survey.freshness and newest.closed_at < period.ends_at - survey.freshness:
            absence = diagnose_surveys.stale_round(survey, newest.name, newest.closed_at, period)
        parts = {
            "promoters": count(found.promoters),
            "passives": count(found.every - found.promoters - found.detractors),
            "detractors": count(found.detractors),
        }
        return Finding(
            value=None if absence else Fraction(100 * (found.promoters - found.detractors), found.every),
            samples=found.every,
            newest_at=newest.closed_at,
            parts=parts,
            absence=absence,
        )

    def _why_not(
        self, survey: Survey, newest: _Round, by_team: Mapping[str, _Answers], team: str, answers: int
    ) -> Absence | None:
        """Too few answers, or others could be worked out from them."""
        if answers < survey.min_group:
            return diagnose_surveys.too_few_answers(survey, newest.name, team, answers)
        if (survey, newest.name) not in self._withheld:
            own = {name: one.every for name, one in by_team.items()}
            self._withheld[survey, newest.name] = withheld(self._scopes, own, survey.min_group)
        if team in self._withheld[survey, newest.name]:
            return diagnose_surveys.answers_withheld(survey, newest.name, team)
        return None

    def _unread(self, survey: Survey, definition: Definition, period: Period) -> Absence | None:
        read_until = [until for origin, (_, until) in self._covered.items() if is_from(origin, survey.origin)]
        if not read_until:
            return diagnose.not_read([(survey.origin or "any source", "survey_answer")])
        if max(read_until) < fresh_from(period, definition.freshness):
            return diagnose.stale(max(read_until), period, definition.freshness)
        return None

    def _rounds(self, survey: Survey) -> list[_Round]:
        """The rounds of a survey in order of their close."""
        if self._known is None:
            self._known = self._read()
        return self._known[survey]

    def _read(self) -> dict[Survey, list[_Round]]:
        named = one_of("survey", sorted({survey.name for survey in self._surveys}))
        closes = list(read(self._store, f"{_CLOSES}\nwhere {named}\n{_BY_ROUND}"))
        samples = f"with samples as (\n{sample_text('survey_answers')}\n)\n"
        answers = list(read(self._store, f"{samples}{_ANSWERS}\nwhere {named}\n{_BY_TEAM}"))
        return {survey: _rounds_of(survey, closes, answers) for survey in self._surveys}


_CLOSES = "select survey, round, origin, max(closes_at) from survey_answers"
_BY_ROUND = "group by survey, round, origin"
_ANSWERS = (
    "select survey, round, origin, question, subject, cast(count(*) as bigint), cast(sum(is_promoter) as bigint), "
    "cast(sum(is_detractor) as bigint) from samples"
)
_BY_TEAM = "group by survey, round, origin, question, subject"


_Close = tuple[str, str, str, int]
_Row = tuple[str, str, str, str, str, int, int, int]


def _rounds_of(survey: Survey, closes: Iterable[_Close], answers: Iterable[_Row]) -> list[_Round]:
    """A round closes when the last of its answers says so."""
    closed_at: dict[str, int] = {}
    for name, round_, origin, at in closes:
        if name == survey.name and is_from(origin, survey.origin):
            closed_at[round_] = max(at, closed_at.get(round_, at))
    counted: _Counted = defaultdict(lambda: defaultdict(dict))
    for name, round_, origin, question, subject, *numbers in answers:
        if name == survey.name and is_from(origin, survey.origin):
            by_team = counted[round_][question]
            team = subject.removeprefix("team/")
            by_team[team] = _sum([by_team.get(team, _Answers()), _Answers(*numbers)])
    return [_Round(round_, at, counted[round_]) for at, round_ in sorted((at, name) for name, at in closed_at.items())]


_Counted = defaultdict[str, defaultdict[str, dict[str, _Answers]]]


def _sum(answers: Iterable[_Answers]) -> _Answers:
    return _Answers(*map(sum, zip(*answers, strict=True)))


def _of_tree(by_team: Mapping[str, _Answers], scopes: Mapping[str, Scope], team: str) -> _Answers:
    """The answers of a team and of all teams below it."""
    below = (_of_tree(by_team, scopes, child) for child in scopes[team].children)
    return _sum([by_team.get(team, _Answers()), *below])
