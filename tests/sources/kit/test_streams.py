"""Streams by windows and newest first: what is asked for, how far the cursor moves, and what ends them."""

from datetime import UTC, datetime, timedelta

import pytest

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Build, Deployment, Incident, Problem
from scorecard_exporter.quantities import instant
from scorecard_exporter.sources import delivery
from scorecard_exporter.sources.kit.streams import DescendingStream, Page, Piece, State, WindowedStream

AT = datetime(2026, 6, 1, tzinfo=UTC)
ORIGIN = "source:thing"
MICROSECOND = timedelta(microseconds=1)


def days_ago(days):
    return AT - timedelta(days=days)


def covered(batch):
    """The span that a batch covers."""
    (one,) = batch.coverage
    return one.from_at, one.to_at


def build(key, days, **fields):
    return Build(origin=ORIGIN, key=str(key), started_at=days_ago(days), **fields)


class Builds(DescendingStream):
    """A list whose pages are those of a mapping from place to page; `asked`: the places, in turn."""

    pages_at_once = 3

    def __init__(self, pages, *, history=365):
        super().__init__("builds", origin=ORIGIN, kinds=("build",), history=timedelta(days=history), made_by="1")
        self.pages, self.asked = pages, []

    def page(self, after):
        self.asked.append(after)
        return self.pages(after) if callable(self.pages) else self.pages[after]


def page(*builds, after="", **fields):
    return Page(records=builds, oldest=min((one.started_at for one in builds), default=None), after=after, **fields)


def test_a_page_that_comes_again_under_another_address_is_noticed():
    """Or the list would be followed for ever, ten pages a round."""
    stream = Builds(lambda after: page(build(1, 1), after=str(int(after or 1) + 1)))
    with pytest.raises(RetriableSourceError, match="the same page again and again"):
        list(stream.read(None, AT))
    assert stream.asked == ["", "2"]


def test_where_no_time_can_be_read_nothing_more_is_covered():
    """Pages of malformed things have no oldest one; that the list goes on is no end of it."""
    broken = Problem(code="malformed", message="a build could not be read")
    stream = Builds(lambda after: Page(oldest=None, after=f"{after}+", problems=(broken,)))
    (batch,) = stream.read(None, AT)
    assert batch.progress.read_from == AT
    assert not batch.progress.is_finished
    assert [one.from_at for one in batch.coverage] == [AT]


def test_a_list_is_read_newest_first_so_many_pages_a_step():
    pages = {"": page(build(1, 1), after="b"), "b": page(build(2, 2), after="c"), "c": page(build(3, 3), after="d")}
    pages["d"] = page(build(4, 4))
    stream = Builds(pages)
    (first,) = stream.read(None, AT)
    assert [record.key for record in first.records] == ["1", "2", "3"]
    assert covered(first) == (days_ago(3) + MICROSECOND, AT)
    (second,) = stream.read(first.cursor, AT)
    assert [record.key for record in second.records] == ["4"]
    assert covered(second) == (days_ago(365), AT)
    assert second.progress.is_finished
    assert list(stream.read(second.cursor, AT)) == []


def test_at_first_a_hundred_days_are_enough_so_that_all_lists_have_their_newest_things_soon():
    pages = {"": page(build(1, 99), after="b"), "b": page(build(2, 101), after="c"), "c": page(build(3, 200))}
    stream = Builds(pages)
    (batch,) = stream.read(None, AT)
    assert stream.asked == ["", "b"]
    assert covered(batch) == (days_ago(101) + MICROSECOND, AT)
    assert not batch.progress.is_finished


def test_what_is_older_than_wanted_is_not_asked_for():
    stream = Builds({"": page(build(1, 1), build(2, 11), after="b")}, history=10)
    (batch,) = stream.read(None, AT)
    assert (stream.asked, batch.progress.is_finished) == ([""], True)


def read_to_the_end(stream, cursor=None, at=AT):
    """The cursor of a stream that has read its history, and the pages that it asked for on the way."""
    stream.asked.clear()
    progress = None
    while progress is None or not progress.is_finished:
        for batch in stream.read(cursor, at):
            cursor, progress = batch.cursor, batch.progress or progress
    return cursor


