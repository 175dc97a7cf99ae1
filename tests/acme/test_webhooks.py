"""What Acme's systems push: the real signatures, every event once, and a company that goes on."""

import base64
import hashlib
import hmac
import json
from collections import Counter
from datetime import UTC, datetime

import httpx
import pytest
from examples.acme import configuration
from examples.acme.company.cut import until
from examples.acme.company.moments import DAY
from examples.acme.company.news import Alarmed, Deployed, news
from examples.acme.living import Life
from examples.acme.systems.running import Systems
from examples.acme.systems.world import World
from examples.acme.webhooks.delivery import SECRET, SIGNING_TOKEN, hexadecimal, standard
from examples.acme.webhooks.sender import deliveries, send

from scorecard_exporter.config import load

BASE = "http://acme.test"


@pytest.fixture(scope="module")
def sent(small):
    """All that was pushed in the last two months."""
    return list(deliveries(World(small), BASE, small.now - 60 * DAY, small.now))


def test_the_published_signatures(payloads):
    """Of GitHub, Jira, PagerDuty and Standard Webhooks, with their own secrets and bodies."""
    vectors = json.loads((payloads / "webhook_signature_vectors.json").read_text())
    github, jira, pager = vectors["github"], vectors["jira"], vectors["pagerduty"]
    assert f"sha256={hexadecimal(github['secret'], github['body'].encode())}" == github["X-Hub-Signature-256"]
    assert f"sha256={hexadecimal(jira['secret'], jira['body'].encode())}" == jira["X-Hub-Signature"]
    assert f"v1={hexadecimal(pager['secret'], pager['body'].encode())}" in pager["X-PagerDuty-Signature"]


@pytest.mark.parametrize(
    ("source", "header", "prefix"),
    [
        ("acme-github", "x-hub-signature-256", "sha256="),
        ("acme-jira", "x-hub-signature", "sha256="),
        ("acme-pagerduty", "x-pagerduty-signature", "v1="),
    ],
)
def test_every_delivery_is_signed(sent, source, header, prefix):
    """Over the very bytes that are sent."""
    found = [one for one in sent if one.source == source]
    assert found
    for one in found:
        assert one.headers[header] == prefix + hmac.new(SECRET.encode(), one.body, hashlib.sha256).hexdigest()


