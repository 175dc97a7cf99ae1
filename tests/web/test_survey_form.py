"""The form of a survey: answered once over its link, without script, account, or anything that tells who it was."""

import dataclasses
from datetime import UTC, datetime, timedelta

import bcrypt
import pytest

from scorecard_exporter.own_sources import rounds
from scorecard_exporter.quantities import instant
from scorecard_exporter.sources.survey_links.rounds import Round
from scorecard_exporter.web.app import create_app, needs_no_password
from scorecard_exporter.web.pages.surveys import LARGEST
from scorecard_exporter.web.security import WebConfig

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def asking_people(exporter, tmp_path):
    """An exporter with an open round, and links to it: `invite(count)`."""
    exporter.configuration = dataclasses.replace(exporter.configuration, store=f"duckdb:{tmp_path}/store.duckdb")
    now = datetime.now(UTC)
    times = {"opened_at": instant(now), "closes_at": instant(now + timedelta(days=7))}
    known = rounds(exporter.configuration)
    known.open(Round(survey="pulse", name="q4", question=f"Recommend us? {HOSTILE}", subjects=("web",), **times))
    exporter.invite = lambda count: known.invite("pulse", "q4", "web", count, now)
    exporter.known = known
    return exporter


@pytest.fixture
def client(ask, asking_people):
    return ask(asking_people)


def send(client, token, content):
    return client.send(f"/surveys/{token}", content)


def test_the_form_asks_for_a_number_and_a_comment_and_may_be_sent_to_where_it_came_from(client, asking_people):
    (token,) = asking_people.invite(1)
    answer = client.get(f"/surveys/{token}")
    assert answer.status_code == 200
    assert answer.text.count('type="radio"') == 11
    assert "<textarea" in answer.text
    assert "script" not in answer.text.replace("&lt;script", "").replace("/script&gt;", "")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers


def test_no_other_page_may_send_a_form(client):
    for path in ("/", "/surveys/thanks", "/surveys/nothing"):
        assert "form-action 'none'" in client.get(path).headers["content-security-policy"]


def test_an_answer_is_counted_and_going_back_sends_nothing_again(client, asking_people):
    (token,) = asking_people.invite(1)
    answer = send(client, token, "answer=9&comment=More+tests%0D%0Aplease")
    assert (answer.status_code, answer.headers["location"]) == (303, "/surveys/thanks")
    assert "Your answer is counted" in client.get("/surveys/thanks").text
    found = asking_people.known.find("pulse", "q4")
    assert found.answers == {"web": {"9": 1}}
    assert found.comments == ("More tests please",)


def test_whoever_answers_twice_reads_that_the_answer_is_counted(client, asking_people):
    (token,) = asking_people.invite(1)
    send(client, token, "answer=9")
    for answer in (send(client, token, "answer=0"), client.get(f"/surveys/{token}")):
        assert answer.status_code == 404
        assert "If you have answered with it, your answer is counted" in answer.text
    assert asking_people.known.find("pulse", "q4").answers == {"web": {"9": 1}}


@pytest.mark.parametrize("token", ["nothing", "0123456789ab-" + "A" * 24, "..%2F..%2Fetc%2Fpasswd", "%00"])
def test_a_link_that_is_wrong_says_so_and_repeats_nothing(client, token):
    answer = client.get(f"/surveys/{token}")
    assert answer.status_code == 404
    assert token not in answer.text


def test_a_round_that_is_over_says_since_when(client, asking_people):
    (token,) = asking_people.invite(1)
    now = datetime.now(UTC)
    asking_people.known.close("pulse", "q4", now)
    for answer in (client.get(f"/surveys/{token}"), send(client, token, "answer=9")):
        assert answer.status_code == 410
        assert f"This round closed on {now:%-d %B %Y}." in answer.text


@pytest.mark.parametrize("content", ["", "answer=", "answer=11", "answer=nine", "comment=only", "\xff=\xff", "&" * 99])
def test_what_is_no_number_is_asked_for_again_and_the_comment_stays(client, asking_people, content):
    (token,) = asking_people.invite(1)
    answer = send(client, token, f"comment=kept%20{HOSTILE}&{content}" if "comment" not in content else content)
    assert answer.status_code == 422
    assert "Choose a number from 0 to 10." in answer.text
    assert "<script" not in answer.text
    assert asking_people.known.find("pulse", "q4").answered == 0


def test_a_comment_that_is_too_long_is_given_back_and_one_without_end_is_not_read(client, asking_people):
    (token,) = asking_people.invite(1)
    answer = send(client, token, "answer=9&comment=" + "a" * 2001)
    assert answer.status_code == 422
    assert "2,001 characters; 2,000 fit" in answer.text
    assert 'value="9" required checked' in answer.text
    assert send(client, token, "comment=" + "a" * LARGEST).status_code == 413
    assert asking_people.known.find("pulse", "q4").answered == 0


def test_below_the_path_of_a_proxy_the_form_and_its_thanks_are_found(ask, asking_people):
    client = ask(asking_people, external_url="https://example.com/scorecard/")
    (token,) = asking_people.invite(1)
    assert 'href="/scorecard/static/scorecard.css' in client.get(f"/scorecard/surveys/{token}").text
    answer = client.send(f"/scorecard/surveys/{token}", "answer=9")
    assert answer.headers["location"] == "/scorecard/surveys/thanks"
    assert client.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/scorecard"])
def test_nobody_is_asked_for_a_password_at_the_form_and_everybody_is_elsewhere(ask, asking_people, prefix):
    url = f"https://example.com{prefix}"
    users = {"alice": bcrypt.hashpw(b"open sesame", bcrypt.gensalt(4)).decode()}
    app = create_app(asking_people, external_url=url)
    protected = WebConfig(users).protect(app, needs_no_password(url))
    client = type(ask(asking_people))(protected)
    (token,) = asking_people.invite(1)
    assert client.get(f"{prefix}/surveys/{token}").status_code == 200
    assert client.get(f"{prefix}/static/scorecard.css").status_code == 200
    assert client.send(f"{prefix}/surveys/{token}", "answer=9").status_code == 303
    for path in ("/", "/surveys/", "/surveys/x/y", "/static/other.css", "/api/v1/scorecards", "/metrics", "/config"):
        assert client.get(f"{prefix}{path}").status_code == 401, path
