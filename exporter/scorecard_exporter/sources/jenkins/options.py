"""The keys of a source of type `jenkins`."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.jenkins.asking import explain
from scorecard_exporter.sources.jenkins.inspect import inspect
from scorecard_exporter.sources.jenkins.jobs import Jobs
from scorecard_exporter.sources.jenkins.reading import Reading
from scorecard_exporter.sources.jenkins.rules import DeploymentRule, Pattern
from scorecard_exporter.sources.jenkins.rules import Jobs as JobGlobs
from scorecard_exporter.sources.jenkins.staging import Stages
from scorecard_exporter.sources.kit.authentication import Basic
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.options import Address, HttpOptions

Read = Literal["builds", "deployments"]


class JenkinsOptions(HttpOptions):
    """A Jenkins, read by its JSON API."""

    type: Literal["jenkins"]
    url: Annotated[Address, Field(description="Address of Jenkins, such as https://ci.acme.example/jenkins.")]
    user: Annotated[str | None, Field(min_length=1, description="Name of the user that reads.")] = None
    token: Annotated[
        SecretStr | None, Field(description="API token of the user, from !env or !file. Without: as anybody.")
    ] = None
    jobs: Annotated[
        JobGlobs,
        Field(description="Jobs to read by full name or glob; `*` stays in a folder, `**` and a folder's name do not."),
    ]
    read: Annotated[
        tuple[Read, ...], Field(min_length=1, description="What is read: `builds`, and `deployments` among them.")
    ] = ("builds", "deployments")
    deployments: Annotated[
        tuple[DeploymentRule, ...],
        Field(description="Which builds, or stages of builds, are deployments: jobs, stage, environment."),
    ] = ()
    repositories: Annotated[
        tuple[Pattern, ...],
        Field(description="Globs for the address of the code, where builds check out several repositories."),
    ] = ()

    @model_validator(mode="after")
    def _whole_credential(self) -> Self:
        if (self.user is None) != (self.token is None):
            raise ValueError("give both `user` and `token`, or neither")
        return self

    def origins(self, name: str) -> tuple[str, ...] | None:  # noqa: ARG002  what is written may be a folder
        return None

    def build(self, name: str, directory: str) -> Source:
        client = Client(
            self.url,
            credential=Basic(self.user, self.token) if self.user and self.token else None,
            share=self.quota,
            timeout=float(self.timeout),
            ca_file=self.reach(directory),
            explain=explain,
        )
        reading = Reading(
            source=name,
            client=client,
            jobs=self.jobs,
            read=self.read,
            deployments=self.deployments,
            repositories=self.repositories,
            history=self.depth,
        )
        streams = Jobs(reading, Stages(name, client))
        return Source(
            name, self.type, self.interval, streams, inspect=partial(inspect, streams), traffic=client.traffic
        )
