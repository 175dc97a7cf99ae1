"""The pages: everything is on them once, works without script, and is harmless whatever a source wrote."""

import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import pytest

from scorecard_exporter.config.model import Initiative
from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.measures.benchmark import Benchmark
from scorecard_exporter.scorecard.model import Pace

VOID = {"meta", "link", "img", "br", "path", "circle", "rect", "use"}
CHIPS = {
    "Green",
    "Yellow",
    "Red",
    "Grey",
    "Grey: missing",
    "Grey: stale",
    "Grey: insufficient",
    "Grey: not applicable",
}
LEAD_TIME = "/scorecards/engineering/measures/lead_time_for_changes?team=payments"
UNMAPPED = "/scorecards/engineering/measures/deployment_success_rate?team=payments"
HOSTILE_TEAM = "/?scorecard=engineering&team=catalog+%26+search"
MAP = "/scorecards/engineering/map?team=payments"
REVIEWS = "/scorecards/engineering/reviews"
REVIEW = "/scorecards/engineering/reviews/2026-Q1?team=catalog+%26+search"
PAGES = (
    "/",
    "/?team=payments",
    HOSTILE_TEAM,
    "/?scorecard=platform",
    LEAD_TIME,
    UNMAPPED,
    MAP,
    REVIEWS,
    REVIEW,
    "/nowhere",
)


class Page(HTMLParser):
    """A page as elements, each with the text below it; a tag left open or closed twice fails the test."""

    def __init__(self, answer):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(answer.text)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "text": "", "shapes": [], **dict(attrs)}
        self.elements.append(element)
        if tag == "use":
            for parent in self._open:
                parent["shapes"].append(element["href"])
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self._open.pop()["tag"] == tag, f"</{tag}> closes what was opened last"

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def all(self, tag):
        return [element for element in self.elements if element["tag"] == tag]

    def of_class(self, name):
        return [element for element in self.elements if name in (element.get("class") or "").split()]

    @property
    def text(self):
        return words(self.all("body")[0])

    @property
    def links(self):
        return [element["href"] for element in self.all("a")]


def words(element):
    """The text of an element with single spaces."""
    return " ".join(element["text"].split())


@pytest.fixture
def exporter(reviewed):
    """It has recorded reviews too."""
    return reviewed


@pytest.fixture
def read(exporter, ask):
    """Reads a page of the exporter."""
    return lambda path="/": Page(ask(exporter).get(path))


def test_each_measure_is_one_row_that_leads_to_its_explanation(read, snapshot):
    page = read("/")
    expected = [
        (f"measure-{item.measure.id}", f"/scorecards/engineering/measures/{item.measure.id}?team=engineering")
        for _, _, item in snapshot.scorecards[0].measures()
    ]
    rows = [element["id"] for element in page.of_class("measure")]
    links = [link for link in page.links if "/measures/" in link]
    assert list(zip(rows, links, strict=True)) == expected


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        (
            "deployment_frequency",
            (
                "Deployment frequency Green Value 2.4/d Goal ≥ 1/d Score 88 Trend ↑ better, was 1.9/d "
                "Green for 12 days Owner platform@acme.example"
            ),
        ),
        (
            "lead_time_for_changes",
            (
                "Lead time for changes Red Value 8.1 d Goal ≤ 1 d Score 24 Trend ↑ worse, was 5.8 d "
                "Red for 19 days Owner platform@acme.example Automate the release tests, 40 % done, due 1 Dec 2026, "
                "qa@acme.example (two engineers)"
            ),
        ),
        (
            "uptime",
            (
                "Uptime critical Green Value 99.97 % Goal ≥ 99.95 % Score 81 Trend ↑ better, was 99.91 % "
                "Green for 3 months Owner platform@acme.example"
            ),
        ),
        (
            "change_failure_rate",
            (
                "Change failure rate Green Value 4.3 % Goal ≤ 5 % Score 69 Trend ↓ better, was 6 % "
                "Green for 12 days Owner platform@acme.example May still change until 1 Jul 2026, 14:00 CEST."
            ),
        ),
        (
            "deployment_success_rate",
            (
                "Deployment success rate Grey: missing Value \N{EN DASH} Goal ≥ 98 % Grey for 12 days "
                "Owner platform@acme.example No deployment to an environment matching production; environments seen: "
                "prod (132), staging (80). Set environment: prod for service checkout."
            ),
        ),
        (
            "hackathon_contributions",
            (
                "Hackathon contributions not counted Grey: not applicable Value 7 Grey for 12 days "
                "Owner platform@acme.example There is no target to judge it by. Set goal and red."
            ),
        ),
        (
            "training_completion_rate",
            (
                "Training completion rate Green Value 92 % Goal ≥ 90 % Score 73 "
                "Trend → same, was 92 % Green for 12 days Owner platform@acme.example 2 of 3 services current."
            ),
        ),
    ],
)
def test_a_row_reads_as_a_sentence(read, measure, sentence):
    (row,) = [element for element in read("/").of_class("measure") if element["id"] == f"measure-{measure}"]
    assert words(row) == sentence


