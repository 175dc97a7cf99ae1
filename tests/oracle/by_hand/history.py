"""The commits and the production deployments of a service: which there are, in which order, and what each contains."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment):
    return None if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def matches(text, patterns):
    return any(fnmatch(text.lower(), pattern.lower()) for pattern in patterns)


def of(records, kind, origin):
    return [record for record in records if record.kind == kind and record.origin == origin]


@dataclass(eq=False, kw_only=True)
class Shipment:
    """A production deployment that finished, and all that is found out about it."""

    key: str
    origin: str
    environment: str
    sha: str
    version: str
    status: str
    started: int | None
    finished: int
    replaces: str
    is_rollback: bool = False
    is_repeat: bool = False
    replaced: "Shipment | None" = None
    shipped: list = field(default_factory=list)
    failures: list = field(default_factory=list)  # (when it began, by what, when that was over)

    @property
    def is_success(self):
        return self.status == "success"

    @property
    def identity(self):
        """What it put there, as exactly as is known."""
        return self.sha or self.version or self.key

    @property
    def began(self):
        return self.finished if self.started is None else self.started

    @property
    def is_rework(self):
        return self.is_rollback or bool(
            self.shipped and all(change.is_revert or change.is_hotfix for change in self.shipped)
        )

    @property
    def recovered(self):
        """When it was restored, None while it is not."""
        resolved = [ended for _, by, ended in self.failures if by == "incident"]
        if resolved:
            return None if None in resolved else max(*resolved, self.finished)
        return min((ended for _, _, ended in self.failures if ended is not None), default=None)


class History:
    """The commits and the deployments of a service. Only what is on a deployed branch or was deployed counts."""

    def __init__(self, rule, records):
        self.rule, self.records = rule, records
        self.commits = {commit.key: commit for commit in of(records, "commit", rule.changes)}
        self.above = {sha: ancestors(sha, self.commits) for sha in self.commits}
        self.deployments = sorted(production(rule, records), key=self.place)
        self.successes = [deployment for deployment in self.deployments if deployment.is_success]
        tips = {branch.sha for branch in of(records, "branch", rule.changes)} or set(self.commits)
        self.roots = (tips | {each.sha for each in self.successes}) & set(self.commits)
        self.known = self.below(self.roots)

    def below(self, shas):
        return set().union(*(self.above.get(sha, ()) for sha in shas))

    def place(self, deployment):
        """In order of finish, start and key; but what is derived from a branch grows as the branch does."""
        if deployment.environment == "branch":
            return (deployment.finished, self.generation(deployment.sha), deployment.key)
        return (deployment.finished, deployment.began, deployment.key)

    def generation(self, sha):
        """The length of the longest line of ancestors."""
        parents = [parent for parent in self.commits[sha].parents if parent in self.commits]
        return 1 + max(map(self.generation, parents), default=0)

    def age(self, sha):
        return self.generation(sha), sha

    def contents(self, deployment):
        """The commits in a deployment; in a first one without its commit, what was committed until it finished."""
        if deployment.sha in self.commits:
            return self.above[deployment.sha]
        if deployment is self.successes[0]:
            return self.below(
                sha for sha, commit in self.commits.items() if micros(commit.committed_at) <= deployment.finished
            )
        return set()

    def first_with(self, sha):
        """The first successful deployment that contains a commit."""
        return next((each for each in self.successes if sha in self.contents(each)), None)

    def next_after(self, moment, *, blind):
        """The first deployment from a moment on that may ship something; `blind`: only of those without a commit."""
        for each in self.successes:
            ships = each is self.successes[0] or not (each.is_rollback or each.is_repeat)
            if ships and each.finished >= moment and not (blind and each.sha in self.commits):
                return each
        return None

    def latest_before(self, moment):
        """The latest success before a moment, if that is recent enough."""
        before = [each for each in self.successes if each.finished < moment]
        return before[-1] if before and moment - before[-1].finished <= self.rule.attribution_window else None

    def named(self, key, sha, version):
        """The deployments that a key names, else a sha, else a version."""
        by_key = [each for each in self.deployments if key and each.key == key]
        by_sha = [each for each in self.deployments if len(sha) > 6 and each.sha.startswith(sha)]
        within = [each for each in self.commits if len(sha) > 6 and each.startswith(sha)]
        shipped = [self.first_with(each) for each in within if self.first_with(each) not in (None, *self.successes[:1])]
        by_version = [each for each in self.deployments if version and each.version == version]
        return by_key or by_sha or shipped or by_version


def ancestors(sha, commits):
    """The known commits that can be reached from `sha`, itself among them."""
    found, ahead = set(), [sha]
    while ahead:
        here = ahead.pop()
        if here in commits and here not in found:
            found.add(here)
            ahead.extend(commits[here].parents)
    return found


def production(rule, records):
    """The finished production deployments, in no order."""
    if rule.deployments is None:
        return []
    origin, patterns = rule.deployments.origin, rule.deployments.patterns
    if rule.deployments.by in ("merges", "first_parent"):
        return list(of_branches(rule, records))
    wanted = {"tags": "tag", "releases": "release"}.get(rule.deployments.by)
    return [
        Shipment(
            key=each.key,
            origin=origin,
            environment=each.environment,
            sha=each.sha,
            version=each.version,
            status=each.status,
            started=micros(each.started_at),
            finished=micros(each.finished_at),
            replaces=each.replaces,
        )
        for each in of(records, "deployment", origin)
        if each.finished_at is not None and each.status in ("success", "failure")
        if (each.environment == wanted and matches(each.version, patterns))
        or (wanted is None and matches(each.environment, patterns))
    ]


def of_branches(rule, records):
    """A deployment for every commit, or every merge, on the first-parent line of a deployed branch."""
    origin = rule.deployments.origin
    commits = {commit.key: commit for commit in of(records, "commit", origin)}
    line = set()
    for branch in of(records, "branch", origin):
        sha = branch.sha
        while sha in commits:
            line.add(sha)
            sha = next(iter(commits[sha].parents), None)
    for sha in line:
        if rule.deployments.by == "first_parent" or len(commits[sha].parents) > 1:
            yield Shipment(
                key=sha,
                origin=origin,
                environment="branch",
                sha=sha,
                version="",
                status="success",
                started=None,
                finished=micros(commits[sha].committed_at),
                replaces="",
            )


def tell_rollbacks(history):
    recorded = [each for each in history.successes if each.environment != "branch"]
    for position, deployment in enumerate(recorded):
        earlier = recorded[:position]
        running = next((each for each in reversed(earlier) if each.environment == deployment.environment), None)
        if deployment.replaces or (running and goes_back(history, deployment, running)):
            named = history.named(*[deployment.replaces] * 3)
            deployment.is_rollback = True
            deployment.replaced = next((each for each in reversed(named) if each in earlier), running)
        elif running:
            deployment.is_repeat = running.identity == deployment.identity


def goes_back(history, deployment, running):
    """To an ancestor of what is running; where the commits are not known, to what had been there before it."""
    if deployment.sha in history.commits and running.sha in history.commits:
        return deployment.sha in history.above[running.sha] - {running.sha}
    order = [each.identity for each in history.successes]
    return order.index(deployment.identity) < order.index(running.identity)
