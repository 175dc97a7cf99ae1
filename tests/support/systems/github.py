"""A small GitHub: an organization with two repositories, two years of work in them, by REST and GraphQL."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
from graphql import build_schema, execute_sync, parse, validate

from fake_system import FakeSystem
from github_points import points

TOKEN = "ghp_t0ken-of-a-test"  # noqa: S105  of nobody
URL = "https://github.test"
END = datetime(2026, 6, 1, tzinfo=UTC)
PERSON = {"__typename": "User", "login": "ada", "type": "User"}
REVIEWER = {"__typename": "User", "login": "grace", "type": "User"}
BOT = {"__typename": "Bot", "login": "dependabot", "type": "Bot"}


@cache
def schema():
    return build_schema((Path(__file__).parent / "github.graphql").read_text())


@cache
def understood(question):
    document = parse(question)
    assert validate(schema(), document) == []
    return document


@cache
def cost_of(question, size):
    return points(schema(), question, {"size": size})


def iso(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None


def sha_of(*parts):
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()


def connection(items, key=None, *, wrap=lambda item: item):
    """A list as GraphQL pages it; by `key`, descending, its cursors stay where they are when something new comes."""

    def resolve(_info, first=None, last=None, after=None, **_arguments):
        listed = sorted(items, key=key, reverse=True) if key else list(items)
        if key:
            rest = [item for item in listed if after is None or repr(key(item)) < after]
        else:
            rest = listed[int(after or 0) :]
        page = rest[:first] if first else rest[-(last or 100) :]
        following = repr(key(page[-1])) if key and page else str(int(after or 0) + len(page)) if not key else None
        return {
            "nodes": [wrap(item) for item in page],
            "totalCount": len(listed),
            "pageInfo": {"hasNextPage": len(page) < len(rest), "endCursor": following},
        }

    return resolve


class Repo:
    """A repository, in GitHub's own words for everything."""

    def __init__(self, thing, *, archived=False):
        self.thing, self.archived = thing, archived
        self.commits, self.line, self.branches = {}, [], {}
        self.pulls, self.deployments, self.releases, self.tags, self.issues, self.runs = [], [], [], [], [], []
        self.may_rebase, self.owned = False, ""

    def commit(self, at, *parents, message="", author=PERSON, authored_at=None):
        sha = sha_of(self.thing, len(self.commits), iso(at), parents)
        self.commits[sha] = {
            "sha": sha,
            "html_url": f"{URL}/{self.thing}/commit/{sha}",
            "commit": {
                "message": message or f"Work of {iso(at)}",
                "author": {"name": "Ada", "email": "Ada@acme.example", "date": iso(authored_at or at)},
                "committer": {"name": "GitHub", "email": "noreply@github.com", "date": iso(at)},
            },
            "author": author,
            "parents": [{"sha": parent} for parent in parents],
        }
        return sha

    def onto_main(self, at, *others, **fields):
        sha = self.commit(at, *self.line[-1:], *others, **fields)
        self.line.append(sha)
        self.branches["main"] = sha
        return sha

    def pull(self, opened_at, *, merged_at=None, closed_at=None, author=PERSON, reviews=1, commits=2, **fields):
        number = len(self.pulls) + len(self.issues) + 1
        shas, parent = [], self.line[-1:]
        for step in range(commits):
            shas.append(self.commit(opened_at - timedelta(hours=commits - step), *parent))
            parent = shas[-1:]
        merge = self.onto_main(merged_at, shas[-1], message=f"Merge pull request #{number}") if merged_at else None
        self.pulls.append(
            {
                "number": number,
                "title": f"Change {number}",
                "body": fields.pop("body", ""),
                "isDraft": False,
                "createdAt": iso(opened_at),
                "updatedAt": iso(merged_at or closed_at or opened_at),
                "mergedAt": iso(merged_at),
                "closedAt": iso(merged_at or closed_at),
                "headRefName": f"change-{number}",
                "headRefOid": shas[-1] if shas else sha_of(number),
                "author": author,
                "merge": merge,
                "labels": ["fast"],
                "commits": shas,
                "files": [f"services/{number}.py"],
                "ready": [],
                "reviews": [],
                **fields,
            }
        )
        for _ in range(reviews):
            self.review(number, opened_at + timedelta(hours=3))
        return number

    def review(self, number, at, by=REVIEWER, state="APPROVED"):
        (pull,) = (one for one in self.pulls if one["number"] == number)
        key = int(sha_of(self.thing, number, len(pull["reviews"]))[:12], 16)
        pull["reviews"].append(
            {
                "fullDatabaseId": key,
                "url": f"{URL}/{self.thing}/pull/{number}#pullrequestreview-{key}",
                "state": state,
                "submittedAt": iso(at),
                "author": by,
            }
        )
        pull["updatedAt"] = max(pull["updatedAt"], iso(at))

    def deploy(self, at, environment, *states, sha=None, ref="main"):
        number = 1000 + len(self.deployments)
        self.deployments.append(
            {
                "id": f"DE_{self.thing}_{number}",
                "databaseId": number,
                "commitOid": sha or self.line[-1],
                "environment": environment,
                "createdAt": iso(at),
                "branch": ref,
                "statuses": [
                    {"state": state, "createdAt": iso(at + timedelta(minutes=5 * step))}
                    for step, state in enumerate(states, 1)
                ],
            }
        )
        return number

    def release(self, at, tag, *, sha=None, draft=False):
        number = 500 + len(self.releases)
        self.releases.append(
            {
                "id": f"RE_{number}",
                "databaseId": number,
                "tagName": tag,
                "tagCommit": {"__typename": "Commit", "oid": sha or self.line[-1]},
                "createdAt": iso(at),
                "publishedAt": None if draft else iso(at),
                "isDraft": draft,
                "url": f"{URL}/{self.thing}/releases/tag/{tag}",
            }
        )

    def tag(self, name, sha, *, tagged_at=None):
        self.tags.append({"name": name, "sha": sha, "tagged_at": tagged_at})

    def issue(self, at, *labels, type=None, closed=(), reopened=()):  # noqa: A002  GitHub's own name
        number = len(self.pulls) + len(self.issues) + 1
        self.issues.append(
            {
                "number": number,
                "title": f"Something {number}",
                "html_url": f"{URL}/{self.thing}/issues/{number}",
                "labels": [{"name": label} for label in labels],
                "type": {"name": type} if type else None,
                "created_at": iso(at),
                "closed": sorted(map(iso, closed)),
                "reopened": sorted(map(iso, reopened)),
            }
        )
        return number

    def run(self, at, status, conclusion, *, branch="main", event="push", path=".github/workflows/ci.yml"):
        number = 20_000_000_000 + len(self.runs)
        self.runs.append(
            {
                "id": number,
                "html_url": f"{URL}/{self.thing}/actions/runs/{number}",
                "status": status,
                "conclusion": conclusion,
                "event": event,
                "head_branch": branch,
                "head_sha": self.line[-1],
                "path": path,
                "created_at": iso(at),
                "run_started_at": iso(at),
                "updated_at": iso(at + timedelta(minutes=10)),
            }
        )

    def reachable(self, sha):
        seen, todo = set(), [sha]
        while todo:
            one = todo.pop()
            if one not in seen and one in self.commits:
                seen.add(one)
                todo.extend(parent["sha"] for parent in self.commits[one]["parents"])
        return seen

    def history(self, shas):
        return sorted(
            (self.commits[sha] for sha in shas),
            key=lambda one: (one["commit"]["committer"]["date"], list(self.commits).index(one["sha"])),
            reverse=True,
        )

    def find(self, ref):
        return self.branches.get(ref, ref if ref in self.commits else None)


