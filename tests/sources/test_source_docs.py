"""The pages about the sources say everything that there is, and their examples are valid."""

import re

import pytest
import yaml

from scorecard_exporter.events.model import KINDS
from scorecard_exporter.sources.files.formats import FORMATS
from scorecard_exporter.sources.registry import TYPES
from scorecard_exporter.sources.rows.columns import STATUSES, columns

COMMON = {"thing", "kind", "key", "url"}


class Loader(yaml.SafeLoader):
    """What `!env` and `!file` bring is some text."""


for tag in ("!env", "!file"):
    Loader.add_constructor(tag, lambda _, node: f"from {node.value}")


def page(checkout, name):
    return (checkout / "docs" / "sources" / f"{name}.md").read_text()


@pytest.mark.parametrize("name", TYPES)
def test_every_type_of_source_has_a_page_with_all_its_keys(checkout, name):
    text = page(checkout, name)
    assert [key for key in TYPES[name].model_fields if key != "type" and f"| `{key}` |" not in text] == []


@pytest.mark.parametrize("name", TYPES)
def test_the_examples_on_the_page_are_valid(checkout, name):
    blocks = re.findall(r"^```yaml\n(.*?)^```", page(checkout, name), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        for source, written in yaml.load(block, Loader)["sources"].items():  # noqa: S506  a safe one
            TYPES[written["type"]].model_validate(written).build(source, "/")


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_of_columns_has_exactly_the_columns_of_a_kind(checkout, kind):
    (cells,) = re.findall(rf"^\| `{kind}` \| (.*) \| .* \|$", page(checkout, "files"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", cells)) - COMMON == columns(kind) - COMMON


def test_every_status_and_format_is_on_the_page(checkout):
    text = page(checkout, "files")
    assert [word for word in (*STATUSES, *FORMATS) if f"`{word}`" not in text] == []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("git", ("shallow_history", "not_a_commit", "clock_in_future", "bad_time")),
        ("files", ("bad_row", "truncated", "bad_file", "bad_encoding")),
    ],
)
def test_every_problem_that_a_source_reports_is_on_its_page(checkout, name, codes):
    text = page(checkout, name)
    assert [code for code in codes if f"| `{code}` |" not in text] == []
