"""Work in threads that nothing waits for at the end."""

import asyncio
import gc
import threading

import pytest

from scorecard_exporter.schedule import in_thread


def test_what_the_work_gives_is_given():
    async def main():
        return await in_thread("source a", lambda: (threading.current_thread().name, threading.current_thread().daemon))

    assert asyncio.run(main()) == ("source a", True)


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_what_it_raises_is_raised_where_it_is_waited_for(error):
    def fail():
        raise error

    async def main():
        with pytest.raises(type(error)) as caught:
            await in_thread("a", fail)
        return caught.value

    assert asyncio.run(main()) is error


def test_the_loop_goes_on_while_the_work_waits():
    gate = threading.Event()

    async def main():
        waiting = asyncio.ensure_future(in_thread("a", lambda: gate.wait(20)))
        await asyncio.sleep(0)
        assert not waiting.done()
        gate.set()
        return await waiting

    assert asyncio.run(main())


def test_work_that_ends_after_its_waiter_was_cancelled_harms_nothing():
    gate, ended = threading.Event(), threading.Event()

    def work():
        gate.wait(20)
        ended.set()

    async def main():
        waiting = asyncio.ensure_future(in_thread("a", work))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.set()
        await asyncio.to_thread(ended.wait, 20)
        await asyncio.sleep(0)

    asyncio.run(main())
    gc.collect()


def test_the_end_of_the_loop_does_not_wait_for_the_work():
    gate = threading.Event()

    async def main():
        waiting = asyncio.ensure_future(in_thread("endless", lambda: gate.wait(20)))
        await asyncio.sleep(0)
        return waiting

    waiting = asyncio.run(main())
    (thread,) = (one for one in threading.enumerate() if one.name == "endless")
    assert waiting.cancelled()
    assert thread.is_alive()
    gate.set()
    thread.join(20)
    assert not thread.is_alive()
