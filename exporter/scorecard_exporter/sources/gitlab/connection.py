"""The connection to one GitLab: its client, and what its refusals mean."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

from scorecard_exporter.sources.gitlab.api import Api
from scorecard_exporter.sources.gitlab.limits import GitLabLimits
from scorecard_exporter.sources.kit.authentication import Credential
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.response import Response, shown


def connect(url: str, credential: Credential | None, *, share: Fraction, timeout: float, ca_file: Path | None) -> Api:
    """The API of the GitLab at `url`."""
    client = Client(
        url,
        credential=credential,
        share=share,
        timeout=timeout,
        ca_file=ca_file,
        limits=GitLabLimits(),
        explain=explain,
    )
    return Api(client)


def explain(response: Response) -> str | None:
    """What a refusal of GitLab means, and what to do; None where the status says all."""
    address = shown(response.url)
    if response.status == 401:  # noqa: PLR2004  unauthorized
        return f"GitLab does not take the token for {address}"
    if response.status == 403:  # noqa: PLR2004  forbidden
        if _error(response) == "insufficient_scope":
            return f"{address} is forbidden: the token lacks the scope `read_api`"
        return (
            f"{address} is forbidden: the token's account needs the role Reporter there, or the feature is turned off"
        )
    if response.status == 404:  # noqa: PLR2004  not found
        return f"{address} is not there, or the token's account may not see it; it needs the role Reporter there"
    return None


def _error(response: Response) -> str:
    try:
        found = json.loads(response.body)
    except ValueError:
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, str) else ""
