"""A small GitLab in memory: a group with a subgroup, three projects with two years of work, and its REST and GraphQL.

What it answers follows https://docs.gitlab.com/api/; nothing is stored between two calls of `system`.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlencode

import httpx
from graphql import build_schema, graphql_sync

from fake_system import FakeSystem

END = datetime(2026, 6, 1, tzinfo=UTC)
TOKEN = "glpat-a-token-that-nobody-may-see"  # noqa: S105
SCHEMA = build_schema("""
scalar Time
type Query { project(fullPath: ID!): Project }
type Project { mergeRequest(iid: String!): MergeRequest
  mergeRequests(iids: [String!], first: Int, last: Int, after: String): MergeRequestConnection }
type MergeRequestConnection { nodes: [MergeRequest] pageInfo: PageInfo! }
type MergeRequest { iid: String!
  commits(first: Int, last: Int, after: String): CommitConnection
  notes(first: Int, last: Int, after: String): NoteConnection! }
type CommitConnection { nodes: [Commit] pageInfo: PageInfo! }
type Commit { sha: String! authoredDate: Time committedDate: Time }
type NoteConnection { nodes: [Note] pageInfo: PageInfo! }
type Note { id: ID! body: String! system: Boolean! createdAt: Time! author: UserCore }
type UserCore { username: String! bot: Boolean! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
""")


def at(days_before_the_end=0.0, zone="Z"):
    """A moment as GitLab writes it; with `+02:00` as the zone, in that one."""
    moment = END - timedelta(days=days_before_the_end)
    if zone != "Z":
        moment += timedelta(hours=int(zone[1:3]))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}{zone}"


def person(name):
    return {"id": sum(map(ord, name)), "username": name, "name": name.title(), "state": "active"}


class GitLab:
    """What there is, and the answers about it. `largest_page`: no page is longer, whatever is asked for.

    `has_graphql`: False for one whose GraphQL is not reachable. `scopes`: of the token.
    """

    def __init__(self):
        self.largest_page = 100
        self.has_graphql = True
        self.scopes = ["read_api"]
        self.projects = {}
        self.requests = []
        self.notes = 0

    # What there is.

    def project(self, path, **more):
        number = 10 + len(self.projects)
        self.projects[number] = {
            "about": {
                "id": number,
                "path_with_namespace": path,
                "web_url": f"https://gitlab.acme.example/{path}",
                "default_branch": "main",
                "archived": False,
                "created_at": at(800),
                "last_activity_at": at(0),
                **more,
            },
            **{name: [] for name in ("deployments", "pipelines", "merge_requests", "issues", "releases", "tags")},
            "commits": {},
            "branches": {"main": ""},
            "environments": ["production", "staging"],
            "labels": ["bug", "incident"],
            "details": {},
            "events": {},
        }
        return number

    def commit(self, project, days, *, parents=None, branch="main", message="Work\n\nMore about it", zone="+02:00"):
        """A commit on a branch, or on none (''); its sha."""
        ours = self.projects[project]
        sha = f"{project:04x}{len(ours['commits']):036x}"
        parents = [ours["branches"][branch]] if parents is None and ours["branches"].get(branch) else parents or []
        ours["commits"][sha] = {
            "id": sha,
            "title": message.partition("\n")[0],
            "message": message,
            "parent_ids": parents,
            "author_name": "Ann",
            "author_email": "Ann@acme.example",
            "authored_date": at(days + 0.5, zone),
            "committed_date": at(days, zone),
            "web_url": f"https://gitlab.acme.example/{ours['about']['path_with_namespace']}/-/commit/{sha}",
        }
        if branch:
            ours["branches"][branch] = sha
        return sha

    def deployment(self, project, days, sha, *, status="success", environment="production", ref="main"):
        number = 1000 * project + len(self.projects[project]["deployments"])
        ended = status in {"success", "failed", "canceled"}
        self.projects[project]["deployments"].append(
            {
                "id": number,
                "iid": number % 1000 + 1,
                "ref": ref,
                "sha": sha,
                "status": status,
                "created_at": at(days + 0.1),
                "updated_at": at(days),
                "environment": {"id": 1, "name": environment},
                "deployable": {
                    "id": number + 7,
                    "ref": ref,
                    "tag": ref.startswith("v"),
                    "status": status,
                    "started_at": at(days + 0.01),
                    "finished_at": at(days + 0.001) if ended else None,
                    "web_url": f"https://gitlab.acme.example/-/jobs/{number + 7}",
                    "commit": self.projects[project]["commits"].get(sha),
                },
            }
        )
        return number

    def pipeline(self, project, days, sha, *, status="success", ref="main"):
        number = 5000 * project + len(self.projects[project]["pipelines"])
        self.projects[project]["pipelines"].append(
            {
                "id": number,
                "iid": 1,
                "project_id": project,
                "status": status,
                "ref": ref,
                "sha": sha,
                "created_at": at(days + 0.01),
                "updated_at": at(days),
                "web_url": f"https://gitlab.acme.example/-/pipelines/{number}",
            }
        )

    def merge_request(self, project, days, *, author="ann", state="merged", sha="", draft=False, **more):
        """A merge request that was changed last at `days`, opened two days before; its number."""
        ours = self.projects[project]
        number = len(ours["merge_requests"]) + 1
        ours["merge_requests"].append(
            {
                "id": 100_000 * project + number,
                "iid": number,
                "project_id": project,
                "title": f"Request {number}",
                "description": "What it is about",
                "state": state,
                "draft": draft,
                "created_at": at(days + 2),
                "updated_at": at(days),
                "merged_at": at(days) if state == "merged" else None,
                "closed_at": at(days) if state == "closed" else None,
                "author": person(author),
                "labels": ["backend"],
                "sha": sha,
                "merge_commit_sha": sha or None,
                "squash_commit_sha": None,
                "source_branch": f"work-{number}",
                "target_branch": "main",
                "web_url": f"https://gitlab.acme.example/-/merge_requests/{number}",
                **more,
            }
        )
        authored = [{"id": f"{sha or 'c'}", "authored_date": at(days + 3), "committed_date": at(days)}]
        earlier = {"id": f"{number:040x}", "authored_date": at(days + 4, "+02:00"), "committed_date": at(days + 4)}
        ours["details"][number] = {"commits": [*authored, earlier], "notes": []}
        self.note(project, number, days + 1.9, author, "Please look at this")
        self.note(project, number, days + 1.5, "ben", "changed the description", system=True)
        self.note(project, number, days + 1, "ben", "Looks good")
        self.note(project, number, days + 0.9, "cem", "approved this merge request", system=True)
        return number

    def note(self, project, number, days, author, body, *, system=False, bot=False):
        self.notes += 1
        said = {"id": self.notes, "body": body, "system": system, "created_at": at(days)}
        self.projects[project]["details"][number]["notes"].append({**said, "author": person(author), "bot": bot})

    def issue(self, project, days, *, type="issue", closed=None, labels=()):  # noqa: A002
        ours = self.projects[project]
        number = len(ours["issues"]) + 1
        ours["issues"].append(
            {
                "id": 200_000 * project + number,
                "iid": number,
                "project_id": project,
                "title": f"Issue {number}",
                "issue_type": type,
                "severity": "HIGH" if type == "incident" else "UNKNOWN",
                "state": "opened" if closed is None else "closed",
                "created_at": at(days),
                "updated_at": at(days if closed is None else closed),
                "closed_at": None if closed is None else at(closed),
                "labels": list(labels),
                "web_url": f"https://gitlab.acme.example/-/issues/{number}",
            }
        )
        ours["events"][number] = [] if closed is None else [{"id": 1, "state": "closed", "created_at": at(closed)}]
        return number

    def release(self, project, days, tag, sha):
        ours = self.projects[project]
        commit = ours["commits"][sha]
        link = f"https://gitlab.acme.example/-/releases/{tag}"
        times = {"created_at": at(days), "released_at": at(days)}
        ours["releases"].append({"tag_name": tag, **times, "commit": commit, "_links": {"self": link}})
        ours["tags"].append({"name": tag, "commit": commit, "created_at": None, "target": sha})

    # What it answers.

    def __call__(self, request):
        authorization = request.headers.get("authorization", "")
        if request.headers.get("private-token") != TOKEN and authorization != f"Bearer {TOKEN}":
            return httpx.Response(401, json={"message": "401 Unauthorized"})
        path = request.url.raw_path.decode().partition("?")[0]
        if path == "/api/graphql":
            return self._graphql(request)
        answer = self._answer(path.removeprefix("/api/v4/").split("/"), dict(request.url.params))
        return answer or httpx.Response(404, json={"message": "404 Not Found"})

    def _answer(self, parts, params):
        match [unquote(part) for part in parts]:
            case ["personal_access_tokens", "self"]:
                return httpx.Response(200, json={"id": 1, "name": "scorecard", "scopes": self.scopes, "active": True})
            case ["user"]:
                return httpx.Response(200, json={"id": 1, "username": "scorecard-reader"})
            case ["groups", path, *rest]:
                return self._group(path, rest, params)
            case ["projects", name, *rest]:
                ours = self._named(name)
                return ours and self._project(ours, rest, params)
        return None

    def _named(self, name):
        for number, ours in self.projects.items():
            if name in {str(number), ours["about"]["path_with_namespace"], ours["about"].get("was")}:
                return ours
        return None

    def _group(self, path, rest, params):
        ours = [one for one in self.projects.values() if one["about"]["path_with_namespace"].startswith(f"{path}/")]
        alive = [one for one in ours if not one["about"]["archived"]]
        if not ours:
            return None
        match rest:
            case []:
                return httpx.Response(200, json={"id": 3, "full_path": path, "name": path.title()})
            case ["projects"]:
                assert params["include_subgroups"] == "true"
                return self._page(
                    [one["about"] for one in (alive if params.get("archived") == "false" else ours)], params
                )
            case [what]:
                return self._page(_of_group(alive, what, path, params), params)
        return None

    def _project(self, ours, rest, params):
        match rest:
            case []:
                return httpx.Response(200, json=ours["about"])
            case ["environments" | "labels" as what]:
                return self._page([{"id": 1, "name": name} for name in ours[what]], params)
            case ["merge_requests" | "issues", iid, what]:
                return self._page(_below(ours, int(iid), what), params)
            case ["repository", *rest]:
                return self._repository(ours, rest, params)
            case ["deployments" | "merge_requests" | "issues" | "pipelines" | "releases" as what]:
                chosen = [one for one in ours[what] if "ref" not in params or one["ref"] == params["ref"]]
                return self._page(_changed(chosen, params), params)
        return None

    def _repository(self, ours, rest, params):
        match rest:
            case ["tags"]:
                tags = sorted(ours["tags"], key=lambda one: one["commit"]["committed_date"], reverse=True)
                return self._page(tags, params)
            case ["branches", name] if name in ours["branches"]:
                return httpx.Response(200, json={"name": name, "commit": {"id": ours["branches"][name]}})
            case ["commits"]:
                return self._commits(ours, params)
        return None

    def _commits(self, ours, params):
        old, _, new = params["ref_name"].rpartition("..")
        ends = [ours["branches"].get(end, end) for end in (new, old) if end]
        if any(end not in ours["commits"] for end in ends):
            return httpx.Response(404, json={"message": "404 Repository Not Found"})
        reached = _reachable(ours["commits"], ends[0])
        known = _reachable(ours["commits"], ends[1]) if old else set()
        found = [ours["commits"][sha] for sha in reached - known]
        return self._page(sorted(found, key=lambda one: (one["committed_date"], one["id"]), reverse=True), params)

    def _page(self, items, params):
        size = min(int(params.get("per_page", 20)), self.largest_page)
        number = int(params.get("page", 1))
        chosen = items[(number - 1) * size : number * size]
        following = str(number + 1) if len(items) > number * size else ""
        headers = {"x-page": str(number), "x-per-page": str(size), "x-next-page": following}
        headers |= {"ratelimit-limit": "2000", "ratelimit-remaining": "1990", "ratelimit-reset": "1780272060"}
        if following:
            query = urlencode({**params, "page": following})
            path = self.requests[-1].url.raw_path.decode().partition("?")[0]
            headers["link"] = f'<https://gitlab.acme.example{path}?{query}>; rel="next"'
        return httpx.Response(200, json=chosen, headers=headers)

    def _graphql(self, request):
        if not self.has_graphql:
            return httpx.Response(404, text="404 page not found")
        asked = json.loads(request.content)
        result = graphql_sync(SCHEMA, asked["query"], _Root(self), variable_values=asked["variables"])
        if result.errors:
            return httpx.Response(200, json={"errors": [{"message": str(error)} for error in result.errors]})
        return httpx.Response(200, json={"data": result.data})


class _Root:
    """The resolvers of SCHEMA."""

    def __init__(self, gitlab):
        self._gitlab = gitlab

    def project(self, _, fullPath):  # noqa: N803
        ours = self._gitlab._named(fullPath)
        return ours and _GraphProject(self._gitlab, ours)


class _GraphProject:
    def __init__(self, gitlab, ours):
        self._gitlab, self._ours = gitlab, ours

    def mergeRequest(self, _, iid):  # noqa: N802
        return self._request(iid) if int(iid) in self._ours["details"] else None

    def mergeRequests(self, _, iids, first=100):  # noqa: N802
        found = [self._request(iid) for iid in iids if int(iid) in self._ours["details"]]
        return {"nodes": found[:first], "pageInfo": {"hasNextPage": len(found) > first}}

    def _request(self, iid):
        detail = self._ours["details"][int(iid)]

        def notes(_, first=100, after=None):
            start = int(after or 0)
            size = min(first, self._gitlab.largest_page)
            chosen = sorted(detail["notes"], key=lambda one: one["created_at"])[start : start + size]
            info = {"hasNextPage": len(detail["notes"]) > start + size, "endCursor": str(start + size)}
            return {"nodes": [_node(one) for one in chosen], "pageInfo": info}

        def commits(_, last):
            names = {"sha": "id", "authoredDate": "authored_date", "committedDate": "committed_date"}
            found = detail["commits"][-last:]
            return {"nodes": [{name: one[field] for name, field in names.items()} for one in found]}

        return {"iid": iid, "notes": notes, "commits": commits}


def _node(note):
    author = {"username": note["author"]["username"], "bot": note["bot"]}
    kind = "Note" if note["system"] else "DiscussionNote"
    return {
        "id": f"gid://gitlab/{kind}/{note['id']}",
        "body": note["body"],
        "system": note["system"],
        "createdAt": note["created_at"],
        "author": author,
    }


def _of_group(projects, what, path, params):
    """What the projects of a group have, as one list."""
    if what == "descendant_groups":
        parents = {one["about"]["path_with_namespace"].rpartition("/")[0] for one in projects}
        return [{"full_path": one, "name": one.rpartition("/")[2].title()} for one in sorted(parents - {path})]
    if what == "labels":
        names = dict.fromkeys(name for ours in projects for name in ours["labels"])
        return [{"id": 1, "name": name} for name in names]
    return _changed([one for ours in projects for one in ours[what]], params)


def _below(ours, iid, what):
    """A list that belongs to a merge request or an issue."""
    if what == "resource_state_events":
        return ours["events"][iid]
    if what == "commits":
        return ours["details"][iid]["commits"]
    return sorted(ours["details"][iid][what], key=lambda one: one["created_at"])


def _changed(items, params):
    """In the order asked for; as `updated_after` and `updated_before` say, both inclusive, if they are given."""
    order = params.get("order_by", "created_at")
    if "updated_after" in params:
        assert (order, params["sort"]) == ("updated_at", "asc")
        begin, end = (datetime.fromisoformat(params[name]) for name in ("updated_after", "updated_before"))
        items = [one for one in items if begin <= datetime.fromisoformat(one["updated_at"]) <= end]
    newest_first = params.get("sort", "desc") == "desc"
    return sorted(items, key=lambda one: (one[order], one.get("id", 0)), reverse=newest_first)


def _reachable(commits, sha):
    found, waiting = set(), [sha]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting.extend(commits[one]["parent_ids"])
    return found


def acme(paths=("acme/shop/api", "acme/tools"), steps=6):
    """A GitLab with some of everything, evenly over two years, and an archived project beside."""
    gitlab = GitLab()
    projects = [gitlab.project(path) for path in paths]
    gitlab.project("acme/old", archived=True)
    for project in projects:
        for step in range(steps):
            days = 715.0 - 714 / steps * step + project / 10
            side = gitlab.commit(project, days + 1, parents=_tip(gitlab, project), branch="")
            merge = gitlab.commit(project, days, parents=[*_tip(gitlab, project), side])
            number = gitlab.merge_request(project, days, sha=merge)
            gitlab.pipeline(project, days - 0.1, merge, status="failed" if step % 5 == 0 else "success")
            gitlab.deployment(project, days - 0.2, merge, status="failed" if step == 3 else "success")
            gitlab.issue(project, days, closed=days - 3, labels=["bug"] if number % 2 else [])
            gitlab.issue(project, days - 0.3, type="incident", closed=days - 0.4)
            gitlab.release(project, days, f"v1.{step}", merge)
        gitlab.merge_request(project, 5, author="ben", state="opened", draft=True)
        gitlab.deployment(project, 3, merge, status="running")
        gitlab.issue(project, 2.5, type="incident")
    return gitlab, projects


def _tip(gitlab, project):
    tip = gitlab.projects[project]["branches"]["main"]
    return [tip] if tip else []


def system():
    """The fake system of the contract."""
    gitlab, projects = acme()

    def grow():
        for project in projects:
            ours = gitlab.projects[project]
            sha = gitlab.commit(project, 0.5)
            gitlab.deployment(project, 0.4, sha)
            gitlab.pipeline(project, 0.45, sha)
            gitlab.merge_request(project, 0.5, sha=sha)
            gitlab.release(project, 0.4, "v2.0", sha)
            running = next(one for one in ours["deployments"] if one["status"] == "running")
            running |= {"status": "success", "updated_at": at(0.3)}
            running["deployable"] |= {"status": "success", "finished_at": at(0.3)}
            incident = next(one for one in ours["issues"] if one["issue_type"] == "incident" and not one["closed_at"])
            incident |= {"state": "closed", "closed_at": at(0.2), "updated_at": at(0.2)}
            ours["events"][incident["iid"]] = [{"id": 9, "state": "closed", "created_at": at(0.2)}]
            draft = next(one for one in ours["merge_requests"] if one["draft"])
            draft |= {"draft": False, "updated_at": at(0.1)}
            gitlab.note(project, draft["iid"], 0.2, "ben", "marked this merge request as **ready**", system=True)
            gitlab.note(project, draft["iid"], 0.1, "ann", "One question")

    options = {"type": "gitlab", "url": "https://gitlab.acme.example", "token": TOKEN, "groups": ["acme"]}
    fake = FakeSystem(options=options, handle=gitlab, grow=grow)
    gitlab.requests = fake.requests
    return fake
