"""`python -m examples.acme`: Acme's systems at one address."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import uvicorn
from examples.acme.company.moments import moment
from examples.acme.company.story import company
from examples.acme.systems.faults import Control, Rule
from examples.acme.systems.running import Systems
from examples.acme.systems.server import application


def main() -> None:
    """Tell the story and serve it."""
    options = _options()
    now = moment(options.now) if options.now else int(time.time())
    told = company(seed=options.seed, now=now, services=options.services)
    rules = [Rule(share=options.faults)] if options.faults else []
    systems = Systems(told, control=Control(rules=rules), pages=options.pages)
    uvicorn.run(application(systems), host="127.0.0.1", port=options.port, log_level="warning")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.acme", description=__doc__)
    parser.add_argument("--port", type=int, default=10220, help="where it listens, on 127.0.0.1 [10220]")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another company [1]")
    parser.add_argument("--services", type=int, default=40, help="how many services it has [40]")
    parser.add_argument("--now", default="", help="the moment that it is shown at, such as 2026-11-01 [now]")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that fail [0]")
    parser.add_argument("--pages", type=Path, default=None, help="folder in which rendered answers are kept [none]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
