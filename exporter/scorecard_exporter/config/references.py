"""Names that stand for something defined elsewhere in the file, and origins of sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from scorecard_exporter.config.document import Document, Location
from scorecard_exporter.config.values import choice
from scorecard_exporter.quantities import RefusedError
from scorecard_exporter.sources.base import SourceOptions


def refers(document: Document, location: Location, name: str, known: tuple[str, ...], what: str) -> bool:
    """Whether `name` is one of `known`; if not, that is reported, `what` being for example `a team`."""
    if name in known:
        return True
    document.report(location, choice(name, known, what))
    return False


def cycle(edges: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The names along one cycle of a graph, the first one again at the end; empty when there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


class Origins:
    """The origins that the configured sources write.

    `own`: sources that the exporter has by itself; they have series and surveys only. `are_known`: false where the
    sources could not be read at all, as from a file with a mistake in it: then any name may be one of theirs.
    """

    def __init__(
        self,
        sources: Mapping[str, SourceOptions],
        names: tuple[str, ...],
        own: tuple[str, ...] = (),
        *,
        are_known: bool = True,
    ) -> None:
        self._sources, self._names, self._own, self._are_known = sources, names, own, are_known

    def find(self, written: str) -> str:
        """The origin `SOURCE:THING`; a type stands for the only source that has it.

        Raises:
            RefusedError: there is no such origin, or it could be several.
        """
        return self._find(written, self._names)

    def find_any(self, written: str) -> str:
        """Like `find`; a source alone stands for all its origins, which is written `source:`.

        Raises:
            RefusedError: see `find`.
        """
        names = (*self._names, *self._own)
        return self._find(written, names) if ":" in written else f"{self._named(written, written, names)}:"

    def _find(self, written: str, names: tuple[str, ...]) -> str:
        source, _, thing = written.partition(":")
        if not source or not thing:
            raise RefusedError(written, "an origin: SOURCE:THING, such as shop:checkout")
        name = self._named(source, written, names)
        origin = f"{name}:{thing}"
        known = self._known(name)
        if known is not None and origin not in known:
            raise choice(origin, known, f"an origin of the source {name!r}")
        return origin

    def _named(self, source: str, written: str, names: tuple[str, ...]) -> str:
        if source in names or not self._are_known:
            return source
        of_type = tuple(name for name, options in self._sources.items() if options.type == source)
        if len(of_type) > 1:
            raise RefusedError(
                written, f"clear: the sources {', '.join(of_type)} are of that type; write one of these names"
            )
        if not of_type:
            raise choice(source, self._names, "a source")
        return of_type[0]

    def _known(self, name: str) -> tuple[str, ...] | None:
        options = self._sources.get(name)
        return options.origins(name) if options else None
