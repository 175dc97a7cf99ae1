"""Streams by windows and newest first: what is asked for, how far the cursor moves, and what ends them."""

from datetime import UTC, datetime, timedelta

import pytest

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Build, Deployment, Problem
from scorecard_exporter.sources.kit.streams import DescendingStream, Page

AT = datetime(2026, 6, 1, tzinfo=UTC)
ORIGIN = "source:thing"


def days_ago(days):
    return AT - timedelta(days=days)


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
