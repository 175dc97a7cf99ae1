"""Which sources feed a measure: those that the services of the team's tree map for it, and those of its series."""

import pytest

from scorecard_exporter.events.rules import DeploymentRule, IncidentRule, ServiceRule
from scorecard_exporter.measures.feeding import feeding_sources
from scorecard_exporter.measures.model import Definition, Scope, Series, Survey

DEPLOYED = DeploymentRule(origin="github:acme/shop", by="environment", patterns=("production",))
CHECKOUT = ServiceRule(
    service="checkout", changes="gitlab:acme/shop", deployments=DEPLOYED, incidents=(IncidentRule(origin="pager:P1"),)
)
WITHOUT_CHANGES = ServiceRule(
    service="legacy", deployments=DeploymentRule(origin="jenkins:legacy", by="environment", patterns=("live",))
)
TEAM = Scope(team="shop", services=(CHECKOUT, WITHOUT_CHANGES))


def series(name, origin):
    return Series(name=name, origin=origin, unit="count")


def definition(measure, **more):
    return Definition(measure=measure, unit="ratio", statistic="mean", window=1, min_samples=0, freshness=1, **more)


COST = definition("observation", series=(series("cost", "sheets:"),))


@pytest.mark.parametrize(
    ("asked", "sources"),
    [
        pytest.param(definition("deployment_frequency"), ("github", "jenkins"), id="deployments of every service"),
        pytest.param(
            definition("lead_time_for_changes"), ("github", "gitlab"), id="only services that map all it needs"
        ),
        pytest.param(
            definition("change_failure_rate"), ("github", "gitlab", "jenkins", "pager"), id="what it uses where mapped"
        ),
        pytest.param(COST, ("sheets",), id="the source of a series"),
        pytest.param(definition("uptime"), ("pager",), id="uptime of incidents"),
        pytest.param(
            definition("uptime", series=(series("good", "prom:"), series("total", "prom:"))),
            ("prom",),
            id="uptime of series has nothing to do with incidents",
        ),
        pytest.param(
            definition("net_promoter_score", survey=Survey(name="pulse", origin="forms:")), ("forms",), id="of a survey"
        ),
        pytest.param(definition("code_review_time"), ("gitlab",), id="pull requests come from where changes come from"),
        pytest.param(definition("observation", series=(series("cost", None),)), (), id="a series from any source"),
        pytest.param(
            definition(
                "arithmetic",
                expression="a / b",
                operands=(("a", COST), ("b", definition("observation", series=(series("users", "crm:"),)))),
            ),
            ("crm", "sheets"),
            id="those of its operands",
        ),
    ],
)
def test_the_sources_of_a_measure(asked, sources):
    """An alert about a grey measure waits while one of these fails."""
    assert feeding_sources(asked, TEAM) == sources


def test_a_team_without_services_has_no_sources():
    """Nothing is mapped, so that nothing can fail."""
    assert feeding_sources(definition("deployment_frequency"), Scope(team="empty", services=())) == ()