def test_gitlab_signs_id_moment_and_body(sent):
    """As Standard Webhooks say; the old token comes along."""
    found = [one for one in sent if one.source == "acme-gitlab"]
    key = base64.b64decode(SIGNING_TOKEN.removeprefix("whsec_"))
    for one in found:
        text = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
        assert (
            one.headers["webhook-signature"]
            == "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        )
        assert one.headers["x-gitlab-token"] == SECRET
    assert found


def test_every_delivery_has_an_id_of_its_own(sent, small):
    """The same thing has the same one when it is delivered again."""
    names = ("x-github-delivery", "webhook-id", "x-webhook-id", "x-atlassian-webhook-identifier")
    ids = [next(one.headers[name] for name in names if name in one.headers) for one in sent]
    assert len(set(ids)) == len(ids)
    assert list(deliveries(World(small), BASE, small.now - 60 * DAY, small.now)) == sent


def test_successes_of_deployments_are_told(sent, small):
    """Those of GitHub's own deployments and of GitLab's environments, each once."""
    since = small.now - 60 * DAY
    told = Counter()
    for one in sent:
        body = json.loads(one.body)
        if one.headers.get("x-github-event") == "deployment_status" and body["deployment_status"]["state"] == "success":
            told[body["deployment"]["id"]] += 1
        if one.headers.get("x-gitlab-event") == "Deployment Hook" and body["status"] == "success":
            told[body["deployment_id"]] += 1
    expected = {
        one.number
        for service in small.services
        if service.way in ("deployments", "environments")
        for one in small.deployments[service.name]
        if one.succeeded_at and one.succeeded_at > since
    }
    assert told == dict.fromkeys(expected, 1)


def test_incidents_of_pagerduty_are_told_step_by_step(sent, small):
    """Triggered, acknowledged, resolved, reopened."""
    told = Counter(json.loads(one.body)["event"]["event_type"] for one in sent if one.source == "acme-pagerduty")
    since = small.now - 60 * DAY
    expected = Counter(
        f"incident.{one.state}" for one in news(small, since) if isinstance(one, Alarmed) and one.service.pager
    )
    assert told == expected
    assert told["incident.triggered"] > 0


def test_what_happens_comes_in_order_and_only_once(small):
    """Between one look and the next."""
    middle = small.now - 20 * DAY
    before, after = news(until(small, middle), small.now - 40 * DAY), news(small, middle)
    moments = [one.at for one in [*before, *after]]
    assert moments == sorted(moments)
    keys = [(one.what.number, one.step) for one in [*before, *after] if isinstance(one, Deployed)]
    assert len(keys) == len(set(keys))


def test_a_company_goes_on_living(small):
    """A hundred times as fast as the clock; what happened is pushed, and what is asked is what has become."""
    ticks, posted = [float(small.now)], []

    def exporter(request):
        posted.append(request.url.path)
        return httpx.Response(202)

    systems = Systems(until(small, small.now - 10 * DAY))
    with httpx.Client(transport=httpx.MockTransport(exporter)) as client:
        life = Life(small, systems, lambda: ticks[0], speed=100.0, webhooks="http://exporter", base=BASE, client=client)
        life.go_on()
        assert posted == []
        ticks[0] += 5 * DAY / 100
        life.go_on()
        assert systems.company.now == small.now - 5 * DAY
        first = len(posted)
        ticks[0] += DAY
        life.go_on()
        assert life.now() == small.now, "the story ends there"
    assert systems.company == small
    assert 0 < first < len(posted)
    assert set(posted) == {f"/api/v1/webhooks/acme-{name}" for name in ("github", "gitlab", "pagerduty", "jira")}


def test_a_company_is_never_ahead_of_the_clock(small):
    """However fast it lives: nobody would count what has not happened yet."""
    ticks = [float(small.now - 10 * DAY)]
    life = Life(small, Systems(until(small, small.now - 10 * DAY)), lambda: ticks[0], speed=1_000.0)
    ticks[0] += DAY
    assert life.now() == small.now - 9 * DAY


def test_the_sources_take_what_is_pushed(small, sent, tmp_path):
    """Each delivery passes the check of its source, and is read without a problem."""
    configuration.write(tmp_path, small.now, small.services)
    loaded = load(tmp_path / "scorecard.yaml", {"ACME_TOKEN": "acme-demo"})
    webhooks = {name: options.build(name, str(tmp_path)).webhook for name, options in loaded.sources.items()}
    told = Counter()
    for one in sent:
        delivery = webhooks[one.source].accept(one.headers, one.body, datetime.fromtimestamp(small.now, UTC))
        pushed = webhooks[one.source].parse(delivery)
        assert pushed.problems == ()
        told.update((one.source, record.kind) for record in pushed.records)
    assert {source for source, _ in told} == {"acme-github", "acme-gitlab", "acme-pagerduty", "acme-jira"}
    assert {kind for _, kind in told} >= {
        "deployment",
        "change",
        "pull_request",
        "review",
        "build",
        "incident",
        "issue",
    }


def test_what_does_not_arrive_is_counted(sent):
    """Refused, or not reached; the company goes on."""
    answers = iter([httpx.Response(202), httpx.Response(500), httpx.ConnectError("refused")])

    def exporter(_):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with httpx.Client(transport=httpx.MockTransport(exporter)) as client:
        assert send(client, "http://exporter", iter(sent[:3])) == (1, 2)


def test_standard_webhooks_own_example():
    """The example of the specification's libraries."""
    token = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - published
    body = b'{"test": 2432232314}'
    signature = standard(token, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
