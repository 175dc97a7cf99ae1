"""The hosts that can be asked for a starter configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scorecard_exporter.sources.github import starter as github
from scorecard_exporter.sources.gitlab import starter as gitlab
from scorecard_exporter.sources.kit.starter import Starter


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A kind of host. `group`: what it calls what is looked at. `token_env`: where its token usually is."""

    type: str
    title: str
    group: str
    token_env: str
    look: Starter


# ruff: noqa: S106  names of variables, not what is in them
HOSTS: Mapping[str, Host] = {
    "github": Host(type="github", title="GitHub", group="organization", token_env="GITHUB_TOKEN", look=github.look),
    "gitlab": Host(type="gitlab", title="GitLab", group="group", token_env="GITLAB_TOKEN", look=gitlab.look),
}
