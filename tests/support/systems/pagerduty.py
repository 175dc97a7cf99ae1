"""A small PagerDuty account: three services, incidents with their log, change events; lists as the API gives them."""

from datetime import UTC, datetime, timedelta

import httpx

from fake_system import FakeSystem

URL = "https://api.pagerduty.example"
TOKEN = "u+secret-of-the-pager"  # noqa: S105  of nobody
SITE = "https://acme.pagerduty.example"
SERVICES = {"PSHOP01": "Shop", "PCART02": "Cart", "PQUIET3": "Quiet"}
CAP = 10_000
LONGEST = timedelta(days=184)


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def written(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def reference(key, kind):
    return {"id": key, "type": f"{kind}_reference", "self": f"{URL}/{kind}s/{key}", "html_url": f"{SITE}/{kind}s/{key}"}


class Account:
    """Incidents are what their log makes of them."""

    def __init__(self):
        self.incidents, self.log, self.changes = {}, [], []
        self.largest_page, self.cap = 100, CAP

    def trigger(self, key, service, when, *, title="Checkout is slow", urgency="high", priority=None):
        self.incidents[key] = {
            **reference(key, "incident"),
            "type": "incident",
            "incident_number": len(self.incidents) + 1,
            "title": title,
            "created_at": when,
            "status": "triggered",
            "service": reference(service, "service"),
            "urgency": urgency,
            "priority": priority and {"id": f"P{priority}", "type": "priority_reference", "summary": priority},
            "acknowledgements": [],
            "resolved_at": None,
            "last_status_change_at": when,
            "updated_at": when,
        }
        self._note("trigger", key, when)

    def acknowledge(self, key, when):
        self._change(key, when, status="acknowledged")
        self._note("acknowledge", key, when)

    def resolve(self, key, when):
        self._change(key, when, status="resolved", resolved_at=when)
        self._note("resolve", key, when)

    def reopen(self, key, when):
        self._change(key, when, status="triggered", resolved_at=None)
        self._note("trigger", key, when)

    def change(self, key, services, when, **details):
        self.changes.append(
            {
                "id": key,
                "type": "change_event",
                "summary": f"Deployed {key}",
                "timestamp": when,
                "services": [reference(service, "service") for service in services],
                "custom_details": details,
                "links": [{"href": f"https://ci.example/{key}", "text": "Build"}],
            }
        )

    def _change(self, key, when, **fields):
        self.incidents[key] |= {**fields, "last_status_change_at": when, "updated_at": when}

    def _note(self, kind, key, when):
        entry = f"R{len(self.log):05}"
        self.log.append({"id": entry, "type": f"{kind}_log_entry", "created_at": when, "incident": key})

    def handle(self, request):
        if request.headers.get("authorization") != f"Token token={TOKEN}":
            return httpx.Response(401, json={"error": {"message": "Unauthorized", "code": 2006}})
        query, name = request.url.params, request.url.path.strip("/")
        found = getattr(self, f"_{name}", None)
        if request.method != "GET" or found is None:
            return httpx.Response(404, json={"error": {"message": "Not Found", "code": 2100}})
        try:
            return self._page(name, found(query), query)
        except ValueError as error:
            return httpx.Response(400, json={"error": {"message": "Invalid Input Provided", "errors": [str(error)]}})

    def _page(self, name, things, query):
        limit, offset = min(int(query.get("limit", 25)), self.largest_page), int(query.get("offset", 0))
        if offset + limit > self.cap:
            raise ValueError("offset + limit must be at most 10000")
        page = things[offset : offset + limit]
        more = offset + limit < len(things)
        headers = {"ratelimit-limit": "960", "ratelimit-remaining": "955", "ratelimit-reset": "0"}
        body = {name: page, "limit": limit, "offset": offset, "more": more, "total": None}
        return httpx.Response(200, json=body, headers=headers)

    def _services(self, _):
        return [{**reference(key, "service"), "type": "service", "name": name} for key, name in SERVICES.items()]

    def _incidents(self, query):
        begin, end = between(query)
        wanted = query.get_list("service_ids[]") or list(SERVICES)
        found = [one for one in self.incidents.values() if begin <= at(one["created_at"]) < end]
        found = [one for one in found if one["service"]["id"] in wanted]
        return sorted(found, key=lambda one: one["created_at"], reverse="desc" in query.get("sort_by", "asc"))

    def _log_entries(self, query):
        begin, end = between(query)
        found = [entry for entry in self.log if begin <= at(entry["created_at"]) < end]
        is_full = "incidents" in query.get_list("include[]")
        shown = [
            {**one, "incident": self.incidents[one["incident"]] if is_full else reference(one["incident"], "incident")}
            for one in found
        ]
        return sorted(shown, key=lambda one: one["created_at"], reverse=True)

    def _change_events(self, query):
        begin, end = between(query)
        found = [one for one in self.changes if begin <= at(one["timestamp"]) < end]
        return sorted(found, key=lambda one: one["timestamp"], reverse=True)


def between(query):
    """The asked span: the last month without one, six months at most; in UTC, for that is what a `Z` asks for."""
    if "since" not in query:
        return at("2026-05-01T00:00:00Z"), at("2026-06-01T00:00:00Z")
    if not (query["since"].endswith("Z") and query["until"].endswith("Z")):
        raise ValueError("a time without a zone would be read in that of the account")
    begin, end = at(query["since"]), at(query["until"])
    if end - begin > LONGEST:
        raise ValueError("the date range must be at most 6 months")
    return begin, end


def account():
    """Incidents of two years; one is only acknowledged, one was reopened, one crosses a month."""
    found = Account()
    for number, month in enumerate(("2024-07", "2024-12", "2025-05", "2025-11", "2026-03"), 1):
        key = f"Q{number}"
        found.trigger(key, "PSHOP01" if number % 2 else "PCART02", f"{month}-05T10:00:00Z", priority=f"P{number}")
        found.acknowledge(key, f"{month}-05T10:05:00Z")
        found.resolve(key, f"{month}-05T11:00:00Z")
    found.trigger("QLONG", "PSHOP01", "2025-02-27T23:00:00Z", title="Across months", urgency="low")
    found.acknowledge("QLONG", "2025-02-27T23:30:00Z")
    found.resolve("QLONG", "2025-04-20T12:00:00Z")
    found.trigger("QAGAIN", "PCART02", "2026-04-10T08:00:00Z", priority="P2")
    found.resolve("QAGAIN", "2026-04-10T09:00:00Z")
    found.reopen("QAGAIN", "2026-04-11T09:00:00Z")
    found.resolve("QAGAIN", "2026-04-11T10:00:00Z")
    found.trigger("QOPEN", "PCART02", "2026-05-20T08:00:00Z", priority="P1")
    found.acknowledge("QOPEN", "2026-05-20T08:10:00Z")
    for number, month in enumerate(("2024-08", "2025-01", "2025-06", "2025-12", "2026-04"), 1):
        found.change(
            f"01C{number}", ["PSHOP01"], f"{month}-07T09:00:00Z", environment="production", version=f"v{number}"
        )
    found.change("01BOTH", ["PSHOP01", "PCART02"], "2026-05-10T09:00:00Z", sha="a" * 40)
    return found


def system() -> FakeSystem:
    """The account as a source is pointed at it; it grows by a resolution, an incident and a change event."""
    found = account()

    def grow():
        found.resolve("QOPEN", "2026-05-31T23:55:00Z")
        found.trigger("QNEW", "PSHOP01", "2026-05-31T23:56:00Z")
        found.change("01NEW", ["PCART02"], "2026-05-31T23:57:00Z", environment="production")

    return FakeSystem(options={"type": "pagerduty", "url": URL, "token": TOKEN}, handle=found.handle, grow=grow)
