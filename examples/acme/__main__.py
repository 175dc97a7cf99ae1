"""`python -m examples.acme`: Acme's systems at one address."""

from __future__ import annotations

import argparse
import threading
import time
from pathlib import Path

import uvicorn
from examples.acme import files
from examples.acme.company.cut import until
from examples.acme.company.model import Company
from examples.acme.company.moments import HOUR, moment, month_start
from examples.acme.company.people import services
from examples.acme.company.story import FUTURE, MONTHS, tell
from examples.acme.living import Life
from examples.acme.systems.faults import Control, Rule
from examples.acme.systems.running import Systems
from examples.acme.systems.server import application


def main() -> None:
    """Tell the story, and serve it or write it down."""
    options = _options()
    now = moment(options.now) if options.now else int(time.time())
    now -= now % HOUR
    begins = month_start(now, -options.months)
    story = tell(seed=options.seed, starts_at=begins, ends_at=now + FUTURE, chosen=services(options.services))
    if options.export:
        files.write(until(story, now), options.export)
    else:
        _serve(options, story, now)


def _serve(options: argparse.Namespace, story: Company, now: int) -> None:
    rules = [Rule(share=options.faults)] if options.faults else []
    systems = Systems(until(story, now), control=Control(rules=rules), pages=options.pages)
    stop = threading.Event()
    if options.speed or options.webhooks:
        life = Life(
            story,
            systems,
            time.time,
            speed=options.speed or 1.0,
            webhooks=options.webhooks.rstrip("/"),
            base=f"http://127.0.0.1:{options.port}",
        )
        threading.Thread(target=life.run, args=(stop,), daemon=True).start()
    uvicorn.run(application(systems), host=options.host, port=options.port, log_level="warning")
    stop.set()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.acme", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="the address on which it listens [127.0.0.1]")
    parser.add_argument("--port", type=int, default=10220, help="the port on which it listens [10220]")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another company [1]")
    parser.add_argument("--services", type=int, default=40, help="how many services it has [40]")
    parser.add_argument("--months", type=int, default=MONTHS, help="how long its story is, in whole months [24]")
    parser.add_argument("--now", default="", help="the moment that it is shown at, such as 2026-11-01 [now]")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that fail [0]")
    parser.add_argument(
        "--speed", type=float, default=0.0, help="how much faster than we it goes on living [not at all]"
    )
    parser.add_argument("--webhooks", default="", help="the exporter's URL, to which its systems push [none]")
    parser.add_argument("--pages", type=Path, default=None, help="folder in which rendered answers are kept [none]")
    parser.add_argument("--export", type=Path, default=None, help="write it as files to this folder, and stop [serve]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