@pytest.mark.parametrize(
    ("minutes", "asked"),
    [(11, [""]), (9, ["", "b"])],
    ids=["the first page reaches beyond it", "the first page holds only news"],
)
def test_catching_up_ends_ten_minutes_before_what_is_known(minutes, asked):
    """What was read last is read again, as clocks differ and lists become consistent late."""
    stream = Builds({"": page(build(1, 1), after="b"), "b": page(build(2, 20))})
    cursor = read_to_the_end(stream)
    stream.asked.clear()
    stream.pages[""] = page(build(3, -0.5), build(4, minutes / 60 / 24), after="b")
    (batch,) = stream.read(cursor, AT + timedelta(days=1))
    assert stream.asked == asked
    assert covered(batch) == (days_ago(365), AT + timedelta(days=1))


@pytest.mark.parametrize(
    ("begun", "asked"),
    [(0.5, "0.5 2.5"), (2.5, "0.5 2.5 6"), (6, "0.5 2.5 6 9"), (9, "0.5"), (20, "0.5")],
)
def test_what_was_unfinished_is_looked_at_again_where_it_stands(begun, asked):
    """Pages of one build each, one of which was running: they are asked for down to it and ten minutes further.

    Of one that runs for longer than a week no end is expected any more.
    """
    ages = [0.5, 2.5, 6, 9, 20]

    def listed(after):
        age = float(after or ages[0])
        is_running = age == begun and not stream.has_ended
        one = build(age, age, finished_at=None if is_running else days_ago(age))
        following = str(ages[ages.index(age) + 1]) if age != ages[-1] else ""
        unfinished = (days_ago(age),) if is_running else ()
        return Page(records=(one,), oldest=one.started_at, after=following, unfinished=unfinished)

    stream = Builds(listed)
    stream.has_ended = False
    stream.pages_at_once = 9
    cursor = read_to_the_end(stream)
    assert State.load(cursor, "1").unfinished == (instant(days_ago(begun)) if begun < 7 else None)
    stream.asked.clear()
    stream.has_ended = True
    (batch,) = stream.read(cursor, AT + timedelta(hours=1))
    assert [one or "0.5" for one in stream.asked] == asked.split()
    state = State.load(batch.cursor, "1")
    assert state.unfinished is None
    assert state.until == instant(AT + timedelta(hours=1))


def test_what_is_known_to_be_unchanged_is_not_asked_for():
    class Probed(Builds):
        def is_unchanged(self, since, until):
            self.probed = since, until
            return True

    stream = Probed({"": page(build(1, 1))})
    cursor = read_to_the_end(stream)
    stream.asked.clear()
    later = AT + timedelta(hours=1)
    (batch,) = stream.read(cursor, later)
    assert (stream.asked, stream.probed, batch.records) == ([], (AT, later), ())
    assert covered(batch) == (days_ago(365), later)


def test_beside_what_never_ends_something_newer_is_still_waited_for():
    """Both are on one page; by the older one alone the newer would be given up as well."""
    first = Page(records=(build(1, 1), build(2, 20)), oldest=days_ago(20), unfinished=(days_ago(1), days_ago(20)))
    stream = Builds({"": first})
    cursor = read_to_the_end(stream)
    assert State.load(cursor, "1").unfinished == instant(days_ago(1))
    later = AT + timedelta(days=8)
    (batch,) = stream.read(cursor, later)
    assert State.load(batch.cursor, "1").unfinished is None


def test_what_is_unfinished_is_asked_for_all_the_same():
    class Probed(Builds):
        def is_unchanged(self, since, until):
            raise AssertionError(f"that nothing began from {since} to {until} says nothing of what goes on")

    first = Page(records=(build(1, 1),), oldest=days_ago(1), unfinished=(days_ago(1),))
    stream = Probed({"": first})
    cursor = read_to_the_end(stream)
    stream.asked.clear()
    list(stream.read(cursor, AT + timedelta(hours=1)))
    assert stream.asked == [""]


class Incidents(WindowedStream):
    """Things by windows of time; `asked`: the windows, in days before AT."""

    def __init__(self, *, history=100, made_by="1", window=30):
        super().__init__(
            "incidents", origin=ORIGIN, kinds=("incident",), history=timedelta(days=history), made_by=made_by
        )
        self.window, self.asked = timedelta(days=window), []

    def pieces(self, begin, end):
        self.asked.append(((AT - begin) / timedelta(days=1), (AT - end) / timedelta(days=1)))
        yield Piece(records=(Incident(origin=ORIGIN, key=f"{begin}", began_at=begin),))


def test_windows_are_read_from_now_back_to_what_is_wanted():
    stream = Incidents()
    cursor = read_to_the_end(stream)
    assert stream.asked == [(30, 0), (60, 30), (90, 60), (100, 90)]
    assert list(stream.read(cursor, AT)) == []


def test_a_history_shorter_than_a_window_is_one_step():
    stream = Incidents(history=10)
    (batch,) = stream.read(None, AT)
    assert stream.asked == [(10, 0)]
    assert batch.progress.is_finished


