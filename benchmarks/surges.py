"""How soon surges and droughts are told, how many are missed, and how often there was none.

Histories come from a simulator of leads and are judged by its scorer, neither of which is a part of Tipoff:
the folder that holds `surge_sim.py` and `surge_score.py` is named by TIPOFF_SURGES, or is `../shared/surge`
beside this checkout. What is measured is `tipoff alerts replay` with default settings. The seeds are of this
run only: TIPOFF_SURGE_SEEDS, such as `201,202`, else three of those with which docs/performance.md was made.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figure import Figure
from funnel.surge_baseline import LEARNED

HOUSE = Path(__file__).parents[1]
TESTED_ON = (641, 642, 643)
"""Seeds on which nothing was tuned."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What is promised at one size: false messages a week when nothing happens, and the recall of surges."""

    segments: int
    false_a_week: float
    recall: float

    @property
    def whole(self) -> bool:
        """Whether all the rest is promised, too; at the other sizes it is only measured."""
        return self.segments == BARS[-1].segments


BARS = (Bar(1, 0.25, 0.90), Bar(20, 0.5, 0.86), Bar(200, 0.5, 0.85))
FALSE_SHARE, SURGE_RATIO, SURGE_MINUTES = 0.05, 2.4, 60
DROUGHT_RECALL, DROUGHT_RATIO = 0.95, 1.6
TICK_MS, LEAD_MS, STATE = 50, 1, 5_000
BY_FACTOR = {5.0: 0.97, 3.0: 0.90, 2.0: 0.60}
MISTAKEN = {"import", "launch", "outage_flush", "holiday", "dst"}
"""What the scorer calls the false alarms that have a cause, of which there may be one in 24 weeks."""
MISTAKEN_WEEKS = 24


@dataclass(frozen=True, slots=True)
class Judged:
    """What the scorer says of one history, and what the replay took."""

    score: dict[str, Any]
    seconds: float
    leads: int

    @property
    def weeks(self) -> float:
        return float(self.score["eval_weeks"])

    @property
    def false_messages(self) -> float:
        return float(self.score["fa_messages_per_workspace_week"]) * self.weeks

    @property
    def mistaken(self) -> int:
        """False alarms that had a cause which is neither a surge nor a drought."""
        return sum(count for cause, count in self.score["fa_types"].items() if cause in MISTAKEN)

    @property
    def true_messages(self) -> float:
        share = float(self.score["fdr_messages"])
        return self.false_messages * (1 / share - 1) if share else float(self.score["tp"])


def measure() -> list[Figure]:
    folder = Path(os.environ.get("TIPOFF_SURGES", HOUSE.parent / "shared" / "surge"))
    if not (folder / "surge_sim.py").exists():
        return [Figure(f"surges: no simulator in {folder}", "not measured")]
    return [*(figure for bar in BARS for figure in _at(bar, folder)), _state()]


def _state() -> Figure:
    size = LEARNED.itemsize
    return Figure("what is kept of a segment", f"{size:,} bytes", f"< {STATE:,}", size < STATE)


def _at(bar: Bar, folder: Path) -> Iterator[Figure]:
    quiet = [_judged(folder, seed, bar.segments, null=True) for seed in _seeds()]
    eventful = [_judged(folder, seed, bar.segments, null=False) for seed in _seeds()]
    name = f"{bar.segments} segments" if bar.segments > 1 else "1 segment"
    false = sum(one.false_messages for one in quiet) / sum(one.weeks for one in quiet)
    yield Figure(
        f"{name}: false messages a week, nothing happening",
        f"{false:.2f}",
        f"≤ {bar.false_a_week}",
        false <= bar.false_a_week,
    )
    events = [event for one in eventful for event in one.score["events"] if event["detectable"]]
    surges, droughts = ([one for one in events if one["kind"] == kind] for kind in ("surge", "drop"))
    yield _recall("– surges told, of those that can be", surges, bar.recall)
    for figure in (*_in_detail(quiet, eventful, surges), *_of_droughts(droughts)):
        yield figure if bar.whole else replace(figure, aim="", met=None)
    yield _cost(quiet + eventful)


