"""Every measure has an example in the documents, and it is right: configuration, what was read, and the value."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from scorecard_exporter.config import load
from scorecard_exporter.evaluation import explain_at, explain_measure, take
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.quantities import instant, write
from scorecard_exporter.store.duckdb import DuckDBStore

AT = datetime(2026, 4, 1, tzinfo=UTC)
PAGE = Path(__file__).resolve().parent.parent / "docs" / "measures.md"
SECTION = re.compile(r"^### `(?P<measure>\w+)`\n\n(?P<text>.*?)(?=^##|\Z)", re.DOTALL | re.MULTILINE)
WITHOUT_SAMPLES = {"arithmetic", "net_promoter_score", "employee_net_promoter_score"}
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
SECTIONS = {found["measure"]: found["text"] for found in SECTION.finditer(PAGE.read_text(encoding="utf-8"))}


def written(text):
    """A block of the page, every value a text."""
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 - texts only


def configuration(folder, block):
    """The configuration of an example: what all begin with, its own, and its measures in a scorecard."""
    whole = written(BLOCK.findall(PAGE.read_text(encoding="utf-8").partition("\n## ")[0])[0]) | written(block)
    objectives = {"example": {"measures": whole.pop("measures")}}
    whole["scorecards"] = {"example": {"perspectives": {"example": {"objectives": objectives}}}}
    path = folder / "scorecard.yaml"
    path.write_text(yaml.safe_dump(whole, sort_keys=False))
    return load(path, {})


def read(folder, loaded, events):
    """A store with all that the example's file says."""
    (folder / "events.yaml").write_text(events)
    store = DuckDBStore.open(folder / "store.duckdb")
    store.dimensions(loaded.dimensions)
    for stream in loaded.sources["data"].build("data", str(folder)).streams:
        for batch in stream.read(None, AT):
            assert batch.problems == ()
            store.write("data", (stream.name, batch))
    store.link()
    return store


def test_every_measure_of_the_catalogue_has_an_example():
    assert list(SECTIONS) == list(CATALOGUE)


@pytest.mark.parametrize("measure", CATALOGUE)
def test_a_section_begins_with_the_definition(measure):
    assert " ".join(SECTIONS[measure].partition("\n\n")[0].split()) == CATALOGUE[measure].definition


@pytest.mark.parametrize("measure", CATALOGUE)
def test_an_example_is_right(measure, tmp_path):
    """The value in bold is what comes of the blocks before it; and it can be explained, down to its samples.

    The explanation is the same where nothing but this measure is evaluated.
    """
    settings, events = BLOCK.findall(SECTIONS[measure])
    expected = re.search(r"^\*\*(.+?)\*\*", SECTIONS[measure], re.MULTILINE)
    loaded = configuration(tmp_path, settings)
    *_, (_, _, last) = loaded.scorecards["example"].measures()
    store = read(tmp_path, loaded, events)
    taken = take(loaded, store, instant(AT))
    why = explain_measure(loaded, store, taken, scorecard="example", measure=last.id, team="shop")
    alone = explain_at(loaded, store, instant(AT), scorecard="example", measure=last.id, team="shop")
    store.close()
    assert alone == why
    assert last.definition.measure == measure
    assert why.value is not None, why.absence
    assert write(why.value, why.unit) == expected[1]
    assert why.formula.endswith(".")
    assert bool(why.newest) == (measure not in WITHOUT_SAMPLES)
