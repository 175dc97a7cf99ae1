"""The teams and services of the scorecard, written from the company: `python -m examples.acme.configuration`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from examples.acme.company.model import Service, Team
from examples.acme.company.people import services, teams

HERE = Path(__file__).parent
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
    lines = (f"changes: {origin}", f"deployments: {_deployments(service, origin)}", f"incidents: {incidents}")
    return f"{service.name}:\n" + "".join(f"  {line}\n" for line in lines)


def _deployments(service: Service, origin: str) -> str:
    if service.way == "releases":
        return f'{{from: "{origin}", releases: "v*"}}'
    if service.job:
        origin = f"acme-jenkins:{service.job}"
    environment = "production" if service.environments == ("production",) else '"prod-*"'
    return f'{{from: "{origin}", environment: {environment}}}'


def main() -> None:
    """Write both files."""
    chosen = services(40)
    (HERE / "teams.yaml").write_text(teams_yaml(teams(), chosen), "utf-8")
    (HERE / "services.yaml").write_text(services_yaml(chosen), "utf-8")


if __name__ == "__main__":
    main()
