"""What `explain` prints: the document of the API in the order in which it is read."""

import io

import pytest
from rich.console import Console

from scorecard_exporter.terminal import print_explanation

MEASURES = "/api/v1/scorecards/engineering/measures"


@pytest.fixture
def printed(exporter, ask):
    def printed(measure, width=100):
        document = ask(exporter).get(f"{MEASURES}/{measure}?team=payments").json()
        console = Console(file=io.StringIO(), width=width)
        print_explanation(document, console)
        return console.file.getvalue()

    return printed


def in_order(text, *parts):
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_an_explanation_is_read_from_the_value_to_its_samples(printed):
    assert in_order(
        printed("lead_time_for_changes"),
        "8.1 d  ■ red",
        "8.1 d has reached the red line",
        "Median of 132 changes",
        "The difference is not more than noise.",
        "where the time goes",
        "coding  2.9 d  31 %",
        "deploy  3.2 d  35 %",
        "beside it",
        "not in it",
        "1,200  pull requests of `bots`",
        "by team:",
        "by service:",
        "worst samples",
        "newest samples",
        "132 samples; owner platform@acme.example",
    )


def test_the_chain_of_a_grey_measure_marks_the_link_that_broke(printed):
    text = printed("deployment_success_rate")
    assert in_order(text, "○ grey", "✓  source", "✗  mapping  broken", "·  samples  not reached")


def test_the_goal_in_force_is_said_of_a_grey_measure_too(printed):
    assert "\nThe goal is >= 98 %.\n" in printed("deployment_success_rate")


def test_a_red_measure_that_is_left_alone_says_so(printed):
    text = printed("engineering_roi")
    assert "what is being done: Nothing yet: it is red, and no initiative is about it or its objective.\n" in text


def test_a_long_note_is_not_squeezed_into_the_width_of_its_table(printed):
    assert "\nby team: Lead times of all changes together: " in printed("lead_time_for_changes")
