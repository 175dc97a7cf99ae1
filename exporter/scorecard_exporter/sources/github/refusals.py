"""What a refusal of GitHub means, in words that tell what to change."""

from __future__ import annotations

import re

from scorecard_exporter.sources.kit.response import Response, shown
from scorecard_exporter.sources.text import excerpt

NOT_ACCESSIBLE = "Resource not accessible by"
_THING = re.compile(r"/repos/([^/]+/[^/]+)")


def explain(response: Response) -> str | None:
    """A sentence for an answer of 4xx; None where nothing more is known than its status."""
    about = _about(response)
    said = _message(response)
    match response.status:
        case 401:
            return f"GitHub does not know the credential ({said})"
        case 403:
            return f"{about} may not be read: {_forbidden(response, said)}"
        case 404:
            return (
                f"{about} is not there, or the credential may not see it; check the name, and that the token or App "
                "was given this repository or organization (a classic token needs the scope `repo` for private ones)"
            )
        case 451:
            return f"{about} is blocked by GitHub for legal reasons"
        case _:
            return f"{about}: GitHub answers {response.status} ({said})" if said else None


def permission(response: Response) -> str:
    """The permission or scope that an answer says it needs and that the credential lacks; '' where it says none."""
    if wanted := response.headers.get("x-accepted-github-permissions", ""):
        return excerpt(wanted.replace("=", ": "), 80)
    accepted, given = (_scopes(response, f"x-{name}oauth-scopes") for name in ("accepted-", ""))
    return "" if not accepted or accepted & given else " or ".join(sorted(accepted))


def _forbidden(response: Response, said: str) -> str:
    if "required" in response.headers.get("x-github-sso", ""):
        return (
            "the organization enforces SAML; authorize the token for it (Settings → Developer settings →"
            " Personal access tokens → Configure SSO)"
        )
    if missing := permission(response):
        kind = "the scope" if "x-oauth-scopes" in response.headers else "the permission"
        return f"the credential lacks {kind} `{missing}` ({said})"
    if said.startswith(NOT_ACCESSIBLE):
        return f"the credential lacks a permission; see docs/sources/github.md for those that are needed ({said})"
    return said or "no reason is given"


def _about(response: Response) -> str:
    found = _THING.search(response.url.path)
    return f"the repository {found[1]}" if found else shown(response.url)


def _scopes(response: Response, header: str) -> set[str]:
    return {scope.strip() for scope in response.headers.get(header, "").split(",") if scope.strip()}


def _message(response: Response) -> str:
    try:
        return excerpt(str(response.object().get("message", "")))
    except Exception:  # noqa: BLE001  a page for people: its status says enough
        return ""
