"""Net promoter scores of survey rounds that closed, and what must not be shown lest a small group be recognised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from typing import NamedTuple

from scorecard_exporter.events.model import is_from
from scorecard_exporter.measures import diagnose, diagnose_surveys
from scorecard_exporter.measures.coverage import fresh_from
from scorecard_exporter.measures.finding import Details, Find, Finding, count
from scorecard_exporter.measures.model import Absence, Definition, Period, Scope, Survey
from scorecard_exporter.measures.statements import Answers, bigint, one_of, read, sample_text, text_literal
from scorecard_exporter.measures.withheld import withheld


class _Answers(NamedTuple):
    """Of some people: how many answered, how many of them promote and how many detract."""

    every: int = 0
    promoters: int = 0
    detractors: int = 0


_NO_ANSWER = _Answers()


class _Round(NamedTuple):
    """A round of a survey: when the last of its answers says that it closes, and the origins that tell of it."""

    closed_at: int
    name: str
    origins: Sequence[str]


class _Result:
    """What was answered in a closed round, by every team with all teams below it.

    `questions`: for each of them the answers of each team without those of the teams below.
    """

    def __init__(
        self,
        survey: Survey,
        closed: _Round,
        questions: Mapping[str, Mapping[str, _Answers]],
        scopes: Mapping[str, Scope],
    ) -> None:
        self.round, self.closed_at = closed.name, closed.closed_at
        self.questions = [survey.question] if survey.question else sorted(questions)
        self._own = questions.get(self.questions[0], {}) if self.questions else {}
        self._least = survey.min_group
        self._scopes = scopes
        self._known: dict[str, _Answers] = {}

    def of(self, team: str) -> _Answers:
        """The answers of a team and of all teams below it."""
        if team not in self._known:
            own, children = self._own.get(team, _NO_ANSWER), self._scopes[team].children
            self._known[team] = _sum([own, *map(self.of, children)]) if children else own
        return self._known[team]

    @cached_property
    def withheld(self) -> frozenset[str]:
        """The teams whose answers must not be shown."""
        return withheld(self._scopes, {team: one.every for team, one in self._own.items()}, self._least)


class Surveys:
    """The readings of surveys for every team of the tree; what the store knows of them is asked once."""

    def __init__(
        self,
        store: Answers,
        surveys: Collection[Survey],
        scopes: Mapping[str, Scope],
        periods: Iterable[Period],
        covered: Mapping[str, tuple[int, int]],
    ) -> None:
        self._store, self._surveys, self._scopes, self._covered = store, surveys, scopes, covered
        self._periods = tuple(periods)

    def statements(self) -> Iterator[str]:
        """What will be asked first."""
        if self._surveys:
            yield self._closes()

    def score(self, definition: Definition, period: Period) -> Find:
        """The net promoter score of a team's whole tree, of the newest round closed before the end of the period."""
        survey = definition.survey
        if survey is None:
            raise ValueError(f"{definition.measure} needs a survey")
        result, is_seen, read_until = self._find(survey, period)
        absence = _unread(survey, read_until, definition, period)
        if absence is None and result:
            return partial(_of_round, survey, result, period)
        absence = absence or diagnose_surveys.no_closed_round(survey, period, is_known=is_seen)
        nothing = Finding(None, 0, None, absence)
        return lambda _team: nothing

    def _find(self, survey: Survey, period: Period) -> tuple[_Result | None, bool, int | None]:
        """The result of the newest round that was closed; whether there is any; up to when some source was read."""
        read_until = (until for origin, (_, until) in self._covered.items() if is_from(origin, survey.origin))
        closed = _newest(self._rounds[survey], period)
        result = self._results[survey, closed.name] if closed else None
        return result, bool(self._rounds[survey]), max(read_until, default=None)

    @cached_property
    def _rounds(self) -> Mapping[Survey, Sequence[_Round]]:
        """The rounds of each survey in order of their close."""
        closes = list(read(self._store, self._closes()))
        return {survey: _rounds_of(survey, closes) for survey in self._surveys}

    def _closes(self) -> str:
        named = one_of("survey", sorted({survey.name for survey in self._surveys}))
        return (
            f"select survey, round, origin, max(closes_at) from survey_answers\nwhere {named}\n"
            "group by survey, round, origin"
        )

    @cached_property
    def _results(self) -> Mapping[tuple[Survey, str], _Result]:
        """Of each survey the rounds that are the newest in some period."""
        wanted = {
            (survey, closed)
            for survey, rounds in self._rounds.items()
            for period in self._periods
            if (closed := _newest(rounds, period))
        }
        places = sorted({(survey.name, closed.name, origin) for survey, closed in wanted for origin in closed.origins})
        rows: defaultdict[tuple[str, str, str], list[_Row]] = defaultdict(list)
        for row in read(self._store, _answers(places)) if places else ():
            rows[places[row[0]]].append(row[1:])
        return {
            (survey, closed.name): _Result(
                survey,
                closed,
                _by_question(row for origin in closed.origins for row in rows[survey.name, closed.name, origin]),
                self._scopes,
            )
            for survey, closed in wanted
        }


