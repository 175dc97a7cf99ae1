"""The promises themselves. Each takes a bench and asserts; a sentence says what is promised."""

import functools

from contract.bench import FIRST, LAST, LATER, EndlessError, KilledError, since
from contract.bodies import Change, again, changes, json_of, list_of, made_of, sort_of
from contract.faults import LARGEST_BODY
from scorecard_exporter.errors import PausedSourceError, SkippableSourceError, SourceError
from scorecard_exporter.events.model import KINDS, is_from
from scorecard_exporter.sources.kit import exchange

MOST_KILLS = 12
MISSING = ("null", "removed")
FINAL = frozenset({"observation", "commit", "review"})
"""Kinds that are what they are from the beginning."""


def reads_from_nothing_to_the_end(bench):
    """One poll reads all the history that is wanted: records of every kind that is covered, and nothing uncovered."""
    world = bench.at_first
    names = [stream.name for stream in world.source.streams]
    assert len(set(names)) == len(names), "two streams have one name, and so one cursor"
    assert world.cursors().keys() == set(names), "a stream was not read"
    records, coverage = world.records(), world.coverage()
    assert {kind for _, kind, _ in records} >= {kind for _, kind in coverage}, "a kind is covered, and never comes"
    for origin, kind, key in records:
        assert origin.startswith("source:")
        assert kind in KINDS
        assert key
        is_covered = any(is_from(origin, covered) and kind == other for covered, other in coverage)
        assert is_covered or kind == "branch", f"{kind} of {origin} is never covered, so it is never counted"
    for pair, (begin, end) in coverage.items():
        assert begin is None or begin <= world.wanted_from(FIRST), f"{pair}: not all history was read"
        assert end <= FIRST, f"{pair}: the future is covered"


def shows_no_secret(bench):
    """Neither messages nor the log, the metrics or the store hold anything that proves who is asking."""
    bench.caplog.clear()
    world = bench.stored_world()
    world.poll(FIRST)
    holds_no_secret(world)


def reading_again_changes_nothing(bench):
    """Half an hour later, with nothing new: the same records, and coverage has moved on."""
    world = bench.stored_world()
    world.poll(FIRST)
    before, covered = world.records(), world.coverage()
    report = world.poll(LATER)
    assert_healthy(world, report)
    assert world.records() == before
    now = world.coverage()
    assert now.keys() == covered.keys()
    for pair, (_, end) in now.items():
        assert end > covered[pair][1], f"the coverage of {pair} stands still"
    assert max(end for _, end in now.values()) == LATER


def growing_comes_to_the_same_as_reading_from_nothing(bench):
    """What is new and what has changed is found by the next poll; then all is as if it had been read just now."""
    world = bench.stored_world()
    world.poll(FIRST)
    before = world.records()
    world.grow()
    assert_healthy(world, world.poll(LAST))
    anew = bench.stored_world()
    anew.grow()
    assert_healthy(anew, anew.poll(LAST))
    after = since(world.records(), world.wanted_from(LAST))
    assert after == since(anew.records(), world.wanted_from(LAST))
    assert after.keys() - before.keys(), "the fake system does not grow"
    is_changed = any(after[address] != one for address, one in before.items() if address in after)
    assert is_changed or {kind for _, kind, _ in before} <= FINAL, "nothing known changes in the fake system"


def killed_at_any_request_it_goes_on_without_gap_or_double(bench):
    """Killed at a request of its first poll, or of one that finds news, and started again: all is there, once.

    What matters of the past is what was stored, so of the requests at which the same was stored one is tried; of many
    such moments some, from the first to the last.
    """
    for at, whole in ((FIRST, bench.at_first), (LAST, bench.at_last)):
        wanted = whole.wanted_from(at)
        for number in spread(moments(bench, at, whole), MOST_KILLS):
            world = killed(bench, at, number)
            assert_healthy(world, world.poll(at))
            where = f"killed at request {number} of the poll at {at}"
            assert since(world.records(), wanted) == since(whole.records(), wanted), where
            assert world.coverage().keys() == whole.coverage().keys(), where
            for pair, (begin, end) in whole.coverage().items():
                assert world.coverage()[pair][0] <= begin, where
                assert world.coverage()[pair][1] == end, where


