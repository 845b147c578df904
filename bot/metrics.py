"""What Prometheus reads at `/metrics`: no names of people, leads or channels."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from storage.store import Store


class Metrics:
    """The counters of one process, and the store's own counts at the time of asking."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._events = Counter(
            "tipoff_events", "Events at the doors.", ("door", "outcome"), registry=self._registry
        )
        self._stored = Gauge("tipoff_stored", "Rows in the store.", ("what",), registry=self._registry)

    def accepted(self, door: str, new: int, repeated: int) -> None:
        self._events.labels(door, "new").inc(new)
        self._events.labels(door, "repeated").inc(repeated)

    def refused(self, door: str, count: int = 1) -> None:
        self._events.labels(door, "refused").inc(count)

    async def page(self, store: Store) -> bytes:
        """The exposition text."""
        totals = await store.counts()
        for what in ("events", "untold", "set_aside", "leads"):
            self._stored.labels(what).set(getattr(totals, what))
        for state, count in totals.cards.items():
            self._stored.labels(f"cards_{state}").set(count)
        return generate_latest(self._registry)