def test_news_come_before_history_and_overlap_what_is_known():
    stream = Incidents()
    (first,) = stream.read(None, AT)
    stream.asked.clear()
    news, history = stream.read(first.cursor, AT + timedelta(days=1))
    assert stream.asked == [pytest.approx((10 / 60 / 24, -1)), (60, 30)]
    assert covered(news) == (days_ago(30), AT + timedelta(days=1))
    assert covered(history) == (days_ago(60), AT + timedelta(days=1))


def test_windows_that_are_known_to_be_unchanged_are_not_asked_for():
    class Probed(Incidents):
        def is_unchanged(self, since, until):
            return since < until

    stream = Probed(history=10)
    (first,) = stream.read(None, AT)
    stream.asked.clear()
    (news,) = stream.read(first.cursor, AT + timedelta(hours=1))
    assert (stream.asked, news.records) == ([], ())
    assert covered(news) == (days_ago(10), AT + timedelta(hours=1))


def test_more_history_is_read_when_more_is_wanted():
    cursor = read_to_the_end(Incidents(history=30))
    stream = Incidents(history=70)
    read_to_the_end(stream, cursor)
    assert stream.asked == [(60, 30), (70, 60)]


@pytest.mark.parametrize(
    "cursor",
    ["", "nonsense", "{}", "[]", "null", "7", '{"made_by": "1"}', '{"made_by": "1", "until": 1, "since": 1, "b": 1}'],
)
def test_a_cursor_of_another_version_is_read_as_none(cursor):
    stream = Incidents()
    (batch,) = stream.read(cursor, AT)
    assert (stream.asked, batch.replace) == ([(30, 0)], ())


@pytest.mark.parametrize("is_alone", [False, True])
def test_what_was_made_otherwise_is_read_anew_and_dropped_where_nothing_else_writes_it(is_alone):
    """Or records that the new configuration would not write would be counted for ever."""
    cursor = read_to_the_end(Incidents(made_by="1"))
    stream = Incidents(made_by="2")
    stream.is_alone = is_alone
    (batch,) = stream.read(cursor, AT)
    assert stream.asked == [(30, 0)]
    assert batch.replace == (((ORIGIN, "incident"),) if is_alone else ())
    (later,) = stream.read(batch.cursor, AT)
    assert later.replace == ()


def test_a_step_that_is_cut_off_does_not_move_the_cursor(monkeypatch):
    monkeypatch.setattr(delivery, "BATCH_SIZE", 1)
    stream = Incidents()
    (*_, first) = stream.read(None, AT)
    batches = list(stream.read(first.cursor, AT))
    assert [batch.cursor == first.cursor for batch in batches] == [True, False]
    assert [batch.coverage for batch in batches[:-1]] == [()]
    assert batches[-1].progress.read_from == days_ago(60)


def test_what_is_wrong_with_some_things_is_told_at_the_end_of_a_step():
    class Broken(Incidents):
        def pieces(self, begin, end):
            yield Piece(problems=(Problem(code="malformed", message=f"{begin:%d}"),))
            yield Piece(problems=(Problem(code="malformed", message=f"{end:%d}"),))

    (batch,) = Broken(history=10).read(None, AT)
    assert [problem.message for problem in batch.problems] == ["22", "01"]


class Deployments(DescendingStream):
    """Two things a page, one every ten days; what is older than is wanted is left out, as a source may do."""

    def __init__(self):
        super().__init__("d", origin="s:d", kinds=("deployment",), history=timedelta(days=400), made_by="1")

    def page(self, after):
        first = int(after or 0)
        times = [AT - timedelta(days=10 * number) for number in range(first, min(first + 2, 60))]
        return Page(
            records=tuple(
                Deployment(origin="s:d", key=str(time), environment="prod", finished_at=time)
                for time in times
                if time >= self.down_to
            ),
            oldest=times[-1],
            after=str(first + 2) if first + 2 < 60 else "",
        )


def test_the_newest_things_come_first_and_nothing_is_lost_on_the_page_where_they_end():
    stream, cursor, keys, reached = Deployments(), None, [], []
    while not (reached and reached[-1].is_finished):
        for batch in stream.read(cursor, AT):
            keys += [record.key for record in batch.records]
            cursor, reached = batch.cursor, [*reached, batch.progress]
    assert AT - timedelta(days=120) < reached[0].read_from < AT - timedelta(days=100)
    assert keys == [str(AT - timedelta(days=10 * number)) for number in range(41)]
