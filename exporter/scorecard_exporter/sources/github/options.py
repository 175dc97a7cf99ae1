"""The keys of a source of type `github`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from scorecard_exporter.events.patterns import check_pattern
from scorecard_exporter.sources.base import Source, Traffic
from scorecard_exporter.sources.github.connection import Access, connect
from scorecard_exporter.sources.github.discovery import GitHubStreams, Selection
from scorecard_exporter.sources.github.inspection import inspect
from scorecard_exporter.sources.github.reading import Reading
from scorecard_exporter.sources.github.webhook import GitHubWebhook
from scorecard_exporter.sources.kit.options import Address, HttpOptions, PushedOptions


def _pattern(pattern: str) -> str:
    check_pattern(pattern)
    return pattern


Thing = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+/[A-Za-z0-9._-]+$")]
Owner = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
Pattern = Annotated[str, AfterValidator(_pattern)]
Kind = Literal["pull_requests", "commits", "deployments", "releases", "tags", "issues", "builds"]
KINDS: tuple[Kind, ...] = ("pull_requests", "commits", "deployments", "releases", "tags", "issues", "builds")


def _private_key(key: SecretStr) -> SecretStr:
    try:
        load_pem_private_key(key.get_secret_value().encode(), password=None)
    except (ValueError, TypeError):
        raise ValueError("it is not a private key in PEM, as GitHub gives it for an App") from None
    return key


class AppOptions(BaseModel):
    """A GitHub App and where it is installed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True)

    id: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9.]+$"),
        Field(description="Its App ID or client ID, from its settings page."),
    ]
    installation: Annotated[
        Digits, Field(description="Number of the installation, the last part of its settings page's address.")
    ]
    private_key: Annotated[
        SecretStr, AfterValidator(_private_key), Field(description="Its private key (PEM), from !file or !env.")
    ]


class GitHubOptions(HttpOptions, PushedOptions):
    """Repositories of GitHub, named or found by organization."""

    type: Literal["github"]
    url: Annotated[
        Address,
        Field(description="Address of the GitHub: of github.com, or of an Enterprise Server, without /api."),
    ] = "https://github.com"
    token: Annotated[
        SecretStr | None, Field(description="A personal access token, fine-grained or classic, from !env or !file.")
    ] = None
    token_file: Annotated[
        str | None, Field(min_length=1, description="A file with a token that somebody else renews.")
    ] = None
    app: Annotated[AppOptions | None, Field(description="A GitHub App in place of a token.")] = None
    repositories: Annotated[
        tuple[Thing, ...], Field(description="Repositories as `owner/name`; each is a thing of that name.")
    ] = ()
    organizations: Annotated[
        tuple[Owner, ...],
        Field(description="Organizations or people whose repositories are read, archived ones left out."),
    ] = ()
    only: Annotated[
        tuple[Pattern, ...],
        Field(description="Globs on the names of an organization's repositories: these are read. Default: all."),
    ] = ()
    except_: Annotated[
        tuple[Pattern, ...],
        Field(alias="except", description="Globs on the names of an organization's repositories: these are not read."),
    ] = ()
    branch: Annotated[
        str | None, Field(min_length=1, description="The deployed branch. Default: each repository's default branch.")
    ] = None
    read: Annotated[
        tuple[Kind, ...], Field(min_length=1, description="What is read of each repository. Default: everything.")
    ] = KINDS
    environments: Annotated[
        tuple[str, ...],
        Field(description="Only deployments to these environments are read, by exact name. Default: all."),
    ] = ()
    deployment_workflows: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+\.ya?ml$")], ...],
        Field(
            description="Files of workflows whose runs are deployments, to the environment `workflow:FILE`: "
            "`[deploy.yml]`."
        ),
    ] = ()
    incident_labels: Annotated[
        tuple[Pattern, ...],
        Field(description="Issues with one of these labels, or of the type Incident, are incidents too."),
    ] = ("incident",)
    paths: Annotated[
        bool,
        Field(description="Read which files each pull request touched; on by itself where a service has `paths`."),
    ] = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if sum(given is not None for given in (self.token, self.token_file, self.app)) != 1:
            raise ValueError("give one of `token`, `token_file` and `app`")
        if not (self.repositories or self.organizations):
            raise ValueError("give `repositories: [OWNER/NAME]` or `organizations: [NAME]`, or both")
        if (self.only or self.except_) and not self.organizations:
            raise ValueError("`only` and `except` choose among the repositories of `organizations`, and there are none")
        return self

    def origins(self, name: str) -> tuple[str, ...] | None:
        return None if self.organizations else tuple(f"{name}:{thing}" for thing in self.repositories)

    def build(self, name: str, directory: str) -> Source:
        traffic = Traffic()
        host = connect(self._access(directory), traffic)
        selection = Selection(
            repositories=self.repositories, organizations=self.organizations, only=self.only, leave_out=self.except_
        )
        reading = Reading(
            branch=self.branch or "",
            environments=self.environments,
            deployment_workflows=self.deployment_workflows,
            incident_labels=self.incident_labels,
            paths=self.paths,
            history=self.depth,
        )
        streams = GitHubStreams(name, host, selection, reading, frozenset(self.read))
        webhook = (
            GitHubWebhook(name, self.webhook_secret, selection, reading, host.pages) if self.webhook_secret else None
        )
        return Source(
            name,
            self.type,
            self.interval,
            streams,
            webhook,
            lambda: inspect(host, streams, frozenset(self.read)),
            traffic,
        )

    def _access(self, directory: str) -> Access:
        return Access(
            url=self.url,
            token=self.token,
            token_file=Path(directory, self.token_file).expanduser() if self.token_file else None,
            app=(self.app.id, self.app.installation, self.app.private_key) if self.app else None,
            share=self.quota,
            timeout=self.timeout,
            ca_file=self.reach(directory),
        )