def moments(bench, at, whole):
    """Poll, looking at the store before every request: the first request of each thing that was stored then.

    What is covered at any of them is there already.
    """
    world = bench.world_at(at, is_fine=True)
    found, writes = [], [-1]
    records = visible(bench, at, since(whole.records(), whole.wanted_from(at)))

    def look(number):
        if world.writes != writes[-1]:
            writes.append(world.writes)
            found.append(number)
            assert_holds_what_it_covers(world, records)

    world.poll(at, before=look)
    return found


def spread(things, most):
    """At most so many of these, evenly, with the first and the last."""
    if len(things) <= most:
        return things
    return [things[round(number * (len(things) - 1) / (most - 1))] for number in range(most)]


def killed(bench, at, number):
    """A world whose poll ended at that request, and with it the process."""
    world = bench.world_at(at, is_fine=True)

    def kill(reached):
        if reached == number:
            raise KilledError

    try:
        world.poll(at, before=kill)
    except KilledError:
        world.restart()
        return world
    raise AssertionError(f"request {number} was never made")


def visible(bench, at, records):
    """Those that a poll before this one could have seen: a thing may become one of a kind after its beginning."""
    if at == FIRST:
        return records
    known = bench.at_first.records()
    return {address: one for address, one in records.items() if address in known or (one.created_at or FIRST) >= FIRST}


def assert_holds_what_it_covers(world, records):
    known, coverage = world.records(), world.coverage()
    missing = {address: one.created_at for address, one in records.items() if address not in known and one.created_at}
    for (origin, kind, key), at in missing.items():
        is_covered = is_within(coverage, origin, kind, at)
        assert not is_covered, f"{kind} {key} of {origin}, of {at}, is covered and not there"


def is_within(coverage, origin, kind, at):
    """Whether a moment is covered."""
    spans = (span for (covered, other), span in coverage.items() if is_from(origin, covered) and kind == other)
    return any(begin <= at < end for begin, end in spans)


