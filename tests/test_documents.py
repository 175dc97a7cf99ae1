"""The documents speak of everything that there is, and of nothing that there is not."""

import re
from pathlib import Path

import click
import pytest

from scorecard_exporter.cli import main
from scorecard_exporter.config.lint.advice import NAMES
from scorecard_exporter.config.reference import reference as configuration_reference
from scorecard_exporter.exposition.reference import reference as metrics_reference
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.sources.registry import TYPES

COMMANDS = sorted(main.commands)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def options(command):
    """The long flags of a command, and of those below it."""
    below = [flag for one in getattr(command, "commands", {}).values() for flag in options(one)]
    own = [flag for one in command.params if isinstance(one, click.Option) for flag in one.opts]
    return below + [flag for flag in own if flag[:2] == "--"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_flag_is_documented(checkout, name):
    """A flag that nobody can find is a flag that nobody uses."""
    text = (checkout / "docs/commands.md").read_text()
    assert f"## `{name}" in text
    assert [flag for flag in options(main.commands[name]) if f"`{flag}" not in text and f"{flag} " not in text] == []


def test_no_flag_is_documented_that_does_not_exist(checkout):
    """What the page of commands names can be typed."""
    known = {flag for command in main.commands.values() for flag in options(command)} | {"--help", "--version"}
    assert set(re.findall(r"`(--[a-z.-]+)", (checkout / "docs/commands.md").read_text())) <= known


@pytest.mark.parametrize("measure", sorted(CATALOGUE))
def test_every_measure_is_defined(checkout, measure):
    """The page of definitions names every measure of the catalogue."""
    assert f"`{measure}`" in (checkout / "docs/definitions.md").read_text()


def test_every_advice_has_a_row_that_says_what_it_is_about(checkout):
    """The name is what people silence, so they have to find it."""
    text = (checkout / "docs/advice.md").read_text()
    assert [name for name, about in NAMES.items() if f"| `{name}` | {about} |" not in text] == []


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_source_has_its_page(checkout, name):
    """Each type of source has a page of its own, and the README leads to it."""
    assert (checkout / f"docs/sources/{name}.md").is_file()
    assert f"docs/sources/{name}.md" in (checkout / "README.md").read_text()


@pytest.mark.parametrize(
    ("document", "text"), [("docs/metrics.md", metrics_reference), ("docs/configuration.md", configuration_reference)]
)
def test_what_is_generated_is_current(checkout, document, text):
    """`make generate` writes them again."""
    assert (checkout / document).read_text() == text()


def documents(root):
    folders = (root, root / "docs", root / "docs/sources", *(root / "examples").iterdir())
    return sorted(path for folder in folders for path in folder.glob("*.md"))


def test_links_between_documents_lead_somewhere(checkout):
    """Every relative link of every document names a file of the checkout."""
    pages = documents(checkout)
    assert checkout / "README.md" in pages
    broken = [
        (page.name, link)
        for page in pages
        for link in LINK.findall(page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_the_package_under_test_is_the_installed_one(checkout):
    """What is tested is what users get: the wheel, not the folder beside the tests."""
    import scorecard_exporter  # noqa: PLC0415  where it comes from is the question

    assert checkout / "exporter" not in Path(scorecard_exporter.__file__).parents