class Github:
    """Answers requests. `cost`: points of the questions by GraphQL so far."""

    def __init__(self, *repos):
        self.repos = {repo.thing: repo for repo in repos}
        self.token, self.cost, self.costs = TOKEN, 0, []

    def handle(self, request):
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return httpx.Response(401, json={"message": "Bad credentials"})
        path = request.url.path
        if path == "/api/graphql":
            return self._answer(request, 200, self._graphql(json.loads(request.content)), "graphql")
        for pattern, method in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and request.method == "GET":
                query = dict(parse_qsl(request.url.query.decode()))
                status, body, headers = method(self, *found.groups(), query=query, url=request.url)
                return self._answer(request, status, body, "core", headers)
        return self._answer(request, 404, {"message": "Not Found"}, "core")

    def _answer(self, request, status, body, resource, headers=None):
        content = json.dumps(body).encode()
        tag = f'W/"{hashlib.sha256(content).hexdigest()}"'
        more = {
            "x-ratelimit-limit": "1000000",
            "x-ratelimit-remaining": "999999",
            "x-ratelimit-reset": "4000000000",
            "x-ratelimit-resource": resource,
            "x-oauth-scopes": "repo, read:org",
            "vary": "Accept, Authorization",
            **(headers or {}),
        }
        if resource == "core" and status == 200:
            more["etag"] = tag
            if request.headers.get("if-none-match") == tag:
                return httpx.Response(304, headers=more)
        return httpx.Response(status, content=content, headers={"content-type": "application/json", **more})

    # REST

    def _listed(self, items, query, url):
        size, number = int(query.get("per_page", 30)), int(query.get("page", 1))
        assert size <= 100, "GitHub gives at most 100 of a page"
        page = items[(number - 1) * size : number * size]
        more = number * size < len(items)
        return page, {"link": f'<{url.copy_set_param("page", number + 1)}>; rel="next"'} if more else {}

    def user(self, query, url):
        del query, url
        return 200, {"login": "scorecard-bot"}, {}

    def organization(self, name, query, url):
        found = [repo for repo in self.repos.values() if repo.thing.startswith(f"{name}/")]
        if not found:
            return 404, {"message": "Not Found"}, {}
        items = [{"full_name": repo.thing, "archived": repo.archived} for repo in found]
        page, headers = self._listed(items, query, url)
        return 200, page, headers

    def commits(self, thing, query, url):
        repo = self.repos.get(thing)
        sha = repo and repo.find(query.get("sha", "main"))
        if not sha:
            return 404, {"message": "Not Found"}, {}
        page, headers = self._listed(repo.history(repo.reachable(sha)), query, url)
        return 200, page, headers

    def compare(self, thing, basehead, query, url):
        repo = self.repos.get(thing)
        base, head = (repo.find(ref) for ref in basehead.split("...")) if repo else (None, None)
        if not base or not head:
            return 404, {"message": "Not Found"}, {}
        found = repo.history(repo.reachable(head) - repo.reachable(base))[::-1]
        page, headers = self._listed(found, query, url)
        return 200, {"total_commits": len(found), "commits": page}, headers

    def issues(self, thing, query, url):
        repo = self.repos.get(thing)
        if not repo:
            return 404, {"message": "Not Found"}, {}
        is_whole = (query.get("state"), query.get("sort"), query.get("direction")) == ("all", "updated", "asc")
        assert is_whole or query.get("per_page") == "1", (
            "closed issues are wanted too, the one changed first at the front"
        )
        items = [*map(rest_issue, repo.issues), *map(rest_pull, repo.pulls)]
        items = sorted((item for item in items if item["updated_at"] >= query.get("since", "")), key=_updated)
        page, headers = self._listed(items, query, url)
        return 200, page, headers

    def some(self, thing, query, url):
        """A list that is only looked at, to see whether it may be."""
        del query, url
        return (200, [{}], {}) if thing in self.repos else (404, {"message": "Not Found"}, {})

    def runs(self, thing, query, url, *, workflow=None):
        repo = self.repos.get(thing)
        if not repo:
            return 404, {"message": "Not Found"}, {}
        found = [
            run
            for run in repo.runs
            if (not query.get("branch") or run["head_branch"] == query["branch"])
            and (not workflow or run["path"].endswith(f"/{workflow}"))
            and (not query.get("created") or run["created_at"] <= query["created"].removeprefix("<="))
        ]
        found = sorted(found, key=lambda run: (run["created_at"], run["id"]), reverse=True)[:1000]
        page, headers = self._listed(found, query, url)
        return 200, {"total_count": len(found), "workflow_runs": page}, headers

    def runs_of_workflow(self, thing, workflow, query, url):
        return self.runs(thing, query, url, workflow=workflow)

    # GraphQL

    def _graphql(self, asked):
        variables = asked.get("variables") or {}
        cost = cost_of(asked["query"], variables.get("size"))
        self.cost += cost
        self.costs.append(cost)
        root = {
            "rateLimit": {"cost": cost},
            "viewer": {"login": "scorecard-bot"},
            "repository": lambda _info, owner, name: self._repository(f"{owner}/{name}"),
            "node": lambda _info, id: self._node(id),  # noqa: A006  GitHub's own name
            "organization": lambda _info, login: self._organization(login),
        }
        result = execute_sync(schema(), understood(asked["query"]), root, variable_values=variables)
        errors = [
            {"message": error.message, "path": error.path, **(error.extensions or {})} for error in result.errors or []
        ]
        lost = [
            {"type": "NOT_FOUND", "path": [alias], "message": "Could not resolve to a Repository"}
            for alias, found in (result.data or {}).items()
            if found is None
        ]
        found = {"data": result.data}
        return {**found, "errors": [*errors, *lost]} if errors or lost else found

    def _node(self, number):
        for repo in self.repos.values():
            for one in repo.deployments:
                if one["id"] == number:
                    return deployment(repo, one)
        return None

    def _organization(self, login):
        found = [repo for repo in self.repos.values() if repo.thing.startswith(f"{login}/")]
        if not found:
            return None
        repositories = sorted(map(self._repository, (repo.thing for repo in found)), key=_pushed, reverse=True)
        team = {"slug": "payments", "name": "Payments", "repositories": connection(repositories[:1])}

        def listed(info, isArchived, **more):  # noqa: N803  GitHub's own name
            return connection([one for one in repositories if one["isArchived"] == isArchived])(info, **more)

        return {"login": login, "repositories": listed, "teams": connection([team])}

    def _repository(self, thing):
        repo = self.repos.get(thing)
        if repo is None:
            return None
        tip = repo.branches.get("main")
        return {
            "name": thing.partition("/")[2],
            "nameWithOwner": thing,
            "isEmpty": tip is None,
            "isArchived": repo.archived,
            "isFork": False,
            "pushedAt": repo.commits[tip]["commit"]["committer"]["date"] if tip else None,
            "hasIssuesEnabled": True,
            "rebaseMergeAllowed": repo.may_rebase,
            "defaultBranchRef": branch(repo, "main"),
            "ref": lambda _info, qualifiedName: branch(repo, qualifiedName.removeprefix("refs/heads/")),  # noqa: N803
            "refs": connection(repo.tags, _tag_key(repo), wrap=_tag(repo)),
            "object": _object(repo),
            "issue": lambda _info, number: issue(next(one for one in repo.issues if one["number"] == number)),
            "pullRequest": lambda _info, number: pull(repo, next(one for one in repo.pulls if one["number"] == number)),
            "pullRequests": connection(repo.pulls, _by("updatedAt", "number"), wrap=lambda one: pull(repo, one)),
            "issues": connection([issue(one) for one in repo.issues], _by("updatedAt", "number")),
            "deployments": lambda info, environments=None, **more: connection(
                [one for one in repo.deployments if environments is None or one["environment"] in environments],
                _by("createdAt", "databaseId"),
                wrap=lambda one: deployment(repo, one),
            )(info, **more),
            "releases": connection(repo.releases, _by("createdAt", "databaseId")),
            "labels": connection([{"name": "incident"}, {"name": "bug"}]),
        }


