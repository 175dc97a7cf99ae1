"""What all systems have in common: a credential, a quota, and replies that stay the same until the company changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.cache import Cache
from examples.acme.systems.world import World

Clock = Callable[[], float]


class Api(ABC):
    """One system. `name` is the first part of the path of its URLs, and of its source in the scorecard."""

    name: str

    def __init__(self, world: World, cache: Cache) -> None:
        self._world = world
        self._cache = cache

    def move_to(self, world: World) -> None:
        """Go on with what the company has become."""
        self._world = world
        self._cache.clear()

    def reply(self, asked: Asked) -> Reply:
        """From credential and quota to the answer."""
        if not self.is_known(asked):
            return self.unknown(asked)
        return self.refusal(asked) or self.charge(asked, self.rendered(asked))

    def rendered(self, asked: Asked) -> Reply:
        """The answer apart from quotas; the same request has the same one."""
        return self._cache.get(self.name, asked, lambda: self.answer(self._world, asked))

    @abstractmethod
    def is_known(self, asked: Asked) -> bool:
        """Whether the credential is one of ours."""

    @abstractmethod
    def unknown(self, asked: Asked) -> Reply:
        """The refusal of a credential."""

    @abstractmethod
    def answer(self, world: World, asked: Asked) -> Reply:
        """What is asked for, told by the company alone."""

    def refusal(self, asked: Asked) -> Reply | None:
        """The refusal where a quota is used up."""
        del asked
        return None

    def charge(self, asked: Asked, reply: Reply) -> Reply:
        """Take what the reply costs from the quota, and say so in its headers."""
        del asked
        return reply
