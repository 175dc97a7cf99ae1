"""Documents of the API, printed for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scorecard_exporter.quantities import write
from scorecard_exporter.scorecard.verdict import points
from scorecard_exporter.sources.text import printable

WIDE = 110
"""Columns of a terminal from which on owners are shown too."""

NAMES_LISTED = 10
"""So many things of a sort that a system shows are named; of the rest, how many they are."""

NAME_WIDTH = 16
"""Columns that the names keep in the narrowest terminal; what does not fit beside them is cut."""

_SIGNS = {"green": "●", "yellow": "▲", "red": "■", "grey": "○"}
_STYLES = {"green": "green", "yellow": "yellow", "red": "bold red", "grey": "dim"}


def print_scorecards(document: dict[str, Any], console: Console | None = None) -> None:
    """The document of `/api/v1/scorecards`: a table for each scorecard and team, and why what is grey is grey."""
    console = console or Console()
    for scorecard in document["scorecards"]:
        console.print(_table(scorecard, with_owner=console.width >= WIDE))
        for measure in _measures(scorecard):
            if measure["reason"]:
                console.print(_reason(measure["title"], measure["reason"]))
        console.print()
    console.print(Text(f"as of {document['at']}", "dim"))


def _measures(scorecard: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        measure
        for perspective in scorecard["perspectives"]
        for objective in perspective["objectives"]
        for measure in objective["measures"]
    ]


def _table(scorecard: dict[str, Any], *, with_owner: bool) -> Table:
    name = f"{scorecard['title']} · {scorecard['team_title']}"
    title = Text.assemble(f"{name}  ", _status(scorecard), _score(scorecard))
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("measure", ratio=1, min_width=NAME_WIDTH)
    for heading in ("status", "value", "goal", "trend", *(["owner"] if with_owner else [])):
        table.add_column(heading, no_wrap=True)
    for perspective in scorecard["perspectives"]:
        table.add_row(Text(perspective["title"], "bold"), _status(perspective) + _score(perspective))
        for objective in perspective["objectives"]:
            table.add_row(Text(f" {objective['title']}", "italic"), _status(objective) + _score(objective))
            for measure in objective["measures"]:
                table.add_row(*_row(measure)[: len(table.columns)])
        table.add_section()
    return table


def _row(measure: dict[str, Any]) -> tuple[Text, ...]:
    goal = measure["goal"]["text"] if measure["goal"] else ""
    # Plain Text: titles and owners are people's words, not markup.
    words = map(Text, (measure["value_text"] or "-", goal, measure["trend"] or "", measure["owner"]))
    return Text(f"  {measure['title']}"), _status(measure), *words


def _status(one: dict[str, Any]) -> Text:
    return Text(f"{_SIGNS[one['status']]} {one['status']}", _STYLES[one["status"]])


def _score(one: dict[str, Any]) -> Text:
    return Text("" if one["score"] is None else f"  {points(one['score'], one['status'])}", "dim")


def _reason(what: str, reason: dict[str, Any]) -> Text:
    words = f"○ {what}: {reason['sentence']}"
    return Text(f"{words} {reason['fix']}" if reason["fix"] else words, "dim")


def print_explanation(document: dict[str, Any], console: Console | None = None) -> None:
    """The document of one measure: value, judgement, formula, what is behind it and below it; or why there is none."""
    console = console or Console()
    console.print(Text(f"{document['measure']['title']} · {document['team']['title']}", "bold"))
    console.print(Text(f"{document['value_text'] or 'no value'}  ") + _status(document))
    if document["reason"]:
        _print_reason(document, console)
    if document["goal"] and not document["judgement"]:
        console.print(Text(f"The goal is {document['goal']['text']}."))
    for name in ("judgement", "formula", "target_note", "interval_text"):
        if document[name]:
            console.print(Text(document[name]))
    said = [document["change"]["text"], document["provisional"], *document["notes"]]
    said += [document[name]["sentence"] for name in ("pace", "benchmark") if document[name]]
    for sentence in filter(None, said):
        console.print(Text(sentence))
    _print_what_is_behind(document, console)
    measure, number = document["measure"], document["samples"]
    about = [document["period"]["text"], f"{number:,} sample{'' if number == 1 else 's'}"]
    about += [f"owner {document['owner']}"] if document["owner"] else []
    console.print(Text("; ".join(about), "dim"))
    console.print(Text(f"{measure['definition']} Source: {measure['definition_source']}.", "dim"))


def _print_what_is_behind(document: dict[str, Any], console: Console) -> None:
    """Stages and parts, what is left out, what is below, samples, and what is being done."""
    shown = {one["name"] for one in document["stages"]}
    parts = [(name.replace("_", " "), part["text"]) for name, part in document["parts"].items() if name not in shown]
    stages = [(one["title"], one["text"], one["share_text"]) for one in document["stages"]]
    _print_table(console, "where the time goes", stages)
    _print_table(console, "beside it", parts)
    left_out = [(f"{one['number']:,}", one["reason"]) for one in document["left_out"]]
    _print_table(console, "not in it", left_out)
    for found in document["contributions"]:
        # Not a title, which would be no wider than its table.
        console.print(Text(f"by {found['kind']}: {found['note']}", "italic"))
        _print_table(console, None, map(_contribution, found["rows"]))
        if found["more"]:
            console.print(Text(f"and {found['more']:,} more"))
    for which in ("worst", "newest"):
        _print_table(console, f"{which} samples", map(_sample, document[which]))
    _print_table(console, "what is being done", map(_initiative, document["initiatives"]))
    if document["initiative_note"]:
        console.print(Text(("" if document["initiatives"] else "what is being done: ") + document["initiative_note"]))


def _print_reason(document: dict[str, Any], console: Console) -> None:
    reason, line = document["reason"], document["fix_line"]
    console.print(_reason(reason["state"].replace("_", " "), {**reason, "fix": "" if line else reason["fix"]}))
    marks = {"holds": "✓", "broken": "✗", "empty": "○", "not_reached": "·"}
    links = [
        (marks[link["state"]], link["name"], link["state"].replace("_", " "), _beside(link))
        for link in document["chain"]
    ]
    _print_table(console, "chain", links)
    if line:
        console.print(Text("What to do, as a line of the configuration:"))
        console.print(Text(line), soft_wrap=True)


def _beside(link: dict[str, Any]) -> str:
    """What is known of a link that holds; why one is broken was said above."""
    return str(link["sentence"]) if link["state"] == "holds" else ""


def _contribution(row: dict[str, Any]) -> tuple[str, ...]:
    samples = f"n {row['samples']:,}"
    return row["title"], row["value_text"] or "-", samples, row["amount_text"], row["share_text"]


def _sample(sample: dict[str, Any]) -> tuple[str, ...]:
    return sample["occurred_at"], sample["text"], sample["subject"], sample["url"] or sample["key"]


def print_reviews(reviews: list[dict[str, Any]], console: Console | None = None) -> None:
    """Recorded reviews, one a line."""
    console = console or Console()
    rows = ((one["period"], one["team"], one["recorded_at"][:10], one["by"], _decisions(one)) for one in reviews)
    _print_table(console, "", rows)
    if not reviews:
        console.print("No review is recorded.")


def _decisions(review: dict[str, Any]) -> str:
    return "; ".join(review["decisions"]) or "no decisions"


def _initiative(initiative: dict[str, Any]) -> tuple[str, ...]:
    done = "" if initiative["done"] is None else f"{write(initiative['done'], 'ratio')} done"
    due = f"due {initiative['due_day']}" if initiative["due_day"] else ""
    late = f"{due}, overdue" if initiative["overdue"] else due
    return initiative["title"], done, late, initiative["owner"], initiative["resources"], initiative["notes"]


def print_inspection(document: dict[str, Any], console: Console | None = None) -> None:
    """What `check --online` found: each source with what it shows, then what is wrong."""
    console = console or Console()
    for source in document["sources"]:
        console.print()
        told = source["inspection"]
        account = printable(told["account"] if told else source["error"] or "nothing to ask")
        style = "bold red" if source["error"] else ""
        console.print(Text.assemble((source["name"], "bold"), f" ({source['type']})  ", (account, style)))
        for label, text in _inspected(told) if told else ():
            console.print(Text(printable(f"  {label}: {text}")))
    console.print()
    for sentence in document["wrong"]:
        console.print(Text(f"wrong: {sentence}", "red"))
    if not document["wrong"]:
        console.print("The systems show what the configuration asks of them.")


def _inspected(told: dict[str, Any]) -> Iterable[tuple[str, str]]:
    by_sort: dict[str, list[dict[str, Any]]] = {}
    for seen in told["seen"]:
        by_sort.setdefault(seen["sort"], []).append(seen)
    for sort, several in by_sort.items():
        for seen in several[:NAMES_LISTED]:
            origin = f" of {seen['origin']}" if seen["origin"] else ""
            yield f"{sort}{origin}", _names(seen["names"])
        if len(several) > NAMES_LISTED:
            yield sort, f"of {len(several) - NAMES_LISTED} more"
    for missing in told["missing"]:
        yield "missing", missing
    if told["next_sync"]:
        yield "next sync", told["next_sync"]


def _names(names: dict[str, int | None]) -> str:
    if not names:
        return "none"
    listed = [name if count is None else f"{name} ({count})" for name, count in names.items()]
    more = f" and {len(listed) - NAMES_LISTED} more" if len(listed) > NAMES_LISTED else ""
    return ", ".join(listed[:NAMES_LISTED]) + more


def _print_table(console: Console, title: str | None, rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    if table.row_count:
        console.print(table)