def _of_round(survey: Survey, newest: _Result, period: Period, team: str) -> Finding:
    if len(newest.questions) > 1:
        several = diagnose_surveys.several_questions(survey, newest.round, newest.questions)
        return Finding(None, 0, newest.closed_at, several)
    found = newest.of(team)
    absence = _why_not(survey, newest, team, period, found.every)
    value = None if absence else Fraction(100 * (found.promoters - found.detractors), found.every)
    return Finding(value, found.every, newest.closed_at, absence, lambda: _parts(found))


def _parts(found: _Answers) -> Details:
    return Details(
        {
            "promoters": count(found.promoters),
            "passives": count(found.every - found.promoters - found.detractors),
            "detractors": count(found.detractors),
        }
    )


def _why_not(survey: Survey, newest: _Result, team: str, period: Period, answers: int) -> Absence | None:
    """The round is too old, there are too few answers, or others could be worked out from them."""
    if survey.freshness and newest.closed_at < period.ends_at - survey.freshness:
        return diagnose_surveys.stale_round(survey, newest.round, newest.closed_at, period)
    if answers < survey.min_group:
        return diagnose_surveys.too_few_answers(survey, newest.round, team, answers)
    if team in newest.withheld:
        return diagnose_surveys.answers_withheld(survey, newest.round, team)
    return None


def _unread(survey: Survey, read_until: int | None, definition: Definition, period: Period) -> Absence | None:
    if read_until is None:
        return diagnose.not_read([(survey.origin or "any source", "survey_answer")])
    if read_until >= period.ends_at or read_until >= fresh_from(period, definition.freshness):
        return None
    return diagnose.stale(read_until, period, definition.freshness)


def _answers(rounds: Sequence[tuple[str, str, str]]) -> str:
    """Rows of the place of a round among these (survey, round, origin), question, subject, and numbers of answers."""
    columns = "place, survey, round, origin"
    listed = (f"({bigint(place)}, {', '.join(map(text_literal, names))})" for place, names in enumerate(rounds))
    named = one_of("samples.round", sorted({name for _, name, _ in rounds}))
    return (
        f"with samples as (\n{sample_text('survey_answers')}\n),\n"
        f"wanted as (select {columns} from (values {', '.join(listed)}) as listed ({columns}))\n"
        "select wanted.place, samples.question, samples.subject, cast(count(*) as bigint), "
        "cast(sum(samples.is_promoter) as bigint), cast(sum(samples.is_detractor) as bigint)\n"
        "from samples join wanted\n"
        "on samples.survey = wanted.survey and samples.round = wanted.round and samples.origin = wanted.origin\n"
        f"where {named}\n"
        "group by wanted.place, samples.question, samples.subject"
    )


_Close = tuple[str, str, str, int]
_Row = tuple[str, str, int, int, int]


def _rounds_of(survey: Survey, closes: Iterable[_Close]) -> Sequence[_Round]:
    """A round closes when the last of its answers says so."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, round_, origin, at in closes:
        if name == survey.name and is_from(origin, survey.origin):
            found[round_][origin] = at
    return sorted(_Round(max(by_origin.values()), name, tuple(sorted(by_origin))) for name, by_origin in found.items())


def _newest(rounds: Sequence[_Round], period: Period) -> _Round | None:
    """The last that was closed before the end of the period."""
    return next((one for one in reversed(rounds) if one.closed_at < period.ends_at), None)


def _by_question(rows: Iterable[_Row]) -> Mapping[str, Mapping[str, _Answers]]:
    found: defaultdict[str, dict[str, _Answers]] = defaultdict(dict)
    for question, subject, every, promoters, detractors in rows:
        by_team, team, answers = found[question], subject.removeprefix("team/"), _Answers(every, promoters, detractors)
        by_team[team] = _sum([by_team[team], answers]) if team in by_team else answers
    return found


def _sum(answers: Iterable[_Answers]) -> _Answers:
    return _Answers(*map(sum, zip(*answers, strict=True)))
