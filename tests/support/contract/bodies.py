"""Sound answers, changed: fields that are missing, null, new or of another type, and pages that come again for ever."""

import copy
import json
import random
import re
from dataclasses import dataclass
from typing import Any

import httpx

PAGING = frozenset(
    {"page", "offset", "after", "cursor", "startat", "start", "pagetoken", "page_token", "nextpagetoken"}
)
"""Where a list goes on; requests that differ in nothing else are about one list."""
MOST_CHANGES = 150
"""So many changes are tried for each system, spread over all that there are."""


def list_of(request):
    """What a request is about, without where in it."""
    url = request.url
    query = tuple((name, value) for name, value in url.params.multi_items() if name.lower() not in PAGING)
    return request.method, url.host, url.path, query, json.dumps(_without_paging(_body(request)))


def sort_of(request):
    """What sort of list a request is about, whichever span or thing it asks for."""
    sent = _body(request)
    asked = sent.get("query") if isinstance(sent, dict) else None
    path = re.sub(r"\d+", "N", request.url.path)
    return request.method, path, tuple(sorted(set(request.url.params))), asked


def _body(request):
    try:
        return json.loads(request.content or b"null")
    except ValueError:
        return None


def _without_paging(value):
    if isinstance(value, dict):
        return {name: _without_paging(one) for name, one in value.items() if name.lower() not in PAGING}
    return [_without_paging(one) for one in value] if isinstance(value, list) else value


def again(answer, request, number):
    """The answer, and it goes on after it, in every way that systems have."""
    headers = {"link": f'<{request.url.copy_set_param("page", 1000 + number)}>; rel="next"'}
    return made_of(answer, _going_on(json_of(answer)), **headers)


def _going_on(value):
    """More is said to follow wherever a body tells whether more follows."""
    if isinstance(value, list):
        return [_going_on(one) for one in value]
    if not isinstance(value, dict):
        return value
    more = {"more": True, "hasNextPage": True, "isLast": False}
    tokens = {"nextPageToken": "again", "endCursor": "again", "next": "again"}
    found = {name: _going_on(one) for name, one in value.items()}
    found |= {name: said for name, said in more.items() if isinstance(value.get(name), bool)}
    return found | {name: said for name, said in tokens.items() if name in value and not isinstance(value[name], dict)}


def json_of(answer):
    """The body of a successful answer; None where it is no JSON."""
    try:
        return json.loads(answer.content) if answer.status_code == httpx.codes.OK else None
    except (ValueError, httpx.ResponseNotRead):
        return None


def made_of(answer, body, **headers):
    """As the answer, with another body."""
    kept = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-encoding")}
    return httpx.Response(answer.status_code, content=json.dumps(body).encode(), headers=kept | headers)


@dataclass(frozen=True)
class Change:
    """`number`: of the request whose answer is changed. `path`: where in its body. `how`: see `CHANGES`."""

    number: int
    path: tuple[str | int, ...]
    how: str

    def of(self, body):
        """The body, changed."""
        whole = [copy.deepcopy(body)]
        *way, last = (0, *self.path)
        place: Any = whole
        for step in way:
            place = place[step]
        if self.how == "removed":
            del place[last]
        elif self.how == "extra":
            place[last]["somethingNew"] = {"a": [1, None]}
        else:
            place[last] = CHANGES[self.how]
        return whole[0]

    @property
    def item(self):
        """The place of the outermost thing of a list that holds what is changed; None where it is in no list."""
        indices = [depth for depth, step in enumerate(self.path) if isinstance(step, int)]
        return self.path[: indices[0] + 1] if indices else None


CHANGES = {
    "null": None,
    "a number": 7,
    "a huge number": 10**30,
    "a text": "not what it was",
    "a flag": True,
    "a list": ["a", 7, None],
    "an object": {"a": 7},
}
"""By what a value is replaced; beside that it may be removed, or an object may get an extra field."""


def changes(answers):
    """Changes of these answers: every field of every shape that a body has, thinned out to a bounded number of them."""
    found = []
    seen = set()
    for number, (request, body) in answers.items():
        for path, value in _places(body):
            shape = (request.url.path, *("*" if isinstance(step, int) else step for step in path))
            if shape in seen:
                continue
            seen.add(shape)
            found.extend(Change(number, path, how) for how in _ways(path, value))
    random.Random(1).shuffle(found)  # noqa: S311  the same ones every time
    return found[:MOST_CHANGES]


def _ways(path, value):
    yield from (how for how, other in CHANGES.items() if type(other) is not type(value) or how == "a huge number")
    yield "removed" if path and isinstance(path[-1], str) else "null"
    if isinstance(value, dict):
        yield "extra"


def _places(value, path=()):
    """Every value of a body with its path; the last things of lists first, for the first page is the newest."""
    yield path, value
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _places(one, (*path, name))
    elif isinstance(value, list):
        for index in reversed(range(len(value))):
            yield from _places(value[index], (*path, index))
