"""A GitHub with many repositories, of which only a few were ever rendered: the others are copies of these.

The replies about the few come from the simulator of `examples/acme`, which executes each question once. From then on
it only sends bytes, with the name of a copy in place of that of its original, counts what it costs, and answers 500 to
whatever was not asked before.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from examples.acme.company.people import on_github
from examples.acme.company.story import company
from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.github import VARY, bodies
from examples.acme.systems.github.cost import cost
from examples.acme.systems.github.graphql import read
from examples.acme.systems.running import TOKEN, Quotas, Systems

from scorecard_exporter.web.listen import bind, serving

MONTHS = 18
QUIET = 8 * 24 * 3600
"""Seconds since anything happened: a run or deployment that is under way, or failed yesterday, is read at each poll."""
ORIGINALS = 4
"""With squashed, merged and rebased pull requests; the repository of one has issues."""
GENEROUS = 100_000_000
GRAPHQL, REPOSITORIES, CONTROL = "/api/graphql", "/api/v3/orgs/acme/repos", "/control"
_PATH = re.compile(r"/api/v3/(?:repos/acme/service-(\d{4})|repositories/(\d+))(/.*)?")
_NUMBERED = 5_000_000


def name_of(number: int) -> str:
    """Of a repository, from 1 on; all of the same length."""
    return f"service-{number:04d}"


def original_of(number: int) -> int:
    """The one that a repository is a copy of."""
    return (number - 1) % ORIGINALS + 1


class NotRenderedError(Exception):
    """Something was asked for that nobody asked for before."""


@dataclass(eq=False)
class Copies:
    """What is sent. `count`: how many repositories there are; `is_sealed`: nothing is rendered any more."""

    systems: Systems
    base: str
    count: int = ORIGINALS
    is_sealed: bool = False
    spent: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    first_at: float | None = None

    def __post_init__(self) -> None:
        self._kept: dict[tuple[str, str, bytes], Reply] = {}
        self._parts: dict[tuple[str, int], bytes] = {}
        self._issues: dict[int, list[tuple[str, bytes]]] = {}
        found = self.systems.company.repositories
        self._numbers = {original: found["github", f"acme/{name_of(original)}"].number for original in _ORIGINALS}
        self.pull_requests = {
            original: len(found["github", f"acme/{name_of(original)}"].pull_requests) for original in _ORIGINALS
        }

    def reply(self, path: str, query: str, body: bytes) -> Reply:
        """What is answered, apart from quotas."""
        if path == REPOSITORIES:
            return self._listed(int(parse_qs(query).get("page", ["1"])[0]))
        if path == GRAPHQL:
            asked = json.loads(body)
            return self._graphql(asked["query"], asked["variables"], body)
        found = _PATH.fullmatch(path)
        if not found:
            raise NotRenderedError(path)
        number = int(found[1]) if found[1] else int(found[2]) - _NUMBERED
        rest = found[3] or ""
        if rest == "/issues":
            return self._issues_since(number, dict(parse_qsl(query)))
        original = original_of(number)
        return self._copy(f"/api/v3/repos/acme/{name_of(original)}{rest}", query, b"", number)

    def _copy(self, path: str, query: str, body: bytes, number: int) -> Reply:
        """The reply about the original, with another name in it."""
        original = original_of(number)
        reply = self._of_original(path, query, body)
        link = reply.headers.get("link", "").replace(
            f"/repositories/{self._numbers[original]}/", f"/repositories/{_NUMBERED + number}/"
        )
        headers = {**reply.headers, **({"link": link} if link else {})}
        renamed = reply.body.replace(name_of(original).encode(), name_of(number).encode())
        return Reply(status=reply.status, headers=headers, body=renamed, cost=reply.cost)

    def _of_original(self, path: str, query: str, body: bytes) -> Reply:
        reply = self._kept.get((path, query, body))
        if reply is None:
            reply = self._kept[path, query, body] = self._rendered(path, query, body)
        return reply

    def _rendered(self, path: str, query: str, body: bytes) -> Reply:
        if self.is_sealed:
            raise NotRenderedError(f"{path}?{query} {body.decode()}")
        asked = Asked(
            method="POST" if body else "GET",
            path=path,
            query=query,
            body=body,
            headers={"authorization": f"Bearer {TOKEN}"},
            base=self.base,
        )
        return self.systems.apis["github"].rendered(asked)

    def _listed(self, page: int) -> Reply:
        """A hundred repositories."""
        last = -(-self.count // 100)
        numbers = range((page - 1) * 100 + 1, min(page * 100, self.count) + 1)
        rows = b",".join(self._row(number) for number in numbers)
        link = f'<{self.base}{REPOSITORIES}?type=all&per_page=100&page={page + 1}>; rel="next"' if page < last else ""
        headers = {"content-type": "application/json; charset=utf-8", **({"link": link} if link else {})}
        return Reply(body=b"[" + rows + b"]", headers=headers)

    def _row(self, number: int) -> bytes:
        original = original_of(number)
        if ("row", original) not in self._parts:
            found = self.systems.company.repositories["github", f"acme/{name_of(original)}"]
            asked = Asked(method="GET", path=REPOSITORIES, base=self.base)
            self._parts["row", original] = json.dumps(bodies.repository(asked, found)).encode()
        return self._parts["row", original].replace(name_of(original).encode(), name_of(number).encode())

    def _graphql(self, query: str, variables: Mapping[str, Any], body: bytes) -> Reply:
        if "o0" in variables:
            return self._of_each(query, variables)
        name = str(variables.get("name", ""))
        if not name.startswith("service-"):
            raise NotRenderedError(f"a question about no repository: {body.decode()}")
        number = int(name[-4:])
        original = body.replace(name.encode(), name_of(original_of(number)).encode())
        return self._copy(GRAPHQL, "", original, number)

    def _of_each(self, query: str, variables: Mapping[str, Any]) -> Reply:
        """Facts of many repositories, put together from those of the originals."""
        fragment = query[query.index(" fragment ") :]
        names = (str(variables[f"n{place}"]) for place in range(sum(key[0] == "n" for key in variables)))
        parts = (
            b'"r%d":%s' % (place, self._facts(fragment, int(name[-4:])).replace(_named(name), name.encode()))
            for place, name in enumerate(names)
        )
        points = _points(query)
        body = b'{"data":{' + b",".join(parts) + b',"rateLimit":{"cost":%d}}}' % points
        return Reply(body=body, headers={"content-type": "application/json; charset=utf-8"}, cost=points)

    def _facts(self, fragment: str, number: int) -> bytes:
        original = original_of(number)
        if (fragment, original) not in self._parts:
            one = "query($o: String!, $n: String!) { r: repository(owner: $o, name: $n) { ...fields } }"
            asked = {"query": one + fragment, "variables": {"o": "acme", "n": name_of(original)}}
            found = json.loads(self._rendered(GRAPHQL, "", json.dumps(asked).encode()).body)
            self._parts[fragment, original] = json.dumps(found["data"]["r"]).encode()
        return self._parts[fragment, original]

    def _issues_since(self, number: int, asked: Mapping[str, str]) -> Reply:
        """The issues that changed since a moment, which is another one each time; each of them is rendered before."""
        if (asked["state"], asked["sort"], asked["direction"]) != ("all", "updated", "asc"):
            raise NotRenderedError(f"issues {asked}")
        original, size, page = original_of(number), int(asked["per_page"]), int(asked.get("page", 1))
        found = [body for at, body in self._issues_of(original) if at >= asked["since"]][
            (page - 1) * size : page * size
        ]
        body = (b"[" + b",".join(found) + b"]").replace(name_of(original).encode(), name_of(number).encode())
        headers = {"content-type": "application/json; charset=utf-8", "etag": f'W/"{hash(body)}"', "vary": VARY}
        return Reply(body=body, headers=headers)

    def _issues_of(self, original: int) -> list[tuple[str, bytes]]:
        if original not in self._issues:
            kept: list[tuple[str, bytes]] = []
            while len(kept) % 100 == 0:
                search = {"state": "all", "sort": "updated", "direction": "asc", "per_page": 100}
                query = urlencode({**search, "page": len(kept) // 100 + 1})
                path = f"/api/v3/repos/acme/{name_of(original)}/issues"
                more = json.loads(self._rendered(path, query, b"").body)
                kept += [(one["updated_at"], json.dumps(one).encode()) for one in more]
                if not more:
                    break
            self._issues[original] = kept
        return self._issues[original]

    def charge(self, path: str, known: str, reply: Reply) -> Reply:
        """Count what a reply costs, or say that it is the same as before; with a quota that never bounds."""
        self.first_at = self.first_at or time.time()
        resource = "graphql" if path == GRAPHQL else "core"
        self.spent[f"{resource} requests"] += 1
        if known and reply.headers.get("etag") == known:
            self.spent["not modified"] += 1
            kept = {name: text for name, text in reply.headers.items() if name not in {"content-type", "link"}}
            reply = Reply(status=304, headers=kept, cost=0)
        self.spent["points"] += reply.cost
        self.spent["bytes"] += len(reply.body)
        reset = str(int(self.first_at) + 36_000)
        quota = {"limit": str(GENEROUS), "remaining": str(GENEROUS - self.spent["points"]), "reset": reset}
        shown = {f"x-ratelimit-{name}": text for name, text in quota.items()}
        return reply.with_headers({**shown, "x-ratelimit-resource": resource})

    def control(self, body: bytes) -> Reply:
        """What was spent since this was asked last; a body changes how many repositories there are."""
        if body:
            self.count, self.is_sealed = json.loads(body)["count"], True
        told = {
            "spent": self.spent,
            "missing": self.missing,
            "first_at": self.first_at,
            "pull_requests": sum(self.pull_requests[original_of(number)] for number in range(1, self.count + 1)),
        }
        reply = Reply(body=json.dumps(told).encode(), headers={"content-type": "application/json"})
        self.spent, self.first_at = Counter(), None
        return reply


_ORIGINALS = range(1, ORIGINALS + 1)


def _named(name: str) -> bytes:
    return name_of(original_of(int(name[-4:]))).encode()


@lru_cache
def _points(query: str) -> int:
    """By the formula of the simulator, which is GitHub's; the same question comes again and again."""
    document = read(query)
    if isinstance(document, list):
        raise NotRenderedError(str(document))
    return cost(document, {}).points