def survives(bench, fault):
    """Whatever is wrong with the system, at whichever request: said in a sentence, nothing lost, all read later."""
    for at, whole in ((FIRST, bench.at_first), (LAST, bench.at_last)):
        probe = bench.world_at(at)
        probe.poll(at)
        total = len(probe.door.requests)
        for number in sorted({1, (total + 1) // 2, total}):
            survives_once(bench, fault, at, whole, number)


def survives_once(bench, fault, at, whole, number):
    """The fault begins with that request and lasts until the poll ends; the next one finds the system well."""
    world = bench.world_at(at)
    before = world.records()
    things = []

    def answer(reached, request):
        if reached == number:
            things.append(thing_of(request))
        if reached < number or (fault.is_of_thing and thing_of(request) not in things):
            return world.system(request)
        return fault.answer(request)

    bench.caplog.clear()
    with bench.monkeypatch.context() as patch:
        patch.setattr(exchange, "LARGEST_BODY", LARGEST_BODY)
        report = world.poll(at, answer=answer)
    where = f"{fault} at request {number} of the poll at {at}"
    assert_only_source_errors(world)
    for error in world.raised:
        assert isinstance(error, fault.ends), f"{where} ends as {type(error).__name__}: {error}"
    wanted = whole.wanted_from(at)
    is_harmless = since(world.records(), wanted) == since(whole.records(), wanted)
    assert messages(world) or report.paused or is_harmless, f"{where} is not said anywhere"
    assert bool(report.paused) == (PausedSourceError in fault.ends), where
    assert not (report.paused and report.troubles), f"{where}: a pause is no trouble"
    holds_no_secret(world)
    assert world.records().keys() >= before.keys(), f"{where}: something stored was lost"
    assert_holds_what_it_covers(world, visible(bench, at, whole.records()))
    if fault.is_of_thing and SkippableSourceError in fault.ends:
        assert_others_went_on(world, where)
    world.restart()
    assert_healthy(world, world.poll(at))
    assert since(world.records(), wanted) == since(whole.records(), wanted), f"{where}: not all was read afterwards"


def thing_of(request):
    return request.method, request.url.path


def assert_others_went_on(world, where):
    failed = {name for names in world.report.troubles.values() for name in names}
    if world.source.name in failed:
        return  # it could not be asked which streams there are
    others = {stream.name for stream in world.source.streams} - failed
    assert others <= world.cursors().keys(), f"{where}: {others - world.cursors().keys()} were not read"


def a_page_that_comes_again_for_ever_is_noticed(bench):
    """A list of each sort in turn never ends, its pages always the same: the poll ends, and all is read later."""
    lists = {}
    for number, request in enumerate(bench.at_first.door.requests, 1):
        lists.setdefault(sort_of(request), (number, list_of(request)))
    for number, about in lists.values():
        world = bench.world()
        first = []

        def answer(reached, request, world=world, about=about, first=first):
            if list_of(request) != about:
                return world.system(request)
            first[:] = first or [world.system(request)]
            return again(first[0], request, reached)

        try:
            world.poll(FIRST, answer=answer)
        except EndlessError as error:
            raise AssertionError(f"request {number}, {about[:3]}, repeated for ever: {error}") from None
        assert_only_source_errors(world)
        world.restart()
        assert_healthy(world, world.poll(FIRST))
        assert world.records() == bench.at_first.records(), f"request {number} repeated for ever: not all was read"


def a_body_that_is_not_what_it_should_be_costs_no_more_than_itself(bench):
    """A field that is missing, null, new or of another type: a problem or fine, and everything else is read.

    A poll goes on until the end of the round in which the body was asked for.
    """
    answers = successes(bench.at_first.door)
    assert answers, "the fake system answers nothing as JSON"
    read = functools.cache(functools.partial(addresses_with, bench))
    for change in changes(answers):
        request, body = answers[change.number]
        rounds = bench.at_first.door.rounds[change.number - 1]
        where = f"{change.how} at {change.path} of {request.method} {request.url.path}"
        found = read_with(bench, change, request, body, rounds)
        assert_only_source_errors(found)
        if change.how == "extra":
            assert found.records().keys() == read(None, rounds), f"{where} is not passed over"
        elif change.item:
            without = read(Change(change.number, change.item, "removed"), rounds)
            lost = without - found.records().keys()
            is_detail = without == read(None, rounds)
            is_fine = is_detail and (messages(found) or change.how in MISSING)
            assert not lost or is_fine, f"{where} costs other things: {sorted(lost)[:3]}; said: {messages(found)}"


def addresses_with(bench, change, rounds):
    """What is read while one body is changed; None: none of them."""
    request, body = successes(bench.at_first.door)[change.number] if change else (None, None)
    return frozenset(read_with(bench, change, request, body, rounds).records())


def read_with(bench, change, about, body, rounds):
    """A world that was read from nothing, for so many rounds, while one body is changed."""
    found = bench.world()

    def answer(_, request):
        sound = found.system(request)
        return made_of(sound, change.of(body)) if change and exactly(request) == exactly(about) else sound

    found.poll(FIRST, answer=answer, rounds=rounds)
    return found


def successes(door):
    """The requests that were answered with JSON, and those bodies, by number."""
    pairs = enumerate(zip(door.requests, map(json_of, door.answers), strict=True), 1)
    return {number: (request, body) for number, (request, body) in pairs if body is not None}


def messages(world):
    return [*world.report.sentences(), *(problem.message for problem in world.problems)]


def exactly(request):
    return request.method, str(request.url), request.content


def assert_only_source_errors(found):
    for error in found.raised:
        assert isinstance(error, SourceError), f"{type(error).__name__}: {error}"


def assert_healthy(world, report):
    assert (report.troubles, report.paused, world.raised) == ({}, "", [])


def holds_no_secret(world):
    told = world.told()
    for secret in secrets(world):
        assert secret not in told, "a secret is shown"


def secrets(world):
    """The values of all secret options, and what was sent to prove who asks."""
    found = set()
    for value in dict(world.options).values():
        several = value if isinstance(value, tuple) else (value,)
        found.update(one.get_secret_value() for one in several if hasattr(one, "get_secret_value"))
    names = ("authorization", "private-token", "x-api-key")
    for request in world.door.requests:
        found.update(request.headers.get(name, "").partition(" ")[2] for name in names)
        found.update(request.headers.get(name, "") for name in names)
    return {secret for secret in found if secret}


CHECKS = (
    reads_from_nothing_to_the_end,
    shows_no_secret,
    reading_again_changes_nothing,
    growing_comes_to_the_same_as_reading_from_nothing,
    killed_at_any_request_it_goes_on_without_gap_or_double,
    a_page_that_comes_again_for_ever_is_noticed,
    a_body_that_is_not_what_it_should_be_costs_no_more_than_itself,
)