ROUTES = (
    (r"/api/v3/user", Github.user),
    (r"/api/v3/orgs/([^/]+)/repos", Github.organization),
    (r"/api/v3/repos/([^/]+/[^/]+)/commits", Github.commits),
    (r"/api/v3/repos/([^/]+/[^/]+)/compare/(.+)", Github.compare),
    (r"/api/v3/repos/([^/]+/[^/]+)/issues", Github.issues),
    (r"/api/v3/repos/([^/]+/[^/]+)/(?:pulls|deployments)", Github.some),
    (r"/api/v3/repos/([^/]+/[^/]+)/actions/runs", Github.runs),
    (r"/api/v3/repos/([^/]+/[^/]+)/actions/workflows/([^/]+)/runs", Github.runs_of_workflow),
)


def _by(*names):
    return lambda one: tuple(one[name] for name in names)


def _pushed(repository):
    return repository["pushedAt"] or ""


def _updated(item):
    return item["updated_at"], item["number"]


def changed_at(one):
    return max([one["created_at"], *one["closed"], *one["reopened"]])


def rest_issue(one):
    is_closed = bool(one["closed"]) and (not one["reopened"] or one["closed"][-1] > one["reopened"][-1])
    body = {key: value for key, value in one.items() if key not in {"closed", "reopened"}}
    return {
        **body,
        "state": "closed" if is_closed else "open",
        "closed_at": one["closed"][-1] if is_closed else None,
        "updated_at": changed_at(one),
    }