def serve(now: int, told: Connection) -> None:
    """In a process of its own: tell the port, and serve until the process is ended."""
    asyncio.run(_serve(now, told))


async def _serve(now: int, told: Connection) -> None:
    socket = bind("127.0.0.1:0")
    port = socket.getsockname()[1]
    systems = Systems(
        company(now=now - QUIET, services=tuple(on_github(ORIGINALS)), months=MONTHS),
        quotas=Quotas(github=GENEROUS, graphql=GENEROUS),
    )
    copies = Copies(systems, f"http://127.0.0.1:{port}/github")

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name: text.decode() for name, text in scope["headers"] if name == b"if-none-match"}
        reply = _answer(copies, scope, body, headers.get(b"if-none-match", ""))
        sent = [(name.encode(), text.encode()) for name, text in reply.headers.items()]
        sent.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": sent})
        await send({"type": "http.response.body", "body": reply.body})

    async with serving(application, [socket], {}):
        told.send(port)
        await asyncio.Event().wait()


def _answer(copies: Copies, scope: Mapping[str, Any], body: bytes, known: str) -> Reply:
    path = scope["raw_path"].decode().removeprefix("/github")
    if path == CONTROL:
        return copies.control(body)
    try:
        return copies.charge(path, known, copies.reply(path, scope["query_string"].decode(), body))
    except NotRenderedError as error:
        copies.missing.append(str(error))
        return Reply(status=500)
