"""What a GitHub was asked."""

import json

import httpx


def asked(requests, what):
    """The requests of REST whose path ends so."""
    return [request for request in requests if request.url.path.endswith(what)]


def questions(requests, about):
    """The variables of the questions by GraphQL that hold these words."""
    sent = [json.loads(request.content) for request in requests if request.url.path.endswith("/graphql")]
    return [one["variables"] for one in sent if about in one["query"]]


def refusing(status, body=None, **headers):
    """An answer, whatever is asked."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda _: httpx.Response(status, content=json.dumps(body or {}).encode(), headers=named)
