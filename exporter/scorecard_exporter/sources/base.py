"""What a source is: a named list of streams, each read from a cursor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from scorecard_exporter.events.model import Batch
from scorecard_exporter.quantities import Duration


class Stream(ABC):
    """One thing to read. Knows nothing of the store, the schedule or the scorecard."""

    name: str
    """Unique within its source; the cursor is kept under source and stream."""

    @abstractmethod
    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        """Yield batches from `cursor` (None: from nothing) up to the moment `at`.

        Nothing new yields nothing, or one empty batch that moves `coverage` on. Delivering a batch
        again is harmless. Runs in a worker thread.

        Raises:
            FatalSourceError: until a person changes something.
            RetriableSourceError: the next poll may succeed.
        """


@dataclass(frozen=True, slots=True)
class Source:
    """A configured source. `interval`: seconds between two polls."""

    name: str
    type: str
    interval: float
    streams: tuple[Stream, ...]


class SourceOptions(BaseModel, ABC):
    """The keys of one entry under `sources:`; each source type has its own subclass."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    type: str
    interval: Annotated[Duration, Field(default="5m", validate_default=True, description="How often it is read.")]

    @abstractmethod
    def origins(self, name: str) -> tuple[str, ...] | None:
        """The origins this source will write, for checking references; None when only a poll can tell."""

    @abstractmethod
    def build(self, name: str, directory: str) -> Source:
        """The source. Relative paths are meant from `directory`, that of the configuration file."""