def test_scores_and_coverage_of_everything_above_a_measure_are_shown(read):
    headlines = [words(element) for element in read("/").of_class("headline")]
    assert headlines == [
        "score 62 of 100 Yellow coverage 85 %",
        "score 52 Yellow coverage 100 %",
        "score 52 Yellow coverage 100 %",
        "score 74 Green coverage 75 %",
        "score 74 Green coverage 60 %",
        "score 70 Green coverage 100 %",
        "score 66 Yellow coverage 86 %",  # capped at 0.666: 67 would look green
        "score 56 Yellow coverage 100 %",
        "score 71 Green coverage 67 %",
        "score 70 Green coverage 80 %",
        "score 70 Green coverage 80 %",
    ]


def test_the_measures_are_counted_by_status(read):
    assert "6 green 3 yellow 2 red 5 grey" in read("/").text


def test_the_moment_is_shown_in_the_scorecards_zone_and_marked_up_in_utc(read):
    first = read("/").all("time")[0]
    assert (first["text"], first["datetime"]) == ("30 Jun 2026, 14:00 CEST", "2026-06-30T12:00:00Z")


def test_objectives_say_what_they_lead_to(read):
    page = read("/")
    assert "Leads to Customers can rely on us, What we ship is used" in page.text
    assert "#objective-customer-trust" in page.links


def test_a_scorecard_leads_to_its_strategy_map(read):
    page = read("/?team=payments")
    assert MAP in page.links


def test_on_the_map_each_objective_says_its_status_and_leads_to_its_measures(read, snapshot):
    """Once for wide and once for narrow screens, of which a screen shows one."""
    page = read(MAP)
    sides = {one.objective.id: one for side in snapshot.scorecards[1].perspectives for one in side.objectives}
    nodes = {link["href"].partition("#objective-")[2]: link for link in page.all("a") if "#objective-" in link["href"]}
    assert nodes.keys() == sides.keys()
    assert nodes["faster-delivery"]["href"] == "/?scorecard=engineering&team=payments#objective-faster-delivery"
    assert nodes["faster-delivery"]["aria-label"] == "Shorten the way to production: Yellow · 56"
    assert words(nodes["faster-delivery"]).endswith("Shorten the way to production Yellow · 56")
    assert nodes["faster-delivery"]["shapes"] == ["#shape-yellow"]
    assert len(page.of_class("node")) == 2 * len(sides)


def test_on_the_map_an_arrow_leads_from_each_cause_to_its_effect(read):
    """Drawn, and told in words."""
    page = read(MAP)
    assert len(page.of_class("cause")) == 2 * 5
    assert [words(line) for line in page.all("li") if "leads to" in line["text"]] == [
        "Customers can rely on us → leads to Grow without growing the bill",
        "Shorten the way to production → leads to Customers can rely on us",
        "Shorten the way to production → leads to What we ship is used",
        "Everybody is trained and wants to stay → leads to Shorten the way to production",
        "Everybody is trained and wants to stay → leads to Break less, and mend it soon",
    ]


