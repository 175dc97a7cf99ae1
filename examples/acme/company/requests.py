"""Pull requests: how what was planned was written, discussed and brought to main."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from examples.acme.company.graph import Graph
from examples.acme.company.model import Change, Person, PullRequest, Review, Service
from examples.acme.company.moments import DAY, MINUTE
from examples.acme.company.people import DEPENDABOT, LINTER
from examples.acme.company.plan import Draft, Plan

VERBS = ["Add", "Show", "Keep", "Speed up", "Simplify", "Check", "Remember", "Hide", "Move", "Split"]
THINGS = ["totals", "filters", "retries", "defaults", "limits", "tests", "exports", "colours", "logs", "the cache"]
LIBRARIES = ["httpx", "starlette", "pydantic", "redis", "boto3", "lodash", "react", "jest"]


@dataclass(eq=False, kw_only=True)
class _Wording:
    """How a draft presents itself: known before there are commits, but for what it says that it reverts."""

    draft: Draft
    author: Person
    title: str
    branch: str
    created_at: int
    labels: tuple[str, ...]


class Writer:
    """Writes the pull requests and commits of one service."""

    def __init__(self, plan: Plan, graph: Graph, people: Sequence[Person], random: Random) -> None:
        self._plan = plan
        self._graph = graph
        self._people = people
        self._random = random
        self._requests: list[PullRequest] = []
        self._wordings: dict[int, _Wording] = {}

    def write(self, taken: Sequence[int] = ()) -> tuple[PullRequest, ...]:
        """All pull requests, in order of number. `taken`: moments of issues, which share GitHub's numbers."""
        self._number(taken)
        for draft in self._plan.drafts:
            if draft.kind in ("push", "history"):
                self._push(draft)
            else:
                self._requests.append(self._merged(draft))
        self._requests += [self._closed(draft) for draft in self._plan.abandoned]
        return tuple(sorted(self._requests, key=lambda request: request.number))

    def changes(self) -> tuple[Change, ...]:
        """What main was given since anybody looks, as the author of the story knows it."""
        return tuple(_change(self._plan.service, draft) for draft in self._plan.drafts if draft.kind != "history")

    def _number(self, taken: Sequence[int]) -> None:
        """Words for all, and numbers in the order of opening."""
        for draft in [*self._plan.drafts, *self._plan.abandoned]:
            self._wordings[id(draft)] = self._word(draft)
        opened = [
            (words.created_at, position, words.draft)
            for position, words in enumerate(self._wordings.values())
            if words.draft.kind not in ("push", "history")
        ]
        slots = sorted([*opened, *((at, -1, None) for at in taken)], key=lambda slot: slot[:2])
        for number, (_, _, numbered) in enumerate(slots, start=1):
            if numbered is not None:
                numbered.number = number

    def _word(self, draft: Draft) -> _Wording:
        first = (
            min(*draft.authored, draft.merged_at - DAY) if draft.authored[0] > draft.merged_at else draft.authored[0]
        )
        created = int(first + self._random.uniform(0.3, 0.75) * (draft.merged_at - first))
        author = DEPENDABOT if draft.kind == "bot" else self._random.choice(self._people)
        title, branch = self._title(draft)
        labels = {"bot": ("dependencies",), "hotfix": ("hotfix",)}.get(draft.kind, ())
        return _Wording(draft=draft, author=author, title=title, branch=branch, created_at=created, labels=labels)

    def _title(self, draft: Draft) -> tuple[str, str]:
        thing = self._random.choice(THINGS)
        slug = f"{thing.replace(' ', '-')}-{self._random.randrange(10_000):04d}"
        if draft.kind == "bot":
            library = self._random.choice(LIBRARIES)
            version = f"{self._random.randrange(1, 9)}.{self._random.randrange(20)}.0"
            return f"Bump {library} to {version}", f"dependabot/{library}-{version}"
        if draft.kind == "hotfix":
            return f"Stop the errors in {thing}", f"hotfix/{slug}"
        if draft.reverts:
            verb = "Revert" if draft.is_revert else "Reapply"
            return f'{verb} "{self._wordings[id(draft.reverts)].title}"', f"{verb.lower()}-{slug}"
        return f"{self._random.choice(VERBS)} {thing}", f"feature/{slug}"

    def _push(self, draft: Draft) -> None:
        words = self._wordings[id(draft)]
        self._graph.push(draft, words.author, "Initial commit" if draft.kind == "history" else words.title)

    def _merged(self, draft: Draft) -> PullRequest:
        words = self._wordings[id(draft)]
        body = self._body(draft)
        last = draft.merged_at - MINUTE
        messages = [words.title, *(f"Mind the reviews, part {part}" for part in range(1, len(draft.authored)))]
        if draft.reverts and draft.method == "squash":
            messages[0] += f"\n\n{body}"
        branch = self._graph.branch(draft.authored, last, words.author, messages, draft.number)
        shown = self._graph.merge(draft, branch, words.title, body)
        request = self._request(words, body, draft.merged_at)
        return replace(request, merged_at=draft.merged_at, merge_sha=draft.sha, commits=shown)

    def _closed(self, draft: Draft) -> PullRequest:
        words = self._wordings[id(draft)]
        messages = [words.title] * len(draft.authored)
        branch = self._graph.branch(draft.authored, draft.merged_at, words.author, messages, draft.number)
        return replace(self._request(words, "Not needed after all.", draft.merged_at), commits=branch)

    def _body(self, draft: Draft) -> str:
        """What the hosts themselves write below a revert; else a sentence."""
        if draft.reverts is None:
            return "Because customers asked for it."
        if self._random.random() < 0.5:  # noqa: PLR2004 - git's words
            return f"This reverts commit {draft.reverts.sha}."
        if self._graph.host == "gitlab":
            return f"This reverts merge request !{draft.reverts.number}"
        return f"Reverts {self._graph.path}#{draft.reverts.number}"

    def _request(self, words: _Wording, body: str, closed_at: int) -> PullRequest:
        draft = words.draft
        was_draft = draft.kind == "feature" and self._random.random() < 0.15  # noqa: PLR2004 - one of seven
        ready = words.created_at + (closed_at - words.created_at) // 3 if was_draft else words.created_at
        reviews = self._reviews(words, ready, closed_at)
        return PullRequest(
            number=draft.number,
            identity=self._plan.service.number * 100_000 + draft.number,
            title=words.title,
            body=body,
            author=words.author,
            branch=words.branch,
            labels=words.labels,
            created_at=words.created_at,
            ready_at=ready,
            was_draft=was_draft,
            updated_at=max([closed_at, *(review.submitted_at for review in reviews)]),
            closed_at=closed_at,
            merged_at=None,
            method=draft.method,
            merge_sha="",
            commits=(),
            reviews=reviews,
        )

    def _reviews(self, words: _Wording, ready: int, closed: int) -> tuple[Review, ...]:
        """By colleagues, now and then by a bot, by the author, or after the merge; hurried ones by nobody."""
        found: list[tuple[int, Person, str]] = []
        others = [person for person in self._people if person is not words.author]
        if self._random.random() < 0.12:  # noqa: PLR2004 - one of eight
            found.append((words.created_at + 30, LINTER, "COMMENTED"))
        if self._random.random() < 0.06:  # noqa: PLR2004 - who answers questions reviews, says GitHub
            found.append((self._between(words.created_at, closed), words.author, "COMMENTED"))
        if words.draft.kind in ("feature", "bot") and self._random.random() < 0.93:  # noqa: PLR2004 - most
            first = self._between(ready, closed)
            if self._random.random() < 0.25:  # noqa: PLR2004 - one of four is sent back
                found.append((first, self._random.choice(others), "CHANGES_REQUESTED"))
                first = self._between(first, closed)
            found.append((first, self._random.choice(others), "APPROVED"))
        elif words.draft.kind == "hotfix" and self._random.random() < 0.5:  # noqa: PLR2004 - reviewed afterwards
            found.append((closed + 30 * MINUTE, self._random.choice(others), "APPROVED"))
        base = (self._plan.service.number * 100_000 + words.draft.number) * 10
        ordered = sorted(found, key=lambda row: row[0])
        return tuple(
            Review(number=base + place, author=author, submitted_at=at, state=state)  # type: ignore[arg-type]
            for place, (at, author, state) in enumerate(ordered)
        )

    def _between(self, start: int, end: int) -> int:
        return self._random.randint(start, max(start, end - MINUTE))


def _change(service: Service, draft: Draft) -> Change:
    return Change(
        service=service.name,
        key=draft.key,
        first_authored_at=min(draft.authored),
        merged_at=draft.merged_at,
        reverts=draft.reverts.key if draft.reverts else "",
        mends=draft.mends.number if draft.mends else None,
    )
