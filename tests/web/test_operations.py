"""What operators and Prometheus ask for: the scrape, probes, the reload and the configuration."""

import pytest
from starlette.routing import Route

from scorecard_exporter.errors import ConfigurationError, Mistake
from scorecard_exporter.web.api import Api
from scorecard_exporter.web.operations import Operations
from scorecard_exporter.web.pages.surveys import SurveyForms
from scorecard_exporter.web.pages.views import Pages
from scorecard_exporter.web.webhooks import Webhooks

BAD_GOAL = Mistake("scorecard.yaml", 12, 7, "scorecards.engineering", "goal without red")
BAD_KEY = Mistake("teams.yaml", 3, 1, "teams", "unknown key `onwer`; did you mean `owner`?")


@pytest.mark.parametrize(
    ("query", "present", "absent"),
    [
        ("", ['scorecard="engineering"', 'scorecard="platform"', "exporter_own_metric"], []),
        ("?scorecard=platform", ['scorecard="platform"', "exporter_own_metric"], ['scorecard="engineering"']),
    ],
)
def test_a_scrape_gets_all_scorecards_or_one_and_the_exporters_own(exporter, ask, query, present, absent):
    answer = ask(exporter).get(f"/metrics{query}", accept="*/*")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert [text for text in present if text not in answer.text] == []
    assert [text for text in absent if text in answer.text] == []


def test_a_scrape_is_answered_in_the_format_and_encoding_asked_for(exporter, ask):
    client = ask(exporter)
    plain = client.get("/metrics", accept="application/openmetrics-text; version=1.0.0", accept_encoding="identity")
    small = client.get("/metrics", accept="application/openmetrics-text; version=1.0.0", accept_encoding="gzip")
    assert plain.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert plain.text.endswith("# EOF\n")
    assert ("content-encoding" in plain.headers, small.headers["content-encoding"]) == (False, "gzip")
    assert small.text == plain.text, "httpx has unpacked it"


def test_a_scrape_of_an_unknown_scorecard_names_those_there_are(exporter, ask):
    answer = ask(exporter).get("/metrics?scorecard=nothing", accept="*/*")
    assert answer.status_code == 404
    assert "engineering, platform" in answer.text


def test_before_the_first_snapshot_a_scrape_gets_the_exporters_own_metrics(starting, ask):
    answer = ask(starting).get("/metrics", accept="*/*")
    assert answer.status_code == 200
    assert "exporter_own_metric" in answer.text


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready"])
def test_a_running_exporter_is_healthy_and_ready(exporter, ask, path):
    assert ask(exporter).get(path).status_code == 200


def test_a_starting_exporter_is_healthy_and_says_what_keeps_it(starting, ask):
    client = ask(starting)
    ready = client.get("/-/ready")
    assert client.get("/-/healthy").status_code == 200
    assert (ready.status_code, ready.text) == (503, "Not ready yet: reading the store.\n")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_reload_takes_the_new_configuration(exporter, ask, method):
    answer = ask(exporter, lifecycle=True).request(method, "/-/reload")
    assert (answer.status_code, exporter.asked) == (200, ["reload"])


def test_a_refused_reload_lists_every_mistake_with_its_place(exporter, ask):
    exporter.refusal = ConfigurationError((BAD_GOAL, BAD_KEY))
    answer = ask(exporter, lifecycle=True).request("POST", "/-/reload")
    assert answer.status_code == 500
    assert answer.text == (
        "The old configuration goes on, the new one was refused:\n"
        "scorecard.yaml:12:7: scorecards.engineering: goal without red\n"
        "teams.yaml:3:1: teams: unknown key `onwer`; did you mean `owner`?\n"
    )


def test_a_reload_that_is_switched_off_names_the_flag(exporter, ask):
    answer = ask(exporter).request("POST", "/-/reload")
    assert (answer.status_code, exporter.asked) == (403, [])
    assert "--web.enable-lifecycle" in answer.text


def test_following_a_link_never_reloads(exporter, ask):
    answer = ask(exporter, lifecycle=True).get("/-/reload")
    assert (answer.status_code, exporter.asked) == (405, [])
    assert set(answer.headers["allow"].split(", ")) == {"POST", "PUT"}


def test_the_configuration_is_shown_as_text_with_secrets_left_out(exporter, ask):
    answer = ask(exporter).get("/config")
    assert answer.headers["content-type"] == "text/yaml; charset=utf-8"
    assert answer.text == exporter.configuration.document


def test_every_path_is_in_the_documents(exporter, checkout):
    documented = (checkout / "docs" / "api.md").read_text("utf-8")
    routes = [
        *Operations(exporter, lifecycle=False).routes(),
        *Api(exporter, "").routes(),
        *Webhooks(exporter).routes(),
        *SurveyForms(exporter, "").routes(),
        *Pages(exporter, "").routes(),
    ]
    missing = [route.path for route in routes if isinstance(route, Route) and f"| `{route.path}` |" not in documented]
    assert missing == []
