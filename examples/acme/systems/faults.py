"""Systems that misbehave, on request: refusals, broken answers, dropped connections, slowness.

The same seed makes the same requests fail; how often is chosen for each class of requests by a pattern of its path.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import Literal

from examples.acme.systems.asked import Asked, Reply

Fault = Literal["limited", "bad gateway", "truncated", "dropped", "slow"]
FAULTS: tuple[Fault, ...] = ("limited", "bad gateway", "truncated", "dropped", "slow")
HTML = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which requests may fail (`system` and `path` are globs), how many of them, and how."""

    share: float
    system: str = "*"
    path: str = "*"
    kinds: Sequence[Fault] = FAULTS
    retry_after: int | None = 1
    delay: float = 2.0


@dataclass(eq=False)
class Control:
    """What goes wrong, for tests to change while the systems run. `next` comes first, one a request.

    `requests` counts what was asked of each system, failed ones among them; `failed` only those. `log` has the last
    ones: system, method, and path with its query.
    """

    rules: list[Rule] = field(default_factory=list)
    seed: int = 1
    next: list[Fault] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    log: deque[tuple[str, str, str]] = field(default_factory=lambda: deque(maxlen=10_000))

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def choose(self, system: str, asked: Asked) -> tuple[Fault, Rule] | None:
        """The fault of this request, or None."""
        self.requests[system] = self.requests.get(system, 0) + 1
        self.log.append((system, asked.method, f"{asked.path}?{asked.query}" if asked.query else asked.path))
        chosen = self._choose(system, asked)
        if chosen:
            self.failed[system] = self.failed.get(system, 0) + 1
        return chosen

    def _choose(self, system: str, asked: Asked) -> tuple[Fault, Rule] | None:
        if self.next:
            return self.next.pop(0), Rule(share=1.0)
        for rule in self.rules:
            if fnmatchcase(system, rule.system) and fnmatchcase(asked.path, rule.path):
                is_failing = self._random.random() < rule.share
                return (self._random.choice(list(rule.kinds)), rule) if is_failing else None
        return None


def broken(fault: Fault, rule: Rule, reply: Callable[[], Reply]) -> Reply:
    """What is sent instead of a reply; one that was only slow is sent whole."""
    if fault == "limited":
        return _limited(rule)
    if fault == "bad gateway":
        return Reply(status=502, body=HTML, headers={"content-type": "text/html"})
    whole = reply()
    if fault == "truncated":
        # To look at it is a whole answer: its length is that of what is left.
        return Reply(status=whole.status, body=whole.body[: len(whole.body) // 2], headers=whole.headers)
    return whole


def _limited(rule: Rule) -> Reply:
    """A refusal that no quota explains, as proxies in front of a system give it."""
    wait = {} if rule.retry_after is None else {"retry-after": str(rule.retry_after)}
    return Reply(status=429, body=b"Too many requests\n", headers={"content-type": "text/plain", **wait})