def test_the_map_of_an_objective_without_a_measure_has_a_place_for_it(ask, exporter):
    """It is part of the strategy; there is nothing that it could lead to."""
    taken, first = exporter.snapshot, exporter.snapshot.scorecards[0]
    sides = tuple(side._replace(objectives=side.objectives[1:]) for side in first.perspectives)
    exporter.snapshot = replace(taken, scorecards=(replace(first, perspectives=sides),))
    page = Page(ask(exporter).get("/scorecards/engineering/map"))
    assert "Shorten the way to production: No measure" in [words(one) for one in page.all("title")]
    assert [link for link in page.links if link.endswith("#objective-faster-delivery")] == []


def test_the_explanation_shows_pace_and_benchmark_beside_the_score(ask, exporter):
    """The sentence of each, and which cluster is met; the score is what it was."""
    taken, first = exporter.snapshot, exporter.snapshot.scorecards[0]
    found = next(one for _, _, one in first.measures() if one.measure.id == "lead_time_for_changes")
    with_both = found._replace(
        pace=Pace(state="behind", by=taken.at, sentence="To meet <= 1 d it is not enough."),
        benchmark=Benchmark(report=2024, level="medium", bounds=(("elite", "<1d"), ("medium", "1w-1mo"))),
    )
    sides = tuple(
        side._replace(
            objectives=tuple(
                one._replace(measures=tuple(with_both if measure is found else measure for measure in one.measures))
                for one in side.objectives
            ),
        )
        for side in first.perspectives
    )
    exporter.snapshot = replace(taken, scorecards=(replace(first, perspectives=sides),))
    page = Page(ask(exporter).get("/scorecards/engineering/measures/lead_time_for_changes"))
    assert "Behind the pace. To meet ≤ 1 d it is not enough." in page.text
    assert "Beside it: the DORA report of 2024 It meets the bounds of the cluster “medium”" in page.text
    assert "elite <1d medium 1w-1mo met" in page.text
    assert "24 of 100" in page.text


@pytest.mark.parametrize("path", ["/scorecards/enginering/map", "/scorecards/engineering/map?team=nobody"])
def test_there_is_no_map_of_what_does_not_exist(ask, exporter, path):
    assert ask(exporter).get(path).status_code == 404


def test_while_it_starts_there_is_no_map(ask, starting):
    answer = ask(starting).get(MAP)
    assert (answer.status_code, answer.headers["refresh"]) == (503, "5")


