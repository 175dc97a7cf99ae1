"""The teams and services of the scorecard, written from the company: `python -m examples.acme.configuration`."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from examples.acme.company.model import Service, Team
from examples.acme.company.moments import iso, moment, month_start, when
from examples.acme.company.people import services, teams
from examples.acme.company.work import ON_GITHUB

HERE = Path(__file__).resolve().parent
DEPLOYING = "workflow:deploy.yml"
"""What the runs of a workflow are deployments to."""
SHOWN = (2026, 11)
"""Year and month for which the dates of `scorecard.yaml` are written."""
SYSTEMS = "http://127.0.0.1:10220"
"""Where `sources.yaml` looks for the systems."""
STORE = "duckdb:./data/acme.duckdb"
"""Where `scorecard.yaml` keeps what was read."""
NOTE = "# Written by `python -m examples.acme.configuration`.\n"


def teams_yaml(found: Sequence[Team], chosen: Sequence[Service]) -> str:
    """The tree of teams: all of them below `engineering`."""
    return NOTE + "".join(_teams(found, chosen))


def _teams(found: Sequence[Team], chosen: Sequence[Service]) -> Iterator[str]:
    yield "engineering: {title: Engineering, owner: engineering-office@acme.example}\n"
    for team in found:
        names = ", ".join(service.name for service in chosen if service.team == team.name)
        if names:
            yield f"{team.name}:\n  title: {team.title}\n  parent: engineering\n"
            yield f"  owner: {team.name}-leads@acme.example\n  services: [{names}]\n"


def services_yaml(chosen: Sequence[Service]) -> str:
    """Where each service's changes, deployments and incidents are."""
    return NOTE + "".join(_service(service) for service in chosen)


def _service(service: Service) -> str:
    origin = f"acme-{service.host}:{service.repository}"
    incidents = (
        f"acme-pagerduty:{service.pager}" if service.pager else f"{{from: acme-jira:OPS, labels: [{service.name}]}}"
    )
    lines = (
        f"changes: {origin}",
        f"deployments: {_deployments(service, origin)}",
        f"incidents: {incidents}",
        f"builds: {_builds(service, origin)}",
        f"bugs: {_bugs(service, origin)}",
    )
    return f"{service.name}:\n" + "".join(f"  {line}\n" for line in lines)


def _builds(service: Service, origin: str) -> str:
    """Who deploys by Jenkins is tested there, too."""
    if not service.job:
        return origin
    return f"acme-jenkins:{service.job.replace('/deploy-', '/test-')}"


def _bugs(service: Service, origin: str) -> str:
    where = f'from: "{origin}"' if service.team in ON_GITHUB else f"from: acme-jira:SHOP, labels: [{service.name}]"
    return f"{{{where}, found_in_production: [found-in-production], reported_by_customers: [customer]}}"


def _deployments(service: Service, origin: str) -> str:
    if service.way == "releases":
        return f'{{from: "{origin}", releases: "v*"}}'
    if service.job:
        origin = f"acme-jenkins:{service.job}"
    environment = "production" if service.environments == ("production",) else '"prod-*"'
    if service.way == "workflow":
        environment = f'"{DEPLOYING}"'
    return f'{{from: "{origin}", environment: {environment}}}'


def moved(text: str, now: int) -> str:
    """The same configuration, its dates moved by whole months to a company that is shown at `now`."""
    later = (when(now).year - SHOWN[0]) * 12 + when(now).month - SHOWN[1]
    return re.sub(r"\b\d{4}-\d\d-01\b", lambda found: iso(month_start(moment(found[0]), later))[:10], text)


def write(folder: Path, now: int, chosen: Sequence[Service], *, systems: str = SYSTEMS, store: str = STORE) -> None:
    """Write the whole configuration for a company that is shown at `now`, where its systems and the store are."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "teams.yaml").write_text(teams_yaml(teams(), chosen), "utf-8")
    (folder / "services.yaml").write_text(services_yaml(chosen), "utf-8")
    if folder.resolve() != HERE:
        sources = (HERE / "sources.yaml").read_text("utf-8").replace(SYSTEMS, systems)
        (folder / "sources.yaml").write_text(sources, "utf-8")
        for name in ("scorecard.yaml", "initiatives.yaml"):
            text = moved((HERE / name).read_text("utf-8"), now).replace(STORE, store)
            (folder / name).write_text(text, "utf-8")


def main() -> None:
    """Write it to a folder, or only what is written from the company."""
    parser = argparse.ArgumentParser(prog="python -m examples.acme.configuration", description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE, help="where all of it is written for today")
    parser.add_argument("--now", default="", help="the moment that the company is shown at [now]")
    options = parser.parse_args()
    now = moment(options.now) if options.now else int(time.time())
    write(options.folder, now, services(40))


if __name__ == "__main__":
    main()
