"""Globs, regular expressions and path globs of the configuration."""

import re

import pytest

from scorecard_exporter.events.patterns import check_pattern, matches, matches_path

MATCHES = [
    ("prod", "prod", True, "a plain name is itself"),
    ("Production", "prod*", True, "case does not count in a glob"),
    ("my-prod", "prod*", False, "a glob matches the whole text"),
    ("prod-eu", "prod-??", True, "a question mark is one character"),
    ("prod-eur", "prod-??", False, "and not more"),
    ("dependabot[bot]", "*[bot]", True, "brackets are themselves, as in the names of bots"),
    ("robert", "*[bot]", False, "and no set of characters"),
    ("prod\n", "prod", False, "a line break is not overlooked"),
    ("fix\nmore", "fix*", True, "a star runs over line breaks"),
    ("prod-eu", "/^prod-[a-z]+$/", True, "a regular expression stands between slashes"),
    ("Prod-eu", "/^prod-/", False, "in which case counts"),
    ("Prod-eu", "/(?i)^prod-/", True, "unless it says otherwise"),
    ("team/prod", "/prod/", True, "and which is found anywhere"),
    ("/", "/", True, "a single slash is a name"),
    ("", "*", True, "a star is also nothing"),
]

PATHS = [
    ("services/api/main.py", "services/api/**", True, "everything below a folder"),
    ("services/api/v2/main.py", "services/api/**", True, "at any depth"),
    ("services/api/main.py", "services/api/", True, "a folder is all that is in it"),
    ("services/api/main.py", "services/api", True, "with and without its slash"),
    ("services/api/main.py", "/services/api/", True, "a slash in front is the root of the repository"),
    ("services/api/main.py", "./services/api/", True, "and so is a dot"),
    ("services/apiary/main.py", "services/api", False, "the name of a folder is whole"),
    ("lib/services/api/main.py", "services/api", False, "and counted from the root"),
    ("services/api/main.py", "services/*/main.py", True, "a star is one folder"),
    ("services/a/b/main.py", "services/*/main.py", False, "and not two"),
    ("services/a/b/main.py", "services/**/main.py", True, "two stars are any number of folders"),
    ("services/main.py", "services/**/main.py", True, "none among them"),
    ("main.py", "**/*.py", True, "the root among them"),
    ("docs/main.py", "*.py", False, "one star alone stays in the root"),
    ("Makefile", "Makefile", True, "a file is itself"),
    ("makefile", "Makefile", False, "case counts in a path"),
    ("a.b", "a?b", True, "a question mark is one character"),
    ("a/b", "a?b", False, "but no slash"),
    ("a[1].py", "a[1].py", True, "everything else is itself"),
    ("strange\nname.py", "strange*", True, "a hostile name is a name"),
]


@pytest.mark.parametrize(("text", "pattern", "expected", "why"), MATCHES)
def test_a_pattern_matches_names(text, pattern, expected, why):
    assert matches(text, (pattern,)) is expected, why


@pytest.mark.parametrize(("path", "glob", "expected", "why"), PATHS)
def test_a_glob_matches_paths(path, glob, expected, why):
    assert matches_path(path, (glob,)) is expected, why


def test_one_of_several_is_enough():
    assert matches("live", ("prod*", "live"))
    assert matches_path("lib/x.py", ("services/api", "lib"))


def test_no_pattern_matches_nothing():
    assert not matches("prod", ())
    assert not matches_path("services/api/main.py", ())


@pytest.mark.parametrize("pattern", ["prod*", "/^prod-[a-z]+$/", "*[bot]", "/"])
def test_a_good_pattern_is_accepted(pattern):
    check_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "'' matches nothing; write a name, a glob such as prod*, or a /regular expression/"),
        ("/(prod/", "'/(prod/' is not a regular expression: missing ), unterminated subpattern at position 0"),
    ],
)
def test_a_bad_pattern_is_refused_with_what_is_wrong(pattern, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_pattern(pattern)


def test_a_glob_with_many_stars_is_no_trap_for_a_long_text():
    """A careless translation would take time that grows with a power of the length: years, here."""
    assert not matches("ab" * 50_000, ("*a*b*a*b*a*b*c*",))
