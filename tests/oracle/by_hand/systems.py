"""What the systems of a made-up company say: commits, pull requests, deployments, incidents, observations.

Times lie on a coarse grid, some a microsecond beside it, so that ties and boundaries are met all the time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from scorecard_exporter.events.model import (
    Branch,
    Build,
    Change,
    Commit,
    Deployment,
    Incident,
    Issue,
    Observation,
    PullRequest,
    Review,
    SurveyAnswer,
    Transition,
)

START = datetime(2026, 3, 22, 23, tzinfo=UTC)
"""Midnight in Berlin, where the clocks are put forward in the first of the two periods."""
HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
SERVICES = ("api", "basket", "checkout")
PARENTS = {"all": None, "shop": "all", "platform": "all", "payments": "shop"}
SERIES = ("cost", "visits")
PAIRS = (SERIES, ("ratio", "lines"), ("done", "asked"), ("moves", "heads"), ("revenue", "released"))
NUMBERS = ("1", "2", "3")
SHAS = tuple(f"{number:02x}" * 20 for number in (9, 4, 33, 17, 5, 40, 2, 28, 12, 7, 21, 36))
UNKNOWN = "ee" * 20
REFERENCES = ("#1", "#2", "!3", "a/one#1", "a/two#2", "b/one!3", "elsewhere/thing#1")

maybe = st.sampled_from
beside = maybe((0 * TICK, 0 * TICK, 0 * TICK, TICK, -TICK))
moments = st.builds(lambda step, jitter: START + step * 6 * HOUR + jitter, st.integers(0, 50), beside)
people = maybe(("ada", "bob", "renovate-bot"))
titles = maybe(("add things", "add things", "Hotfix: stop it", "Revert it"))
rarely = maybe((False, False, False, True))
reverts = st.one_of(st.just(()), st.just(()), st.lists(maybe((*SHAS, *REFERENCES, UNKNOWN)), max_size=2).map(tuple))


def some(*texts):
    """A few of these texts, in order."""
    return st.sets(maybe(texts), max_size=2).map(lambda found: tuple(sorted(found)))


labels = some("hotfix", "revert", "blue")
paths = some("api/main.py", "web/main.py")


def listed(generator):
    """A strategy for the list of what a drawing generator yields."""
    return st.composite(lambda draw, *arguments: list(generator(draw, *arguments)))


@dataclass(frozen=True)
class Company:
    """The names of what a company has; those of two companies have nothing in common."""

    name: str

    @property
    def repositories(self):
        return f"git:{self.name}/one", f"git:{self.name}/two"

    @property
    def pagers(self):
        return f"pager:{self.name}-first", f"pager:{self.name}-second"

    @property
    def factories(self):
        return f"ci:{self.name}-first", f"ci:{self.name}-second"

    @property
    def trackers(self):
        return f"tracker:{self.name}-first", f"tracker:{self.name}-second"

    @property
    def numbers(self):
        return f"files:{self.name}"

    def __call__(self, thing):
        """The name of a service or team of this company."""
        return f"{self.name}-{thing}"


@listed
def records(draw, company):
    """All that the systems of a company say."""
    yield from draw(observations(company))
    shipped = []
    for origin in company.repositories:
        graph = draw(commits(origin))
        shipped += draw(deployments(origin, graph))
        yield from [*graph, *draw(pull_requests(origin, graph)), *draw(branches(origin, graph))]
    yield from shipped
    for pager in company.pagers:
        yield from draw(incidents(pager, shipped))
    for factory in company.factories:
        yield from draw(builds(factory))
    for tracker in company.trackers:
        yield from draw(issues(tracker))
    yield from draw(answers(company))


@listed
def commits(draw, origin):
    """A commit graph in the order of its time: lines, branches, merges, and now and then a cut-off."""
    now = START
    for position, sha in enumerate(SHAS[: draw(maybe((8, 12, 12, 4, 0)))]):
        now += draw(maybe((24, 12, 6, 1, 0))) * HOUR
        known = SHAS[:position]
        first = draw(maybe(known[-2:] or ("", UNKNOWN)))
        second = draw(maybe(("", "", *known)))
        yield Commit(
            origin=origin,
            key=sha,
            parents=tuple(dict.fromkeys(parent for parent in (first, second) if parent)),
            authored_at=now - draw(maybe((0, 1, 24, 48, -1))) * HOUR,
            committed_at=now,
            author=draw(people),
            is_bot=draw(rarely),
            subject=draw(titles),
            reverts=draw(reverts) or draw(maybe(((), known[-1:], known[-2:-1]))),
            change=draw(maybe(("", "", "", *NUMBERS))),
            paths=draw(paths),
        )


@listed
def branches(draw, origin, graph):
    """The tips of up to two deployed branches."""
    for tip in sorted(draw(st.sets(maybe([commit.key for commit in graph] or [UNKNOWN]), max_size=2))):
        yield Branch(origin=origin, key=f"branch-{tip[:2]}", sha=tip)


@listed
def pull_requests(draw, origin, graph):
    """Merged pull requests as changes, most of them with what is known of their review."""
    when = {commit.key: commit.committed_at for commit in graph}
    free = [*when, "", "", UNKNOWN]
    for number in sorted(draw(st.sets(maybe(NUMBERS)))):
        merge = draw(maybe(free))
        if merge in when:
            free.remove(merge)
        merged = draw(maybe((when.get(merge, START), draw(moments))))
        author, is_bot = draw(people), draw(rarely)
        yield Change(
            origin=origin,
            key=number,
            merged_at=merged,
            first_authored_at=draw(st.none() | moments),
            merge_sha=merge,
            author=author,
            is_bot=is_bot,
            title=draw(titles),
            branch=draw(maybe(("main", "hotfix/now"))),
            reverts=draw(reverts),
            labels=draw(labels),
            paths=draw(paths),
        )
        if draw(maybe((True, True, False))):
            yield PullRequest(
                origin=origin,
                key=number,
                opened_at=merged - draw(maybe((1, 24, 48))) * HOUR,
                ready_at=draw(maybe((None, merged - HOUR, merged - DAY))),
                merged_at=merged,
                closed_at=draw(maybe((None, merged, merged + HOUR))),
                author=author,
                is_bot=is_bot,
                is_draft=draw(rarely),
            )
        yield from draw(reviews(origin, number, merged))
    for number in sorted(draw(st.sets(maybe(("4", "5", "6")), min_size=1))):
        opened = draw(moments)
        yield PullRequest(
            origin=origin,
            key=number,
            opened_at=opened,
            ready_at=draw(maybe((None, opened, opened + 6 * HOUR))),
            closed_at=draw(st.none() | moments),
            author=draw(people),
            is_bot=draw(rarely),
            is_draft=draw(rarely),
        )
        yield from draw(reviews(origin, number, opened))


@listed
def reviews(draw, origin, number, near):
    for count in range(draw(maybe((2, 1, 1, 0)))):
        yield Review(
            origin=origin,
            key=f"{number}/{count}",
            pull_request=number,
            submitted_at=near + draw(maybe((-48, -1, 0, 1, 48))) * HOUR,
            author=draw(people),
            is_bot=draw(rarely),
        )


@listed
def builds(draw, origin):
    for number in range(draw(st.integers(0, 5))):
        finished = draw(moments)
        yield Build(
            origin=origin,
            key=f"b{number}",
            branch=draw(maybe(("", "main", "main", "feature/x", f"branch-{SHAS[0][:2]}", f"branch-{SHAS[1][:2]}"))),
            status=draw(maybe(("success", "success", "failure", "cancelled"))),
            started_at=finished - draw(maybe((0, 1, 6, -1))) * HOUR,
            finished_at=draw(maybe((finished,) * 8 + (None,))),
        )


@listed
def issues(draw, origin):
    for number in range(draw(st.integers(0, 5))):
        yield Issue(
            origin=origin,
            key=f"J-{number}",
            type=draw(maybe(("Bug", "bug", "Defect", "Story"))),
            opened_at=draw(moments),
            labels=draw(some("escaped", "customer", "blue")),
        )


@listed
def answers(draw, company):
    """Rounds that close at several moments; small teams, so that some of them must not be shown."""
    closes = {name: draw(moments) for name in ("one", "two")}
    question = draw(maybe(("recommend",) * 9 + ("",)))
    for number in range(draw(maybe((0, 6, 12, 18)))):
        name = draw(maybe(tuple(closes)))
        yield SurveyAnswer(
            origin=company.numbers,
            key=f"a{number}",
            survey="pulse",
            round=name,
            question=question or draw(maybe(("recommend", "else"))),
            subject=f"raw {company(draw(maybe((*PARENTS, *PARENTS, 'nobody'))))}",
            answer=draw(maybe(("0", "6", "7", "8", "9", "10", "10", "fine"))),
            closes_at=closes[name],
        )


@listed
def deployments(draw, origin, graph):
    when = {commit.key: commit.committed_at for commit in graph}
    for number in range(draw(st.integers(0, 10))):
        sha = draw(maybe((*when, *when, *when, UNKNOWN, "")))
        soon = when[sha] + draw(maybe((1, 6, 24, 72))) * HOUR if sha in when else draw(moments)
        finished = draw(maybe((soon, soon, draw(moments))))
        yield Deployment(
            origin=origin,
            key=f"d{draw(st.integers(0, 9))}{number}",
            environment=draw(maybe(("production",) * 9 + ("prod-eu", "staging", "tag", "tag", "release"))),
            sha=sha,
            version=draw(maybe(("v1", "v2", "nightly", ""))),
            status=draw(maybe(("success",) * 8 + ("failure", "cancelled"))),
            started_at=draw(maybe((None, finished, finished - HOUR, finished - 6 * HOUR))),
            finished_at=draw(maybe((finished,) * 12 + (None,))),
            replaces=draw(maybe(("",) * 8 + ("d10", "v1", SHAS[3]))),
        )


@listed
def incidents(draw, origin, shipped):
    """Incidents, some at the edge of a deployment's attribution window, some of them reopened, some naming a cause."""
    ends = [each.finished_at for each in shipped if each.finished_at] or [START]
    for number in range(draw(st.integers(0, 4))):
        near = draw(maybe(ends[:3])) + draw(maybe((0 * HOUR, TICK, HOUR, DAY, DAY + TICK)))
        began = draw(maybe((near, draw(moments))))
        history, now = [], began
        for status in ("resolved", "reopened", "resolved", "reopened")[: draw(st.integers(0, 4))]:
            now += draw(maybe((HOUR, 6 * HOUR, 2 * DAY, 2 * DAY + TICK)))
            history.append(Transition(status=status, at=now))
        yield Incident(
            origin=origin,
            key=f"i{number}",
            began_at=began,
            severity=draw(maybe(("high", "low"))),
            title=draw(maybe(("it is down", "drill"))),
            resolved_at=now if history and history[-1].status == "resolved" else None,
            deployment=draw(maybe(("",) * 5 + tuple(each.key for each in shipped))),
            sha=draw(maybe(("",) * 9 + tuple(sha[:size] for sha in SHAS[:6] for size in (7, 40)))),
            version=draw(maybe(("", "", "", "v1"))),
            labels=draw(labels),
            history=tuple(history) if len(history) > 1 or draw(st.booleans()) else (),
        )


@listed
def observations(draw, company):
    """Numbers of services and teams, of a moment or of some days, often of both series at once."""
    found = {}
    for _ in range(draw(maybe((16, 8, 4, 0)))):
        starts = START + draw(st.integers(2, 11)) * DAY + draw(beside)
        ends = starts + draw(maybe((0, 1, 2, 5))) * DAY
        subject = draw(maybe((*SERVICES, *PARENTS)))
        pair = draw(maybe((SERIES, *PAIRS)))
        for series in draw(maybe((pair, pair, *((one,) for one in pair)))):
            found[series, subject, ends] = Observation(
                origin=company.numbers,
                key=f"{series}/{subject}/{starts.isoformat()}/{ends.isoformat()}",
                series=series,
                subject=f"raw {company(subject)}",
                starts_at=starts,
                ends_at=ends,
                value=draw(st.decimals(-9, 99, places=6)),
            )
    yield from found.values()
