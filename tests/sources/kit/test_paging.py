"""Page after page, in the ways that systems have; and lists that never end."""

import httpx
import pytest

from scorecard_exporter.errors import FatalSourceError, RetriableSourceError, SkippableSourceError
from scorecard_exporter.sources.kit import paging
from scorecard_exporter.sources.kit.paging import LinkPages, OffsetPages, Request, TokenPages, TooManyError, pages

THINGS = ["a", "b", "c", "d", "e"]


def linked(request):
    """Two things a page; the next page has an address of its own."""
    begin = int(request.url.params.get("from", 0))
    more = (
        f'<https://code.example/api/things?from={begin + 2}&kind=x>; rel="next", <https://code.example/>; rel="first"'
    )
    headers = {"link": more} if begin + 2 < len(THINGS) else {}
    return httpx.Response(200, json=THINGS[begin : begin + 2], headers=headers)


def with_tokens(request):
    begin = {"": 0, "two": 2, "four": 4}[request.url.params.get("token", "")]
    following = {0: "two", 2: "four", 4: None}[begin]
    return httpx.Response(200, json={"things": THINGS[begin : begin + 2], "token": following})


def with_offsets(request):
    begin, limit = int(request.url.params.get("offset", 0)), int(request.url.params["limit"])
    return httpx.Response(200, json={"things": THINGS[begin : begin + limit], "more": begin + limit < len(THINGS)})


WAYS = [
    (linked, LinkPages(), {"kind": "x"}),
    (with_tokens, TokenPages("token"), {"kind": "x"}),
    (with_offsets, OffsetPages(limit=2, cap=100), {"kind": "x", "limit": 2}),
]


@pytest.mark.parametrize(("handle", "paginator", "params"), WAYS, ids=["links", "tokens", "offsets"])
def test_all_pages_come_in_their_order_and_ask_the_same(asking, handle, paginator, params):
    asked = []

    def handler(request):
        asked.append(request.url.params["kind"])
        return handle(request)

    bodies = [response.json() for response in pages(asking(handler), Request("things", params), paginator)]
    found = [thing for body in bodies for thing in (body if isinstance(body, list) else body["things"])]
    assert found == THINGS
    assert asked == ["x"] * 3


@pytest.mark.parametrize(
    ("body", "headers", "paginator"),
    [
        ([], {"link": '<https://code.example/api/things?from=9>; rel="next"'}, LinkPages()),
        ({"token": "on"}, {}, TokenPages("token")),
        ({"more": True}, {}, OffsetPages(limit=1, cap=1000)),
    ],
    ids=["links", "tokens", "offsets"],
)
def test_a_page_that_comes_again_ends_the_list(asking, body, headers, paginator):
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(200, json=body, headers=headers)

    with pytest.raises(RetriableSourceError, match=r"https://code.example/api/things gives the same page again"):
        list(pages(asking(handler), Request("things"), paginator))
    assert len(asked) == 2


def test_a_list_that_goes_on_for_ever_with_other_pages_is_left(asking, monkeypatch):
    monkeypatch.setattr(paging, "MOST_PAGES", 5)
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(200, json={"token": str(len(asked))})

    with pytest.raises(RetriableSourceError, match="again and again"):
        list(pages(asking(handler), Request("things"), TokenPages("token")))
    assert len(asked) == 6


def test_no_page_is_asked_for_outside_of_the_origin(asking):
    """The credential would go there with it."""
    asked = []

    def handler(request):
        asked.append(request.url.host)
        return httpx.Response(
            200, json=[], headers={"link": '<https://elsewhere.example/api/things?page=2>; rel="next"'}
        )

    with pytest.raises(FatalSourceError, match="another origin"):
        list(pages(asking(handler), Request("things"), LinkPages()))
    assert asked == ["code.example"]


def test_what_a_system_does_not_show_of_one_list_is_said(asking):
    client = asking(lambda _: httpx.Response(200, json={"more": True}))
    found = pages(client, Request("things", {"offset": 8, "limit": 2}), OffsetPages(limit=2, cap=10))
    next(found)
    with pytest.raises(TooManyError, match="more than 10 things in one window"):
        next(found)


@pytest.mark.parametrize("body", ["[]", "7", "null", '"text"'])
@pytest.mark.parametrize("paginator", [TokenPages("token"), OffsetPages(limit=1, cap=10)], ids=["tokens", "offsets"])
def test_a_body_that_is_no_object_has_no_next_page_and_is_refused(asking, body, paginator):
    client = asking(lambda _: httpx.Response(200, text=body))
    with pytest.raises((SkippableSourceError, RetriableSourceError)):
        list(pages(client, Request("things"), paginator))