def _in_detail(
    quiet: Sequence[Judged], eventful: Sequence[Judged], surges: Sequence[dict[str, Any]]
) -> Iterator[Figure]:
    mistaken = sum(one.mistaken for one in quiet) * MISTAKEN_WEEKS / sum(one.weeks for one in quiet)
    yield Figure(
        f"– of imports, launches, outages, holidays, clocks, in {MISTAKEN_WEEKS} weeks",
        f"{mistaken:.1f}",
        "≤ 1",
        mistaken <= 1,
    )
    wrong = sum(one.false_messages for one in eventful)
    share = wrong / max(1, wrong + sum(one.true_messages for one in eventful))
    yield Figure(
        "– false among messages, with events", f"{share:.1%}", f"≤ {FALSE_SHARE:.0%}", share <= FALSE_SHARE
    )
    for factor, aim in BY_FACTOR.items():
        some = [one for one in surges if one["factor"] == factor]
        yield _recall(f"– surges of {factor:g} times as many told", some, aim)
    late, minutes = _delay(surges)
    yield Figure(
        "– surges: median delay, of the limit",
        f"{late:.2f} x / {minutes:.0f} min",
        f"≤ {SURGE_RATIO} x / {SURGE_MINUTES} min",
        late <= SURGE_RATIO and minutes <= SURGE_MINUTES,
    )


def _of_droughts(droughts: Sequence[dict[str, Any]]) -> Iterator[Figure]:
    yield _recall("– droughts told, of those that can be", droughts, DROUGHT_RECALL)
    late, minutes = _delay(droughts)
    yield Figure(
        "– droughts: median delay, of the limit",
        f"{late:.2f} x / {minutes:.0f} min",
        f"≤ {DROUGHT_RATIO} x",
        late <= DROUGHT_RATIO,
    )


def _delay(events: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """The medians, missed being never: as a multiple of the limit, of what begins at once, and in minutes."""
    late = [_or_never(one["ratio"]) for one in events if one["shape"] == "step"]
    return median(late or [inf]), median([_or_never(one["delay_min"]) for one in events] or [inf])


def _recall(name: str, events: Sequence[dict[str, Any]], aim: float) -> Figure:
    if not events:
        return Figure(name, "none")
    found = sum(one["detected"] for one in events)
    return Figure(
        name, f"{found / len(events):.2f} ({found} of {len(events)})", f"≥ {aim}", found / len(events) >= aim
    )


def _cost(judged: Sequence[Judged]) -> Figure:
    seconds = sum(one.seconds for one in judged)
    ticks = sum(14 * 7 * 288 for _ in judged)
    each = 1000 * seconds / sum(one.leads for one in judged)
    tick = 1000 * seconds / ticks
    return Figure(
        "– cost of a tick / of a lead",
        f"{tick:.1f} / {each:.2f} ms",
        f"≤ {TICK_MS} / {LEAD_MS} ms",
        tick <= TICK_MS and each <= LEAD_MS,
    )


def _or_never(value: float | None) -> float:
    return inf if value is None else value


def _seeds() -> list[int]:
    return [int(one) for one in os.environ.get("TIPOFF_SURGE_SEEDS", "").split(",") if one] or list(TESTED_ON)


def _judged(folder: Path, seed: int, segments: int, *, null: bool) -> Judged:
    """One history, replayed and scored."""
    with tempfile.TemporaryDirectory() as made:
        history = Path(made)
        options = ["--seed", str(seed), "--segments", str(segments), *(["--null"] if null else [])]
        _run(folder / "surge_sim.py", *options, "--out", made)
        start = time.perf_counter()
        _run(
            *("-m", "bot", "alerts", "replay", history / "leads.csv"),
            *("--holidays", history / "truth.json", "--out", history / "alerts.json"),
        )
        seconds = time.perf_counter() - start
        judged = _run(
            folder / "surge_score.py",
            *("--alerts", history / "alerts.json", "--truth", history / "truth.json", "--json"),
        )
        leads = json.loads((history / "truth.json").read_text())["meta"]["leads"]
    return Judged(json.loads(judged), seconds, leads)


def _run(*command: str | Path) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *map(str, command)], cwd=HOUSE, check=True, capture_output=True, text=True
    )
    return done.stdout
