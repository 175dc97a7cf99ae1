"""A Jira of either edition: projects with issues, their history, versions, and the few forms of JQL that are asked."""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from fake_system import FakeSystem

USER, TOKEN = "scorecard@acme.example", "jira-token"
STATUSES = {
    "1": ("To Do", "new"),
    "3": ("In Progress", "indeterminate"),
    "5": ("Resolved", "done"),
    "6": ("Closed", "done"),
}
JQL = re.compile(
    r'project = "(?P<project>\w+)"(?: AND \((?P<condition>[^)]*)\))?'
    r'(?: AND issuetype = "(?P<type>[^"]*)"| AND \(issuetype = "(?P<counted>[^"]*)"\))?'
    r'(?: AND updated >= "(?P<begin>[\d: -]{16})" AND updated < "(?P<end>[\d: -]{16})")?'
    r'(?: AND key > "(?P<after>[A-Z]+-\d+)")?(?: ORDER BY key ASC)?'
)


def written(at):
    """As Jira writes times: no colon in the offset."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}{at:%z}"


@dataclass
class FakeIssue:
    """`moves`: (moment, id of the status from which, id of that to which)."""

    key: str
    created: datetime
    type: str = "Bug"
    moves: list = field(default_factory=list)
    resolved: datetime | None = None
    labels: tuple = ()
    priority: str = "High"
    components: tuple = ()
    versions: tuple = ()
    updated: datetime | None = None

    @property
    def id(self):
        return str(10_000 + int(self.key.rpartition("-")[2]))

    @property
    def changed_at(self):
        return self.updated or max([self.created, *(at for at, _, _ in self.moves)])

    def fields(self, zone):
        name, category = STATUSES[self.moves[-1][2] if self.moves else "1"]
        return {
            "issuetype": {"id": "1", "name": self.type},
            "status": {"id": "1", "name": name, "statusCategory": {"key": category}},
            "created": written(self.created.astimezone(zone)),
            "updated": written(self.changed_at.astimezone(zone)),
            "resolutiondate": written(self.resolved.astimezone(zone)) if self.resolved else None,
            "summary": f"About {self.key}",
            "priority": {"name": self.priority},
            "labels": list(self.labels),
            "components": [{"name": name} for name in self.components],
            "fixVersions": [{"name": name} for name in self.versions],
            "versions": [],
            "reporter": {"displayName": "Somebody"},
        }

    def histories(self, when):
        return [
            {
                "id": str(number),
                "author": {"displayName": "Somebody"},
                "created": when(at),
                "items": [
                    {"field": "status", "fieldId": "status", "fieldtype": "jira", "from": before, "to": after,
                     "fromString": STATUSES[before][0], "toString": STATUSES[after][0]},
                ],
            }
            for number, (at, before, after) in enumerate(self.moves)
        ]  # fmt: skip


@dataclass
class FakeJira:
    """`page_size`: the most issues on a page, however many are asked for. `zone`: of the account's profile."""

    cloud: bool = True
    projects: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    zone: str = "Australia/Sydney"
    page_size: int = 100
    changes_on_page: int = 100
    asked: list = field(default_factory=list)

    def __call__(self, request):
        credential = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        wanted = f"Basic {credential}" if self.cloud else f"Bearer {TOKEN}"
        if request.headers.get("authorization") != wanted:
            return httpx.Response(401, text="Client must be authenticated to access this resource.")
        self.asked.append(request)
        root = "/rest/api/3" if self.cloud else "/rest/api/2"
        path = request.url.path
        if self.cloud and path in ("/rest/api/2/search", "/rest/api/3/search"):
            return errors(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")
        if not path.startswith(root):
            return httpx.Response(404, html="<h1>Not found</h1>")
        return self._answer(path.removeprefix(root), request)

    def _answer(self, path, request):
        body = json.loads(request.content) if request.content else {}
        asked = dict(request.url.params)
        if found := re.fullmatch(r"/project/(\w+)(/versions)?", path):
            return self._project(found[1], versions=bool(found[2]))
        answers = {
            "/myself": lambda: httpx.Response(200, json={"displayName": "Scorecard", "timeZone": self.zone}),
            "/status": lambda: httpx.Response(200, json=[
                {"id": number, "name": name, "statusCategory": {"key": key}} for number, (name, key) in STATUSES.items()
            ]),
            "/search/jql": lambda: self._jql(asked),
            "/changelog/bulkfetch": lambda: self._bulk(body),
            "/search/approximate-count": lambda: self._count(body),
        } if self.cloud else {
            "/myself": lambda: httpx.Response(200, json={"displayName": "Scorecard", "timeZone": self.zone}),
            "/status": lambda: httpx.Response(200, json=[
                {"id": number, "name": name, "statusCategory": {"key": key}} for number, (name, key) in STATUSES.items()
            ]),
            "/search": lambda: self._search(asked),
        }  # fmt: skip
        answer = answers.get(path)
        return answer() if answer else httpx.Response(404, html="<h1>Not found</h1>")

    def find(self, jql):
        """An answer that refuses the query, or None; and the issues that fulfil it, in its order."""
        query = JQL.fullmatch(jql)
        if query is None:
            return errors(400, f"Error in the JQL Query: {jql}"), []
        if query["project"] not in self.projects:
            return errors(400, f"The value '{query['project']}' does not exist for the field 'project'."), []
        zone = ZoneInfo(self.zone)
        found = sorted(self.projects[query["project"]], key=lambda issue: int(issue.id))
        for name, keep in (("begin", lambda at, bound: at >= bound), ("end", lambda at, bound: at < bound)):
            if query[name]:
                bound = datetime.strptime(query[name], "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)
                found = [issue for issue in found if keep(issue.changed_at, bound)]
        kind = query["type"] or query["counted"]
        if query["condition"] and query["condition"].startswith("labels = "):
            found = [issue for issue in found if query["condition"].removeprefix("labels = ") in issue.labels]
        if query["condition"] and query["condition"].startswith("issuetype = "):
            kind = query["condition"].removeprefix("issuetype = ").strip('"')
        if kind:
            found = [issue for issue in found if issue.type == kind]
        if query["after"]:
            found = [issue for issue in found if int(issue.id) > 10_000 + int(query["after"].rpartition("-")[2])]
        return None, found

    def _jql(self, asked):
        refusal, found = self.find(asked["jql"])
        if refusal:
            return refusal
        begin = int(asked.get("nextPageToken", "page-0").removeprefix("page-"))
        end = begin + min(int(asked.get("maxResults", 50)), self.page_size)
        issues = [self._issue(issue, asked.get("fields", "id").split(",")) for issue in found[begin:end]]
        is_last = end >= len(found)
        return httpx.Response(
            200, json={"issues": issues, "isLast": is_last} | ({} if is_last else {"nextPageToken": f"page-{end}"})
        )

    def _bulk(self, body):
        ids = body["issueIdsOrKeys"]
        if not 0 < len(ids) <= 1000 or len(body.get("fieldIds", [])) > 10:
            return errors(400, "Too many issues or fields")
        everything = [issue for issues in self.projects.values() for issue in issues]
        entries = [
            (issue.id, history)
            for issue in everything
            if issue.id in ids
            for history in issue.histories(lambda at: int(at.timestamp() * 1000))
        ]
        begin = int(body.get("nextPageToken", "0"))
        end = begin + min(body["maxResults"], self.changes_on_page)
        logs = {}
        for number, history in entries[begin:end]:
            logs.setdefault(number, []).append(history)
        answer = {"issueChangeLogs": [{"issueId": number, "changeHistories": one} for number, one in logs.items()]}
        return httpx.Response(200, json=answer | ({"nextPageToken": str(end)} if end < len(entries) else {}))

    def _count(self, body):
        refusal, found = self.find(body["jql"])
        return refusal or httpx.Response(200, json={"count": len(found)})

    def _search(self, asked):
        refusal, found = self.find(asked["jql"])
        if refusal:
            return refusal
        begin = int(asked.get("startAt", 0))
        size = min(int(asked.get("maxResults", 50)), self.page_size)
        issues = []
        for issue in found[begin : begin + size]:
            item = self._issue(issue, asked["fields"].split(","))
            if asked.get("expand") == "changelog":
                histories = issue.histories(lambda at: written(at.astimezone(ZoneInfo(self.zone))))
                item["changelog"] = {"startAt": 0, "total": len(histories), "histories": histories}
            issues.append(item)
        answer = {"startAt": begin, "maxResults": size, "total": len(found), "issues": issues}
        return httpx.Response(200, json=answer)

    def _issue(self, issue, wanted):
        fields = {name: value for name, value in issue.fields(ZoneInfo(self.zone)).items() if name in wanted}
        return {"id": issue.id} | ({"key": issue.key, "fields": fields} if wanted != ["id"] else {})

    def _project(self, key, *, versions):
        if key not in self.projects:
            return errors(404, f"No project could be found with key '{key}'.")
        if versions:
            return httpx.Response(200, json=self.versions.get(key, []))
        types = sorted({issue.type for issue in self.projects[key]})
        return httpx.Response(200, json={"key": key, "issueTypes": [{"name": name} for name in types]})


def errors(status, *messages):
    return httpx.Response(status, json={"errorMessages": list(messages), "errors": {}})


def version(number, name, day, *, released=True):
    return {"id": str(number), "name": name, "archived": False, "released": released, "projectId": 1} | (
        {"releaseDate": day} if day else {}
    )


def company():
    """A project with an issue every three months, every second one an incident; and six releases."""
    start, hour = datetime(2024, 6, 3, 9, 15, 7, tzinfo=UTC), timedelta(hours=1)
    issues = []
    for number in range(1, 10):
        created = start + timedelta(days=85) * (number - 1)
        moves = [(created + hour, "1", "3"), (created + 5 * hour, "3", "5"), (created + 30 * hour, "5", "6")]
        issues.append(
            FakeIssue(
                f"SHOP-{number}",
                created,
                type="Incident" if number % 2 else "Bug",
                moves=moves[: 0 if number == 9 else 3],
                resolved=None if number == 9 else created + 30 * hour,
                labels=("customer",),
                components=("Checkout",),
            )
        )
    versions = [version(20 + number, f"1.{number}", f"2025-{number + 1:02d}-28") for number in range(6)]
    return issues, versions


def system(*, cloud=True):
    """Jira with one project; what grows is a new issue, a resolution and a release, on the day before June 2026."""
    issues, versions = company()
    jira = FakeJira(cloud=cloud, projects={"SHOP": issues}, versions={"SHOP": versions}, page_size=4, changes_on_page=5)

    def grow():
        at = datetime(2026, 5, 31, 12, 0, 30, tzinfo=UTC)
        issues.append(FakeIssue("SHOP-10", at, type="Incident", labels=("customer",)))
        issues[8].moves.append((at, "1", "5"))
        issues[8].resolved = at
        versions.append(version(40, "2.0", "2026-05-31"))

    options = {
        "type": "jira",
        "url": "https://acme.atlassian.net" if cloud else "https://jira.acme.example",
        "token": TOKEN,
        "projects": ["SHOP"],
    } | ({"user": USER} if cloud else {})
    return FakeSystem(options=options, handle=jira, grow=grow)
