"""What was worked out is kept until events or configuration change, within bounds, and asked for once at a time."""

import asyncio

import pytest

from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.histories import Answer, Histories, HistoryQuestion
from scorecard_exporter.scorecard.history import History, MeasureHistory, TeamHistory
from scorecard_exporter.scorecard.periods import Point


def question(team="payments"):
    return HistoryQuestion("engineering", team, None, (Point(0),))


class Bench:
    """Works out histories of so many points, and counts how often it is asked."""

    def __init__(self, points=10, most=100):
        self.asked, self.generation, self.points = [], 1, points
        self.histories = Histories(self.work_out, lambda: self.generation, most)
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def work_out(self, asked):
        self.asked.append(asked.team)
        generation = self.generation
        await self.may_go_on.wait()
        if asked.team == "nobody":
            raise UnknownNameError("There is no team named 'nobody'.")
        team = TeamHistory(
            "engineering", "", "UTC", asked.team, "", {}, {"m": MeasureHistory(None, [None] * self.points)}
        )
        return Answer(generation, History({("engineering", asked.team): team}))


def test_a_second_look_costs_nothing():
    async def story():
        bench = Bench()
        first = await bench.histories.answer(question())
        assert await bench.histories.answer(question()) is first
        assert bench.asked == ["payments"]

    asyncio.run(story())


def test_after_new_events_it_is_worked_out_anew():
    async def story():
        bench = Bench()
        await bench.histories.answer(question())
        bench.generation += 1
        await bench.histories.answer(question())
        assert bench.asked == ["payments"] * 2

    asyncio.run(story())


def test_what_changed_while_it_was_worked_out_is_not_taken_for_current():
    async def story():
        bench = Bench()
        bench.may_go_on.clear()
        waiting = asyncio.create_task(bench.histories.answer(question()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        bench.generation += 1
        bench.may_go_on.set()
        await waiting
        await bench.histories.answer(question())
        assert bench.asked == ["payments"] * 2

    asyncio.run(story())


def test_those_who_ask_the_same_at_the_same_time_wait_for_one_answer():
    async def story():
        bench = Bench()
        found = await asyncio.gather(*(bench.histories.answer(question()) for _ in range(5)))
        assert bench.asked == ["payments"]
        assert all(one is found[0] for one in found)

    asyncio.run(story())


def test_who_goes_away_takes_the_answer_from_nobody():
    async def story():
        bench = Bench()
        bench.may_go_on.clear()
        first = asyncio.create_task(bench.histories.answer(question()))
        second = asyncio.create_task(bench.histories.answer(question()))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        bench.may_go_on.set()
        assert (await second).size == 10
        assert bench.asked == ["payments"]

    asyncio.run(story())


def test_a_page_gets_what_is_at_hand_and_the_next_one_what_is_new():
    async def story():
        bench = Bench()
        assert bench.histories.at_hand(question()) is None
        first = await bench.histories.answer(question())
        bench.generation += 1
        assert bench.histories.at_hand(question()) is first, "of before the newest events, better than nothing"
        assert bench.histories.at_hand(question()) is first
        newest = await bench.histories.answer(question())
        assert newest is not first
        assert bench.histories.at_hand(question()) is newest
        assert bench.asked == ["payments"] * 2

    asyncio.run(story())


def test_of_another_configuration_nothing_is_at_hand():
    async def story():
        bench = Bench()
        await bench.histories.answer(question())
        bench.generation += 1
        bench.histories.forget()
        assert bench.histories.at_hand(question()) is None

    asyncio.run(story())


def test_no_more_is_kept_than_allowed_and_what_was_not_looked_at_goes_first():
    async def story():
        bench = Bench(points=40, most=100)
        for team in ("a", "b", "a", "c"):
            await bench.histories.answer(question(team))
        await bench.histories.answer(question("a"))
        assert bench.asked == ["a", "b", "c"]
        await bench.histories.answer(question("b"))
        assert bench.asked == ["a", "b", "c", "b"]

    asyncio.run(story())


def test_an_answer_that_is_larger_than_all_that_may_be_kept_is_given_all_the_same():
    async def story():
        bench = Bench(points=101, most=100)
        assert (await bench.histories.answer(question())).size == 101
        assert (await bench.histories.answer(question())).size == 101
        assert bench.asked == ["payments"] * 2

    asyncio.run(story())


def test_a_failure_is_told_to_who_waits_and_not_kept():
    async def story():
        bench = Bench()
        for _ in range(2):
            with pytest.raises(UnknownNameError, match="nobody"):
                await bench.histories.answer(question("nobody"))
        assert bench.histories.at_hand(question("nobody")) is None
        await asyncio.sleep(0.01)
        assert bench.asked == ["nobody"] * 3

    asyncio.run(story())
