"""What Prometheus reads at `/metrics`: no names of people, leads or channels."""

import logging

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from storage.store import Store

log = logging.getLogger(__name__)


class Metrics:
    """The counters of one process, and the store's own counts at the time of asking."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._events = Counter(
            "tipoff_events", "Events at the doors.", ("door", "outcome"), registry=self._registry
        )
        self._stored = Gauge("tipoff_stored", "Rows in the store.", ("what",), registry=self._registry)
        self._answers = Gauge("tipoff_store_answers", "1 if the store answers.", registry=self._registry)

    def accepted(self, door: str, new: int, repeated: int) -> None:
        self._events.labels(door, "new").inc(new)
        self._events.labels(door, "repeated").inc(repeated)

    def refused(self, door: str, count: int = 1) -> None:
        self._events.labels(door, "refused").inc(count)

    async def page(self, store: Store) -> bytes:
        """The exposition text; without a store that answers, its rows are left out."""
        try:
            totals = await store.counts()
        except (SQLAlchemyError, OSError) as error:
            log.warning("the store's rows cannot be counted: %s", error)
            totals = None
        self._answers.set(totals is not None)
        self._stored.clear()
        if totals is not None:
            for what in ("events", "untold", "set_aside", "leads"):
                self._stored.labels(what).set(getattr(totals, what))
            for state, count in totals.cards.items():
                self._stored.labels(f"cards_{state}").set(count)
        return generate_latest(self._registry)