def rest_pull(one):
    number = one["number"]
    named = {"number": number, "title": one["title"], "html_url": "", "labels": [], "created_at": one["createdAt"]}
    return {**named, "state": "open", "updated_at": one["updatedAt"], "pull_request": {"url": ""}}


def issue(one):
    steps = [("ClosedEvent", at) for at in one["closed"]] + [("ReopenedEvent", at) for at in one["reopened"]]
    events = [{"__typename": kind, "createdAt": at} for kind, at in sorted(steps, key=lambda step: step[1])]
    return {"number": one["number"], "updatedAt": changed_at(one), "timelineItems": connection(events)}


def branch(repo, name):
    tip = repo.branches.get(name)
    if tip is None:
        return None
    return {"name": name, "prefix": "refs/heads/", "target": commit(repo, tip), "compare": _compare(repo, tip)}


def _compare(repo, base):
    def resolve(_info, headRef):  # noqa: N803
        head = repo.find(headRef)
        return {"aheadBy": len(repo.reachable(head) - repo.reachable(base))} if head else None

    return resolve


def commit(repo, sha):
    found = repo.commits.get(sha)
    if found is None:
        return None
    return {
        "__typename": "Commit",
        "oid": sha,
        "authoredDate": found["commit"]["author"]["date"],
        "committedDate": found["commit"]["committer"]["date"],
        "associatedPullRequests": _pulls_of(repo, sha),
    }


