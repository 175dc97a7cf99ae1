"""The team that owns all of a repository, by its file CODEOWNERS (docs.github.com, "About code owners")."""

from __future__ import annotations

import re

PLACES = {"github": ".github/CODEOWNERS", "root": "CODEOWNERS", "docs": "docs/CODEOWNERS"}
"""Where GitHub looks for it, in its order."""

FIELDS = " ".join(
    f'{name}: object(expression: "HEAD:{path}") {{ ... on Blob {{ text }} }}' for name, path in PLACES.items()
)
_EVERYTHING = frozenset({"*", "**", "/", "/*", "/**"})
_TEAM = re.compile(r"@[\w-]+/([\w-]+)")


def team(text: str) -> str:
    """Slug of the first team of the last rule for everything; '' where there is none."""
    found = ""
    for line in text.splitlines():
        pattern, *owners = line.partition("#")[0].split() or [""]
        if pattern in _EVERYTHING:
            found = next((match[1] for owner in owners if (match := _TEAM.fullmatch(owner))), "")
    return found
