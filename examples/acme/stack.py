"""`python -m examples.acme.stack FOLDER`: what the exporter in `docker-compose.yml` reads about Acme."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from examples.acme import configuration, files
from examples.acme.company.people import services
from examples.acme.company.story import company

SYSTEMS = "http://acme:10220"
STORE = "duckdb:/var/lib/scorecard/acme.duckdb"


def write(folder: Path, now: int) -> None:
    """Write configuration and files for a company that is shown at `now`, where the service `acme` has its systems."""
    configuration.write(folder, now, services(40), systems=SYSTEMS, store=STORE)
    files.write(company(now=now), folder / "data")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(time.time()))