def _object(repo):
    def resolve(_info, oid=None, expression=None):
        if oid:
            return commit(repo, oid)
        text = repo.owned if expression == "HEAD:.github/CODEOWNERS" else None
        return {"__typename": "Blob", "text": text} if text else None

    return resolve


def _pulls_of(repo, sha):
    def resolve(info, **arguments):
        found = [one for one in repo.pulls if sha == one["merge"] or sha in one.get("rebased", ())]
        return connection(found, wrap=lambda one: pull(repo, one))(info, **arguments)

    return resolve


def pull(repo, one):
    return {
        **one,
        "url": f"{URL}/{repo.thing}/pull/{one['number']}",
        "mergeCommit": {"oid": one["merge"]} if one["merge"] else None,
        "labels": connection([{"name": label} for label in one["labels"]]),
        "commits": connection(one["commits"], wrap=lambda sha: {"commit": commit(repo, sha)}),
        "files": connection([{"path": path} for path in one["files"]]),
        "reviews": connection(one["reviews"]),
        "timelineItems": connection([{"__typename": "ReadyForReviewEvent", "createdAt": at} for at in one["ready"]]),
    }


def deployment(repo, one):
    last = one["statuses"][-1] if one["statuses"] else {"state": "PENDING", "createdAt": one["createdAt"]}
    return {
        "__typename": "Deployment",
        **one,
        "updatedAt": last["createdAt"],
        "state": "ACTIVE" if last["state"] == "SUCCESS" else last["state"],
        "ref": branch(repo, one["branch"]) if one["branch"] else None,
        "statuses": connection(one["statuses"][::-1]),
    }


