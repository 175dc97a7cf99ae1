"""A small system that does not exist, and a source for it: incidents by windows of time, builds newest first."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import httpx
from pydantic import Field, SecretStr

from fake_system import FakeSystem
from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.model import Build, Incident
from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.kit.authentication import Token
from scorecard_exporter.sources.kit.body import parse_each
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.options import Address, HttpOptions
from scorecard_exporter.sources.kit.paging import LinkPages, Request, pages
from scorecard_exporter.sources.kit.streams import DescendingStream, Page, WindowedStream

URL = "https://system.example/api"
TOKEN = "made-up-token"  # noqa: S105  of a system that does not exist
PAGE = 3


class MadeUpOptions(HttpOptions):
    type: Literal["made-up"]
    url: Annotated[Address, Field(description="Where it is.")]
    token: Annotated[SecretStr, Field(description="Who asks.")]

    def origins(self, name):
        return (f"{name}:incidents", f"{name}:builds")

    def build(self, name, directory):
        client = Client(self.url, credential=Token(self.token), share=self.quota, ca_file=self.reach(directory))
        return Source(name, self.type, self.interval, self.streams(name, client), traffic=client.traffic)

    def streams(self, name, client):
        incidents, builds = self.kinds()
        return (
            incidents(client, "incidents", f"{name}:incidents", "incident", self.depth),
            builds(client, "builds", f"{name}:builds", "build", self.depth),
        )

    def kinds(self):
        return Incidents, Builds


class _List:
    def __init__(self, client, name, origin, kind, history):
        super().__init__(name, origin=origin, kinds=(kind,), history=history, made_by="1")
        self.client = client

    def parsed(self, response, parse):
        body = response.json()
        if not isinstance(body, list):
            raise SkippableSourceError(f"the {self.name} are no list")
        return parse_each(body, lambda one: [parse(one)], what=f"one of the {self.name}", origin=self.origin)

    def incident(self, body):
        return Incident(
            origin=self.origin,
            key=body.text("id"),
            began_at=body.time("began_at"),
            resolved_at=body.time_or_none("resolved_at"),
            title=body.text("title", ""),
            labels=body.texts("labels"),
        )

    def build(self, body):
        return Build(
            origin=self.origin,
            key=body.text("id"),
            status=body.text("status", ""),
            started_at=body.time("started_at"),
            finished_at=body.time_or_none("finished_at"),
        )


class Incidents(_List, WindowedStream):
    def pieces(self, begin, end):
        asked = {"from": begin.isoformat(), "to": end.isoformat()}
        for response in pages(self.client, Request("incidents", asked), LinkPages()):
            yield self.parsed(response, self.incident)


class Builds(_List, DescendingStream):
    pages_at_once = 2

    def page(self, after):
        response = self.client.get("builds", {"page": int(after or 1)})
        piece = self.parsed(response, self.build)
        starts = [one.started_at for one in piece.records]
        unfinished = [one.started_at for one in piece.records if one.finished_at is None]
        return Page(
            records=piece.records,
            problems=piece.problems,
            oldest=min(starts, default=None),
            after=str(int(after or 1) + 1) if "next" in response.links() else "",
            unfinished=tuple(unfinished),
        )


def options_of(incidents=Incidents, builds=Builds):
    """The options of a source with streams of these classes."""

    class Options(MadeUpOptions):
        def kinds(self):
            return incidents, builds

    return Options


class MadeUp:
    """The system. Incidents can be asked for by when they were changed last."""

    def __init__(self):
        days = [datetime(2024, 6, 7, 12, tzinfo=UTC) + timedelta(days=72) * number for number in range(10)]
        pairs = [day + timedelta(hours=hours) for day in days for hours in (0, 3)]
        self.incidents = [self.incident(number, day, day + timedelta(hours=1)) for number, day in enumerate(pairs)]
        self.incidents[-1]["resolved_at"] = None
        self.builds = [self.build(number, day, day + timedelta(minutes=5)) for number, day in enumerate(days)]
        # One that goes on, while others began and ended.
        self.builds.append(self.build(10, datetime(2026, 5, 28, 12, tzinfo=UTC), None))
        mornings = [datetime(2026, 5, 29, hour, tzinfo=UTC) for hour in (6, 7, 8)]
        self.builds += [self.build(number, day, day + timedelta(minutes=5)) for number, day in enumerate(mornings, 11)]

    @staticmethod
    def incident(number, began, resolved):
        return {
            "id": f"I{number}",
            "title": "Down",
            "began_at": began.isoformat(),
            "resolved_at": resolved and resolved.isoformat(),
            "changed_at": (resolved or began).isoformat(),
            "labels": ["shop", f"team-{number % 2}"],
        }

    @staticmethod
    def build(number, started, finished):
        return {
            "id": number,
            "status": "success" if finished else "running",
            "started_at": started.isoformat(),
            "finished_at": finished and finished.isoformat(),
        }

    def grow(self):
        day = datetime(2026, 5, 31, 9, tzinfo=UTC)
        hours = [day + timedelta(hours=number) for number in range(4)]
        self.incidents[-1] |= {"resolved_at": day.isoformat(), "changed_at": day.isoformat()}
        self.incidents += [self.incident(20 + number, hour, None) for number, hour in enumerate(hours)]
        self.builds[10] |= {"status": "success", "finished_at": day.isoformat()}
        self.builds += [self.build(14 + number, hour, None) for number, hour in enumerate(hours)]

    def handle(self, request):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401, json={"message": "who?"})
        query = request.url.params
        if request.url.path == "/api/incidents":
            found = [one for one in self.incidents if query["from"] <= one["changed_at"] < query["to"]]
        elif request.url.path == "/api/builds":
            found = sorted(self.builds, key=lambda one: one["started_at"], reverse=True)
        else:
            return httpx.Response(404, json={"message": "what?"})
        return self._page(request, found, int(query.get("page", 1)))

    @staticmethod
    def _page(request, found, number):
        end = number * PAGE
        following = request.url.copy_set_param("page", number + 1)
        headers = {"link": f'<{following}>; rel="next"'} if end < len(found) else {}
        return httpx.Response(200, json=copy.deepcopy(found[end - PAGE : end]), headers=headers)


def system():
    made = MadeUp()
    return FakeSystem(options={"type": "made-up", "url": URL, "token": TOKEN}, handle=made.handle, grow=made.grow)
