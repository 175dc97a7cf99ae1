"""Reviews over the API and on pages: read by everyone, recorded only on the private socket."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from jsonschema import Draft202012Validator

from scorecard_exporter.report.markdown import markdown, plain
from scorecard_exporter.report.writing import ReviewQuestion
from scorecard_exporter.web.pages.reviews import html

BASE = "/api/v1/scorecards/engineering"
PATH = "/api/v1/scorecards/{scorecard}"
RECORDED = "?team=payments&recorded=2026-06-30T12:00:00Z"


@pytest.fixture
def check(exporter, ask):
    """Says whether an answer is as described."""
    description = ask(exporter).get("/api/v1/openapi.json").json()

    def checked(path, answer):
        schema = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        whole = schema | {"components": description["components"]}
        Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(answer.json())
        return answer.json()

    return checked


def test_a_review_is_written_when_it_is_asked_for(exporter, ask, check):
    found = check(f"{PATH}/review", ask(exporter).get(f"{BASE}/review?team=payments&period=2026-Q2"))
    assert (found["period"]["id"], found["team"]["id"]) == ("2026-Q2", "payments")
    assert exporter.asked == [ReviewQuestion("engineering", "payments", "2026-Q2")]


REFUSED = [
    (f"{BASE}/review?period=2026-Q3", 400, "2026-Q3 is not over"),
    (f"{BASE}/review?at=2026-06-30", 400, "There is no parameter named 'at' here."),
    (f"{BASE}/reviews?period=2026-Q1", 400, "There is no parameter named 'period' here."),
    (f"{BASE}/review?team=paymnts", 404, "Did you mean 'payments'?"),
    ("/api/v1/scorecards/nowhere/reviews", 404, "There is no scorecard named 'nowhere'."),
    (f"{BASE}/reviews/2026-Q1", 404, "There is no recorded review named '2026-Q1'. There is: none."),
]


@pytest.mark.parametrize(("path", "status", "message"), REFUSED)
def test_what_cannot_be_answered_is_said(exporter, ask, path, status, message):
    answer = ask(exporter).get(path)
    assert answer.status_code == status
    assert message in answer.json()["error"]["message"]


def test_before_the_first_snapshot_there_is_no_review(starting, ask):
    assert ask(starting).get(f"{BASE}/review").status_code == 503


def test_recorded_reviews_are_listed_and_can_be_read(reviewed, ask, check):
    client = ask(reviewed)
    listed = check(f"{PATH}/reviews", client.get(f"{BASE}/reviews"))["reviews"]
    assert [(one["team"], one["period"], one["decisions"][0]) for one in listed] == [
        ("catalog & search", "2026-Q1", "Wait"),
        ("payments", "2026-Q1", "Wait"),
    ]
    only = check(f"{PATH}/reviews", client.get(f"{BASE}/reviews?team=payments"))["reviews"]
    assert [one["team"] for one in only] == ["payments"]
    kept = check(f"{PATH}/reviews/{{period}}", client.get(f"{BASE}/reviews/2026-Q1{RECORDED}"))
    assert (kept["by"], kept["review"]["period"]["id"]) == ("cto@acme.example", "2026-Q1")


WANTED = {
    "team": "payments",
    "period": "2026-Q1",
    "by": "cto@acme.example",
    "notes": "All well.\n# Decisions\n- Go on\n",
}


def test_nobody_records_a_review_over_the_network(exporter, ask):
    answer = ask(exporter).post(f"{BASE}/reviews", json.dumps(WANTED))
    assert answer.status_code == 405
    assert exporter.kept == []


def test_a_review_is_recorded_on_the_private_socket(exporter, ask):
    private = ask(exporter, private=True)
    answer = private.post(f"{BASE}/reviews", json.dumps(WANTED))
    assert (answer.status_code, answer.json()["decisions"]) == (201, ["Go on"])
    assert [one.by for one in exporter.kept] == ["cto@acme.example"]
    assert len(private.get(f"{BASE}/reviews").json()["reviews"]) == 1, "the list is there too"


BAD = [
    ("no json", "The body is no JSON object"),
    ("[]", "The body is no JSON object"),
    (json.dumps(WANTED | {"at": "now"}), "The body is no JSON object of these texts"),
    (json.dumps(WANTED | {"notes": 7}), "Every value in the body is a text."),
    (json.dumps(WANTED | {"notes": " "}), "The notes are empty"),
    (json.dumps(WANTED | {"period": "2026-Q4"}), "2026-Q4 is not over"),
    (json.dumps(WANTED | {"notes": "x" * 1_000_001}), "is too large"),
]


@pytest.mark.parametrize(("body", "message"), BAD)
def test_what_is_no_review_is_not_recorded(exporter, ask, body, message):
    answer = ask(exporter, private=True).post(f"{BASE}/reviews", body)
    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]
    assert exporter.kept == []


def test_the_list_leads_to_each_review_and_the_scorecard_to_the_list(reviewed, ask):
    client = ask(reviewed)
    assert 'href="/scorecards/engineering/reviews"' in client.get("/?team=payments").text
    page = client.get("/scorecards/engineering/reviews").text
    links = re.findall(r'href="(/scorecards/engineering/reviews/[^"]+)"', page)
    assert len(links) == 2
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert "What was decided" in answer.text


def test_without_a_recorded_review_the_list_says_how_to_make_one(exporter, ask):
    assert "scorecard-exporter review record engineering" in ask(exporter).get("/scorecards/engineering/reviews").text


def test_a_review_that_is_not_recorded_is_a_page_that_says_so(reviewed, ask):
    answer = ask(reviewed).get("/scorecards/engineering/reviews/2025-Q1?team=payments")
    assert answer.status_code == 404
    assert "2026-Q1" in answer.text


def test_a_review_as_a_file_needs_nothing_else(reviewed, ask):
    kept = ask(reviewed).get(f"{BASE}/reviews/2026-Q1?team=catalog%20%26%20search").json()
    text = html(kept["review"], kept)
    assert re.findall(r"<(script|link|iframe|img|object)|\s(src|href|on\w+)=\"(?!#)", text) == []
    assert re.search(r"url\(|@import", text) is None
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert text.count('<svg class="chart"') > 10
    assert "{{ 7 * 7 }}" in text, "what people write is text"
    assert "49" not in re.findall(r"<h1>.*?</p>", text, re.S)[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_what_people_write_is_no_markup_in_markdown(reviewed, ask):
    kept = ask(reviewed).get(f"{BASE}/reviews/2026-Q1?team=catalog%20%26%20search").json()
    text = markdown(kept["review"], kept)
    quoted = [line for line in text.splitlines() if line.startswith("> ")]
    own = [line for line in text.splitlines() if not line.startswith("> ")]
    assert "> We met. <script>" in "\n".join(quoted), "notes are Markdown of their authors"
    assert "<script>" not in "\n".join(own).replace("\\<", "")
    assert "- Wait\n" in text


def test_advice_stands_in_the_file_and_in_the_text_with_what_is_not_wanted_and_why(exporter, ask):
    """In both the same sentences, each about something that people know by its title."""
    exporter.configuration = replace(exporter.configuration, silenced={"no-owner": "We <share> them."})
    review = ask(exporter).get(f"{BASE}/review?team=payments&period=2026-Q2").json()
    told = review["advice"] + review["reconsider"]
    page, text = unescape(html(review)), markdown(review)
    assert {one["name"] for one in told} >= {"red-without-initiative"}
    for one in told:
        assert f"<strong>{one['title']}</strong>: {one['sentence']}." in page
        assert f"**{plain(one['title'])}**: {plain(one['sentence'])}." in text
    assert "<code>no-owner</code>" in page
    assert "We &lt;share&gt; them." in html(review)
    assert "- `no-owner` (" in text