def _tag_key(repo):
    return lambda one: (repo.commits[one["sha"]]["commit"]["committer"]["date"], one["name"])


def _tag(repo):
    def wrap(one):
        target = commit(repo, one["sha"])
        if one["tagged_at"]:
            tagger = {"date": iso(one["tagged_at"])}
            target = {"__typename": "Tag", "oid": sha_of(one["name"]), "tagger": tagger, "target": target}
        return {"name": one["name"], "prefix": "refs/tags/", "target": target}

    return wrap


def busy(thing):
    """A repository with some of everything, older than what is read by default too."""
    repo = Repo(thing)
    repo.onto_main(END - timedelta(days=800))
    for month in range(27, 0, -3):
        at = END - timedelta(days=30 * month, hours=7)
        repo.pull(at - timedelta(days=2), merged_at=at, author=BOT if month % 2 else PERSON)
        repo.deploy(at + timedelta(hours=1), "production", "IN_PROGRESS", "SUCCESS", "INACTIVE")
        repo.deploy(at + timedelta(hours=2), "staging", "FAILURE")
        repo.tag(f"v{30 - month}", repo.line[-1], tagged_at=at + timedelta(hours=1) if month % 2 else None)
        repo.release(at + timedelta(hours=1), f"v{30 - month}")
        repo.issue(at, "bug", closed=[at + timedelta(days=1)])
        repo.issue(at, "incident", "sev2", closed=[at + timedelta(hours=2)])
        repo.run(at, "completed", "success")
        repo.run(at + timedelta(hours=1), "completed", "failure", path=".github/workflows/deploy.yml")
    return repo


def quiet(thing):
    """One that is seldom touched, and that was deployed from a branch of its own once."""
    repo = Repo(thing)
    first = repo.onto_main(END - timedelta(days=400))
    fix = repo.commit(END - timedelta(days=380), first, message="Fix\n\nThis reverts commit " + first + ".")
    repo.branches["release-1"] = fix
    repo.deploy(END - timedelta(days=379), "production", "SUCCESS", sha=fix, ref=None)
    repo.pull(END - timedelta(days=300), merged_at=END - timedelta(days=299), reviews=0)
    return repo


def system():
    """Two repositories of an organization, both read."""
    shop, catalog = busy("acme/checkout"), quiet("acme/catalog")
    waiting = shop.deploy(END - timedelta(days=2), "production", "IN_PROGRESS")
    opened = shop.pull(END - timedelta(days=3), reviews=0)
    trouble = shop.issue(END - timedelta(days=2), "incident", "sev1")
    github = Github(shop, catalog)

    def grow():
        at = END - timedelta(days=1)
        (going,) = (one for one in shop.deployments if one["databaseId"] == waiting)
        going["statuses"].append({"state": "SUCCESS", "createdAt": iso(at)})
        shop.review(opened, at)
        (issue,) = (one for one in shop.issues if one["number"] == trouble)
        issue["closed"].append(iso(at))
        shop.pull(at - timedelta(days=1), merged_at=at)
        shop.deploy(at + timedelta(hours=1), "production", "SUCCESS")
        shop.tag("v31", shop.line[-1])
        shop.release(at, "v31")
        shop.run(at, "completed", "success")
        catalog.pull(at - timedelta(hours=5), merged_at=at + timedelta(hours=1))

    options = {
        "type": "github",
        "url": URL,
        "token": TOKEN,
        "repositories": ["acme/checkout", "acme/catalog"],
        "deployment_workflows": ["deploy.yml"],
    }
    fake = FakeSystem(options=options, handle=github.handle, grow=grow)
    fake.github = github
    return fake
