"""The checks of the contract let a sound source pass, and find what is wrong with one that is broken."""

import itertools
from dataclasses import replace

import pytest

from contract import checks
from contract.bench import Bench
from contract.faults import FAULTS
from made_up import TOKEN, Builds, Incidents, options_of, system
from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError, SourceError
from scorecard_exporter.sources.kit.paging import LinkPages, Request


@pytest.fixture
def bench(tmp_path, monkeypatch, caplog):
    made = []

    def of(**streams):
        made.append(Bench(system, {"made-up": options_of(**streams)}, tmp_path, monkeypatch, caplog))
        return made[-1]

    yield of
    for one in made:
        one.close()


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_a_sound_source_passes(bench, check):
    check(bench())


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_sound_source_survives(bench, fault):
    checks.survives(bench(), fault)


class CursorAhead(Incidents):
    """Moves on before its records are delivered."""

    def _deliver(self, pieces, before, state, wanted):
        yield from super()._deliver((), before, state, wanted)
        yield from super()._deliver(pieces, state().dump(), state, wanted)


class CursorAheadInSilence(CursorAhead):
    """The same, and tells what it has read when it is there."""

    def _deliver(self, pieces, before, state, wanted):
        batches = super()._deliver(pieces, before, state, wanted)
        yield replace(next(batches), coverage=())
        yield from batches


class Losing(Incidents):
    """Follows no page when it catches up."""

    def pieces(self, begin, end):
        return itertools.islice(super().pieces(begin, end), 1 if end - begin < self.window else None)


class Forgetting(Builds):
    """Does not look again at what was unfinished."""

    def page(self, after):
        return replace(super().page(after), unfinished=())


class Doubling(Builds):
    """The same thing gets another key when it is read again."""

    number = itertools.count()

    def build(self, body):
        return replace(super().build(body), key=f"{next(self.number)}")


class Leaking(Incidents):
    def pieces(self, begin, end):
        try:
            yield from super().pieces(begin, end)
        except SourceError as error:
            raise type(error)(f"with {TOKEN}: {error}") from error


class LeakingIntoTheStore(Incidents):
    def incident(self, body):
        return replace(super().incident(body), url=f"https://system.example/?token={TOKEN}")


class Looping(Incidents):
    """Follows whatever link there is."""

    def pieces(self, begin, end):
        request = Request("incidents", {"from": begin.isoformat(), "to": end.isoformat()})
        while request:
            response = self.client.get(request.path, request.params)
            yield self.parsed(response, self.incident)
            request = LinkPages().following(request, response)


class Crashing(Incidents):
    def incident(self, body):
        body._data["title"].strip()
        return super().incident(body)


class AllOrNothing(Incidents):
    """One thing that is malformed costs all of its page."""

    def parsed(self, response, parse):
        piece = super().parsed(response, parse)
        return replace(piece, records=()) if piece.problems else piece


class Strict(Incidents):
    """Wants to know every field."""

    def incident(self, body):
        if "somethingNew" in body._data:
            raise SkippableSourceError("a field is not known")
        return super().incident(body)


class Deaf(Incidents):
    """Takes a failure for an empty list."""

    def pieces(self, begin, end):
        try:
            yield from super().pieces(begin, end)
        except RetriableSourceError:
            return


class Impatient(Incidents):
    """Takes a pause for a failure."""

    def pieces(self, begin, end):
        try:
            yield from super().pieces(begin, end)
        except SourceError as error:
            raise RetriableSourceError(str(error)) from error


class Selfish(Builds):
    """Takes what is wrong with a thing for what is wrong with all."""

    def page(self, after):
        try:
            return super().page(after)
        except SkippableSourceError as error:
            raise RetriableSourceError(str(error)) from error


class Promising(Builds):
    """Says that it has read what it never reads."""

    def _deliver(self, *arguments):
        for batch in super()._deliver(*arguments):
            more = tuple(replace(one, kind="deployment") for one in batch.coverage)
            yield replace(batch, coverage=batch.coverage + more)


class Uncovering(Builds):
    """Does not say what it has read."""

    def _deliver(self, *arguments):
        for batch in super()._deliver(*arguments):
            yield replace(batch, coverage=())


class StandingStill(Builds):
    """Says what it has read only when there was history."""

    def _catch_up(self, *arguments):
        for batch in super()._catch_up(*arguments):
            yield replace(batch, coverage=())


class Giving(Builds):
    """Gives up after one piece of history."""

    def _go_back(self, *_):
        return iter(())


BROKEN = [
    ("reads_from_nothing_to_the_end", Promising, "a kind is covered, and never comes"),
    ("reads_from_nothing_to_the_end", Uncovering, "is never covered"),
    ("reads_from_nothing_to_the_end", Giving, "not all history was read"),
    ("shows_no_secret", LeakingIntoTheStore, "a secret is shown"),
    ("reading_again_changes_nothing", Doubling, "assert"),
    ("reading_again_changes_nothing", StandingStill, "stands still"),
    ("growing_comes_to_the_same_as_reading_from_nothing", Forgetting, "assert"),
    ("growing_comes_to_the_same_as_reading_from_nothing", Losing, "assert"),
    ("killed_at_any_request_it_goes_on_without_gap_or_double", CursorAhead, "is covered and not there"),
    ("killed_at_any_request_it_goes_on_without_gap_or_double", CursorAheadInSilence, "killed at request"),
    ("a_page_that_comes_again_for_ever_is_noticed", Looping, "repeated for ever"),
    ("a_body_that_is_not_what_it_should_be_costs_no_more_than_itself", Crashing, "Error"),
    ("a_body_that_is_not_what_it_should_be_costs_no_more_than_itself", AllOrNothing, "costs other things"),
    ("a_body_that_is_not_what_it_should_be_costs_no_more_than_itself", Strict, "not passed over"),
]


@pytest.mark.parametrize(("check", "broken", "message"), BROKEN)
def test_a_broken_source_is_found(bench, check, broken, message):
    with pytest.raises(AssertionError, match=message):
        getattr(checks, check)(bench(**{"incidents" if issubclass(broken, Incidents) else "builds": broken}))


FAILING = [
    ("500", Deaf, "is covered and not there"),
    ("500", Leaking, "a secret is shown"),
    ("429", Impatient, "ends as RetriableSourceError"),
    ("404", Selfish, "ends as RetriableSourceError"),
    ("cut off", CursorAhead, "is covered and not there"),
]


@pytest.mark.parametrize(("name", "broken", "message"), FAILING)
def test_a_source_that_does_not_survive_is_found(bench, name, broken, message):
    (fault,) = (one for one in FAULTS if one.name == name)
    with pytest.raises(AssertionError, match=message):
        checks.survives(bench(**{"incidents" if issubclass(broken, Incidents) else "builds": broken}), fault)


def test_every_check_has_a_broken_source_that_it_finds():
    assert {check for check, _, _ in BROKEN} == {check.__name__ for check in checks.CHECKS}
