"""docs/metrics.md is written from the catalogue, by `python -m docs.metrics` or `TIPOFF_GOLDEN=write`."""

import os
import re

from docs.metrics import PAGE, page
from funnel.counts import COUNTS, SPREADS
from funnel.events import EVENT_TYPES
from funnel.metrics import METRICS


def test_the_page_is_that_of_the_catalogue() -> None:
    if os.environ.get("TIPOFF_GOLDEN") == "write":
        PAGE.write_text(page(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_metric_has_an_entry_with_its_version() -> None:
    text = PAGE.read_text(encoding="utf-8")

    for metric in METRICS.values():
        assert f"### {metric.title}\n\n`{metric.name} = {metric.formula}` " in text
        assert f"*Version:* `{metric.version}`." in text


def test_every_count_says_what_brings_it() -> None:
    """An event that the doors know, or a place in the playbook; the length of a window brings itself."""
    for name, one in (*COUNTS.items(), *SPREADS.items()):
        assert one.send or name == "days", name
        assert set(re.findall(r"tipoff(?:\.\w+)+", one.send)) <= set(EVENT_TYPES)