@pytest.mark.parametrize("path", PAGES)
def test_headings_start_at_one_and_skip_no_level(read, path):
    levels = [int(element["tag"][1]) for element in read(path).elements if re.fullmatch("h[1-6]", element["tag"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_an_inline_style(read, path):
    page = read(path)
    assert page.all("script") == page.all("style") == page.all("iframe") == page.all("form") == []
    assert not [name for element in page.elements for name in element if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("path", PAGES)
def test_a_status_is_told_by_colour_word_and_shape(read, path):
    for chip in read(path).of_class("chip"):
        word = words(chip)
        colour = chip["class"].split()[1]
        assert word in CHIPS
        assert (word.lower().split(":")[0], chip["shapes"]) == (colour, [f"#shape-{colour}"])


@pytest.mark.parametrize("path", PAGES)
def test_names_within_a_page_are_unique_and_references_to_them_hold(read, path):
    page = read(path)
    names = [element["id"] for element in page.elements if "id" in element]
    references = [element["aria-labelledby"] for element in page.elements if "aria-labelledby" in element]
    within = [link[1:] for link in (*page.links, *(one["href"] for one in page.all("use"))) if link.startswith("#")]
    assert len(names) == len(set(names))
    assert {*references, *within} <= set(names)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_by_landmarks_and_skipped_through(read, path):
    page = read(path)
    assert page.all("html")[0]["lang"] == "en"
    assert [element["id"] for element in page.all("main")] == ["main"]
    assert page.links[0] == "#main"
    assert all("aria-label" in element for element in page.all("nav"))
    assert all("alt" in element for element in page.all("img"))


@pytest.mark.parametrize("path", PAGES)
def test_all_links_of_ours_lead_somewhere(exporter, ask, path):
    client = ask(exporter)
    page = Page(client.get(path))
    targets = {link for link in (*page.links, *(one["href"] for one in page.all("link"))) if link.startswith("/")}
    assert targets
    assert {target: client.get(target).status_code for target in targets} == dict.fromkeys(targets, 200)


def test_the_teams_are_a_tree_that_is_open_where_one_stands(read):
    page = read("/?team=payments")
    (current,) = [element for element in page.elements if element.get("aria-current") == "page"]
    opened = [words(element).split()[0] for element in page.all("details") if "open" in element]
    assert (current["text"], opened) == ("Payments", ["Engineering", "Payments"])


def test_a_thousand_teams_are_links_and_one_scorecard(exporter, ask, snapshot):
    teams = tuple(
        replace(snapshot.scorecards[0], team=f"team-{number}", parent=f"team-{number // 10}" if number else "")
        for number in range(1000)
    )
    exporter.snapshot = replace(snapshot, scorecards=teams)
    page = Page(ask(exporter).get("/?team=team-987"))
    assert len(page.of_class("measure")) == 16
    assert len([link for link in page.links if link.startswith("/?") and "team=team-" in link]) == 1000
    assert len([element for element in page.all("details") if "open" in element]) == 3, "teams 0, 9 and 98"


def test_the_explanation_has_value_target_formula_parts_and_evidence(read):
    page = read(LEAD_TIME)
    headings = [words(element) for element in page.all("h2")]
    assert words(page.all("h1")[0]) == "Lead time for changes"
    assert headings == [
        "How it came about",
        "Where the time goes",
        "Target",
        "Parts",
        "What is being done",
        "What is not in it",
        "By team",
        "By service",
        "Worst samples",
        "Newest samples",
    ]
    assert "8.1 d Red" in page.text
    assert "8.1 d has reached the red line at 7 d." in page.text
    assert "Median of 132 changes" in page.text


def test_the_stages_of_a_lead_time_are_bars_that_add_up(read):
    page = read(LEAD_TIME)
    assert [words(element) for element in page.all("dd") if "%" in words(element)][:4] == [
        "2.9 d, 31 %",  # 250,000 s of 810,000 s
        "2.2 d, 23 %",
        "1 d, 11 %",
        "3.2 d, 35 %",
    ]
    assert sum(float(bar["width"]) for bar in page.of_class("bar")[:4]) == pytest.approx(100)


def test_the_explanation_says_what_is_left_out_and_how_it_changed(read):
    page = read(LEAD_TIME)
    assert "1,200 pull requests of bots" in page.text
    assert "The difference is not more than noise." in page.text


def test_the_teams_below_lead_to_the_same_measure_of_theirs(read):
    links = [link for link in read(LEAD_TIME).links if "/measures/lead_time_for_changes?team=" in link]
    assert links == ["/scorecards/engineering/measures/lead_time_for_changes?team=payments"]


def test_a_grey_measure_says_why_and_what_to_do(read):
    page = read(UNMAPPED)
    assert words(page.all("h2")[0]) == "Why it is grey"
    assert "What to do: Set environment: prod for service checkout." in page.text
    assert "No value Grey: missing" in page.text


def test_the_chain_of_a_grey_measure_marks_the_link_that_broke(read):
    page = read(UNMAPPED)
    assert [words(element) for element in page.of_class("chain")] == [
        "source holds git was read. mapping broken samples not reached"
    ]


def test_only_web_addresses_of_samples_become_links(read):
    outside = [link for link in read(LEAD_TIME).links if not link.startswith(("/", "#"))]
    newest = ["https://github.com/acme/checkout/pull/1482", "http://git.acme.example/c/3f78"]
    assert outside == newest + newest, "newest and worst samples, without the javascript: one"


@pytest.mark.parametrize("path", [HOSTILE_TEAM, LEAD_TIME, REVIEW, REVIEWS])
def test_what_a_source_wrote_is_text_and_nothing_else(read, path):
    page = read(path)
    assert "<script>alert(1)</script>\"'&{{ 7 * 7 }}" in page.text
    assert page.all("script") == []


def test_what_a_visitor_asked_for_is_text_too(read):
    page = read("/?scorecard=<script>alert(1)</script>")
    assert page.all("script") == []
    assert "There is no scorecard named '<script>alert(1)</script>'." in page.text


def test_notices_come_first(exporter, ask):
    exporter.notices = ("Source acme-pager could not be read: 503 <b>Unavailable</b>",)
    page = Page(ask(exporter).get("/"))
    (notices,) = page.of_class("notices")
    assert words(notices) == "Source acme-pager could not be read: 503 <b>Unavailable</b>"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/nowhere", "There is nothing at /nowhere."),
        ("/config/", "There is nothing at /config/."),
        ("/static/../app.py", "There is nothing at /app.py."),
        ("/static/%2e%2e/words.py", "There is nothing at"),
        ("/static/..%2fwords.py", "There is nothing at"),
        ("/?scorecard=enginering", "There is no scorecard named 'enginering'. Did you mean 'engineering'?"),
        ("/?team=nobody", "There is no team of scorecard engineering named 'nobody'."),
        ("/scorecards/platform/measures/uptime?team=payments", "named 'payments'."),
        ("/metrics?scorecard=platfrom", "There is no scorecard named 'platfrom'. Did you mean 'platform'?"),
    ],
)
def test_what_does_not_exist_is_a_page_that_leads_on(exporter, ask, path, sentence):
    answer = ask(exporter).get(path)
    page = Page(answer)
    assert answer.status_code == 404
    assert sentence in page.text
    assert {"/", "/metrics", "/api/v1/scorecards", "/config", "/-/healthy"} <= set(page.links)


def test_a_program_gets_a_sentence_instead_of_a_page(exporter, ask):
    answer = ask(exporter).get("/nowhere", accept="*/*")
    assert (answer.status_code, answer.text) == (404, "There is nothing at /nowhere.\n")


def test_before_the_first_snapshot_the_page_says_so_and_comes_again(starting, ask):
    answer = ask(starting).get("/")
    assert (answer.status_code, answer.headers["refresh"]) == (503, "5")
    assert "The scorecard is not ready yet: reading the store." in Page(answer).text


def test_without_a_scorecard_the_page_says_where_to_add_one(exporter, ask, snapshot):
    exporter.snapshot = replace(snapshot, scorecards=())
    assert "add one under scorecards:" in Page(ask(exporter).get("/")).text


@pytest.mark.parametrize("path", ["/", "/?team=payments", LEAD_TIME, "/nowhere"])
def test_below_an_external_path_every_link_begins_with_it(exporter, ask, path):
    client = ask(exporter, external_url="https://example.com/tools/scorecard/")
    stripped, whole = client.get(path), client.get("/tools/scorecard" + path)
    page = Page(whole)
    ours = [link for link in (*page.links, *(one["href"] for one in page.all("link"))) if link.startswith("/")]
    assert stripped.status_code == whole.status_code
    assert Page(stripped).links == page.links, "a proxy may strip the path or leave it"
    assert all(link.startswith("/tools/scorecard/") for link in ours)
    assert {client.get(link).status_code for link in ours} == {200}


def test_the_external_path_answers_without_its_slash(exporter, ask):
    assert ask(exporter, external_url="https://example.com/scorecard").get("/scorecard").status_code == 200


@pytest.mark.parametrize("address", ["example.com/scorecard", "/scorecard", "ftp://example.com", "http://[::1"])
def test_an_external_address_that_is_none_is_refused(exporter, ask, address):
    with pytest.raises(ScorecardError, match=re.escape(f"--web.external-url={address}: expected an address such as")):
        ask(exporter, external_url=address)


@pytest.mark.parametrize("path", [*PAGES, "/config/", "/api/v1/scorecards", "/api/v1/openapi.json", "/metrics"])
def test_the_host_that_a_request_claims_is_never_repeated(exporter, ask, path):
    answer = ask(exporter).get(path, host="evil.example")
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/scorecards", "/metrics", "/config", "/-/healthy"])
def test_every_answer_forbids_what_the_pages_do_not_need(exporter, ask, path):
    headers = ask(exporter).get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self';")
    assert "script" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", LEAD_TIME, "/metrics", "/config", "/-/ready", "/static/scorecard.css"])
def test_head_tells_what_get_would(exporter, ask, path):
    client = ask(exporter)
    head, get = client.request("HEAD", path), client.get(path)
    assert (head.status_code, head.headers["content-length"]) == (200, get.headers["content-length"])


@pytest.mark.parametrize("name", ["scorecard.css", "favicon.svg"])
def test_static_files_may_be_kept_and_are_asked_for_by_their_tag(exporter, ask, name):
    client = ask(exporter)
    first = client.get(f"/static/{name}")
    again = client.get(f"/static/{name}", if_none_match=first.headers["etag"])
    assert (first.status_code, first.headers["cache-control"]) == (200, "public, max-age=3600")
    assert (again.status_code, again.text) == (304, "")


def test_a_crash_is_told_without_its_details(exporter, ask):
    exporter.snapshot = "no snapshot at all"
    answer = ask(exporter).get("/")
    assert answer.status_code == 500
    assert "The exporter's log says what" in Page(answer).text
    assert "AttributeError" not in answer.text
    assert answer.headers["content-security-policy"]


def luminance(colour):
    """Relative luminance of `#rrggbb`, WCAG 2.2."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Contrast ratio of two colours, WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "quiet", "link") for ground in ("ground", "surface")),
    *((f"{status}-ink", f"{status}-ground") for status in ("green", "yellow", "red", "grey")),
    ("ink", "grey-ground"),
    ("green-ink", "surface"),
    ("red-ink", "surface"),
]
MARK_PAIRS = [(f"{status}-mark", "surface") for status in ("green", "yellow", "red", "grey")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"), [(*pair, 4.5) for pair in TEXT_PAIRS] + [(*pair, 3) for pair in MARK_PAIRS]
)
def test_colours_meet_wcag_aa(scheme, ink, ground, least):
    style = resources.files("scorecard_exporter.web.pages").joinpath("static", "scorecard.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light if scheme == "light" else dark))
    assert contrast(colours[ink], colours[ground]) >= least


def left_with(snapshot, *initiatives):
    """The snapshot in which these initiatives are about every measure, and none about an objective."""

    def objective(one):
        return one._replace(initiatives=(), measures=tuple(m._replace(initiatives=initiatives) for m in one.measures))

    def perspective(one):
        return one._replace(objectives=tuple(map(objective, one.objectives)))

    return replace(
        snapshot,
        scorecards=tuple(
            replace(card, perspectives=tuple(map(perspective, card.perspectives))) for card in snapshot.scorecards
        ),
    )


INITIATIVE = Initiative(id="tests", title="Automate the tests", measures=(("engineering", "lead_time_for_changes"),))
LEFT_ALONE = [
    ((), "No initiative is about it.", "Nothing yet: it is red", "nothing is done"),
    (
        (replace(INITIATIVE, done=Fraction(1)),),
        "All initiatives about it are finished.",
        "Nothing any more: it is red",
        "what was done did not help, as the alert and `check` say too",
    ),
    ((replace(INITIATIVE, done=Fraction(1, 2)),), "", "", "something is being done"),
]


@pytest.mark.parametrize(("initiatives", "beside", "explained", "why"), LEFT_ALONE, ids=[row[3] for row in LEFT_ALONE])
def test_a_red_that_is_left_alone_is_said_beside_it(ask, exporter, initiatives, beside, explained, why):
    """The same on every screen: an initiative that is finished does nothing any more."""
    exporter.snapshot = left_with(exporter.snapshot, *initiatives)
    pages = ask(exporter).get("/?team=payments").text, ask(exporter).get(LEAD_TIME).text
    sentences = {row[1] for row in LEFT_ALONE if row[1]}, {row[2] for row in LEFT_ALONE if row[2]}
    found = tuple({one for one in said if one in page} for page, said in zip(pages, sentences, strict=True))
    assert found == ({beside} - {""}, {explained} - {""}), why
