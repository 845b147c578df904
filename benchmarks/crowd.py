"""A large made-up store: a million leads, ten million touches, two million stage entries; or a tenth.

The rows go straight into the tables, as the fold would have left them, because telling ten million events
would take hours. They are seeded, made once, and kept in `home()`; `make clean` deletes them. The tenth is
the last tenth of the time: a fixed period holds the same number of leads in both.
"""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage import tables
from storage.schema import migrate

LEADS, TENTH = 1_000_000, 100_000
TOUCHES = 10  # of each lead
SPAN = timedelta(days=1095)  # in which a million leads come
END = datetime(2026, 11, 20, tzinfo=UTC)
CHUNK = 50_000  # leads at a time
VERSION = 3  # of these rows; another one is made anew
DAY = 86_400_000_000  # microseconds
NONE = np.iinfo(np.int64).min  # a time that never came

Column = NDArray[Any]
Columns = dict[str, Column]

CAMPAIGNS = [f"campaign-{number:02}" for number in range(40)]
WORDS: dict[str, list[str | None]] = {
    "source": [None, "google", "linkedin", "newsletter", "expo", "techpages", "partner", "youtube"],
    "medium": [None, "cpc", "organic", "email", "social", "event"],
    "campaign": [None, *CAMPAIGNS],
    "channel": [None, "Paid Search", "Organic Search", "Email", "Organic Social", "Referral", "Unassigned"],
    "content": [None, *(f"content-{number}" for number in range(30))],
    "form": [f"form-{number}" for number in range(12)],
    "landing": [f"/landing/{number}" for number in range(200)],
    "motion": [None, "demand-first", "lead-first"],
    "owner": [None, *(f"rep-{number}" for number in range(25))],
    "country": [
        None,
        *[
            "DE",
            "FR",
            "US",
            "GB",
            "NL",
            "ES",
            "IT",
            "PL",
            "SE",
            "DK",
            "NO",
            "FI",
            "CZ",
            "AT",
            "CH",
            "BE",
            "IE",
            "PT",
        ],
    ],
    "industry": [None, *(f"industry-{number}" for number in range(12))],
    "size": [None, "1-10", "11-50", "51-200", "201-500", "501-1000", "1001+"],
    "device": [None, "desktop", "mobile", "tablet"],
    "fit": ["A", "B", "C", "D"],
    "band": [f"{fit}{level}" for fit in "ABCD" for level in range(1, 5)],
}
STEPS = {"mql": (0.45, 5), "sal": (0.6, 2), "sql": (0.6, 8), "opportunity": (0.6, 10), "customer": (0.35, 40)}
KINDS = [
    "page_viewed",
    "email_sent",
    "email_opened",
    "email_clicked",
    "asset_downloaded",
    "captured",
    "call_made",
]
OFTEN = [0.5, 0.16, 0.1, 0.05, 0.07, 0.08, 0.04]


def home() -> Path:
    """Where large stores are kept between runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "tipoff-benchmarks"


def store_of(leads: int) -> Path:
    """The SQLite store with so many leads; made now unless it stands."""
    path = home() / f"crowd-{leads}-{VERSION}.db"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        making = path.with_suffix(".making")
        making.unlink(missing_ok=True)
        asyncio.run(migrate(f"sqlite:///{making}"))
        with closing(sqlite3.connect(making, isolation_level=None)) as connection:
            _fill(connection, leads)
        making.rename(path)
    return path


def rows(leads: int) -> Iterator[dict[str, Columns]]:
    """The rows of every table, some leads at a time; the same whenever they are asked for."""
    dice = np.random.default_rng(leads)
    yield {"spend": _spend(dice, leads)}
    for first in range(0, leads, CHUNK):
        yield _some(dice, first, min(CHUNK, leads - first), leads)


def _fill(connection: sqlite3.Connection, leads: int) -> None:
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "locking_mode=EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}").close()
    connection.execute("BEGIN")
    for some in rows(leads):
        for table, columns in some.items():
            names = ", ".join(columns)
            marks = ", ".join("?" * len(columns))
            values = zip(*(_values(column) for column in columns.values()), strict=True)
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own
            connection.executemany(statement, values)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL").close()


def _values(column: Column) -> list[Any]:
    """A column as Python values, with None for times that never came."""
    if column.dtype == np.int64:
        return np.where(column == NONE, None, column).tolist()  # type: ignore[call-overload,no-any-return]
    return column.tolist()  # type: ignore[no-any-return]


def _some(dice: np.random.Generator, first: int, count: int, leads: int) -> dict[str, Columns]:
    ids = np.arange(first + 1, first + count + 1)
    end = int(END.timestamp() * 1e6)
    span = int(SPAN / timedelta(microseconds=1)) * leads // LEADS
    created = end - span + (ids - 1) * (span // leads)
    lead: Columns = {"workspace_id": _all("main", count), "lead_id": ids, "created_at": created}
    lead |= {name: _pick(dice, words, count) for name, words in WORDS.items()}
    _climb(dice, lead, end)
    lead["first_touch_at"] = created
    lead["last_touch_at"] = created
    lead["points"] = np.array([f'{{"site": {points}}}' for points in dice.integers(0, 80, count)], object)
    lead["scored_at"] = created
    lead["followups"] = dice.integers(0, 9, count)
    lead["captured_fields"] = dice.integers(1, 7, count)
    lead["forgotten"] = np.zeros(count, bool)
    lead["found_by"] = np.array([f"person {one}\nperson{one}@example.com" for one in ids], object)
    deal = _deals(dice, lead)
    return {
        "lead": lead,
        "stage_entry": _entries(lead),
        "deal": deal,
        "deal_move": _deal_moves(deal),
        "touch": _touches(dice, lead, end),
    }


def _climb(dice: np.random.Generator, lead: Columns, end: int) -> None:
    """How far each lead came, and when; some leave, and most are called."""
    count = len(lead["lead_id"])
    at, standing = lead["created_at"], np.zeros(count, int)
    for place, (stage, (share, days)) in enumerate(STEPS.items(), start=1):
        came = at + (dice.exponential(days, count) * DAY).astype(np.int64)
        there = (at != NONE) & (dice.random(count) < share) & (came < end)
        at = np.where(there, came, NONE)
        lead[f"{stage}_at"] = at
        standing = np.where(there, place, standing)
    for stage, after in zip(
        ("mql", "sal", "sql", "opportunity"), ("sal", "sql", "opportunity", "customer"), strict=True
    ):
        lead[f"{stage}_left_at"] = lead[f"{after}_at"]
    gone = (lead["sal_at"] == NONE) & (dice.random(count) < 0.1)  # noqa: PLR2004 - one in ten
    lead["disqualified_at"] = np.where(gone, lead["created_at"] + DAY, NONE)
    stages = np.array(["inquiry", *STEPS, "disqualified"], object)
    lead["stage"] = stages[np.where(gone, len(stages) - 1, standing)]
    lead["reason"] = np.where(gone, "student", None)  # type: ignore[call-overload]
    called = lead["created_at"] + (dice.exponential(0.5, count) * DAY).astype(np.int64)
    lead["answered_at"] = np.where((dice.random(count) < 0.7) & (called < end), called, NONE)  # noqa: PLR2004 - most


def _entries(lead: Columns) -> Columns:
    """Two stage entries a lead, about."""
    parts = []
    for stage in ("inquiry", *STEPS, "disqualified"):
        at = lead["created_at"] if stage == "inquiry" else lead[f"{stage}_at"]
        there = np.flatnonzero(at != NONE)
        parts.append((lead["lead_id"][there], _all(stage, len(there)), at[there]))
    ids, stages, times = (np.concatenate(column) for column in zip(*parts, strict=True))
    count = len(ids)
    return {
        "workspace_id": _all("main", count),
        "lead_id": ids,
        "stage": stages,
        "at": times,
        "receipt_source": _all("crowd", count),
        "receipt_id": _all("stage", count),
        "implied": np.zeros(count, bool),
    }


def _deals(dice: np.random.Generator, lead: Columns) -> Columns:
    there = np.flatnonzero(lead["opportunity_at"] != NONE)
    count = len(there)
    closed = lead["customer_at"][there]
    return {
        "workspace_id": _all("main", count),
        "lead_id": lead["lead_id"][there],
        "deal_id": _all("deal", count),
        "stage": np.where(closed != NONE, "customer", "opportunity").astype(object),
        "opened_at": lead["opportunity_at"][there],
        "moved_at": np.where(closed != NONE, closed, lead["opportunity_at"][there]),
        "closed_at": closed,
        "receipt_source": _all("crowd", count),
        "receipt_id": _all("deal", count),
        "amount": dice.integers(100_000, 9_000_000, count),
        "currency": _all("USD", count),
        "sourced": dice.random(count) < 0.6,  # noqa: PLR2004 - more than half
        "influenced": np.ones(count, bool),
    }


def _deal_moves(deal: Columns) -> Columns:
    """Each deal is created, and some are won."""
    count = len(deal["lead_id"])
    ends = np.flatnonzero(deal["closed_at"] != NONE)
    same = (
        "workspace_id",
        "lead_id",
        "deal_id",
        "receipt_source",
        "receipt_id",
        "amount",
        "currency",
        "opened_at",
    )
    created = {name: deal[name] for name in same} | {
        "place": np.zeros(count, np.int64),
        "kind": _all("created", count),
        "at": deal["opened_at"],
        "until": deal["closed_at"],
        "open": np.ones(count, bool),
        "added": deal["amount"],
    }
    won = {name: deal[name][ends] for name in same} | {
        "place": np.ones(len(ends), np.int64),
        "kind": _all("won", len(ends)),
        "at": deal["closed_at"][ends],
        "until": np.full(len(ends), NONE),
        "open": np.zeros(len(ends), bool),
        "added": -deal["amount"][ends],
    }
    return {name: np.concatenate([created[name], won[name]]) for name in created}


def _touches(dice: np.random.Generator, lead: Columns, end: int) -> Columns:
    count = len(lead["lead_id"]) * TOUCHES
    ids = np.repeat(lead["lead_id"], TOUCHES)
    after = (dice.exponential(12, count) * DAY).astype(np.int64)
    kind = np.array(KINDS, object)[dice.choice(len(KINDS), count, p=OFTEN)]
    ours = (kind == "email_sent") | (kind == "call_made")
    own = (dice.random(count) < 0.3) & ~ours  # noqa: PLR2004 - a third says where it came from
    content = dice.random(count) < 0.2  # noqa: PLR2004 - a fifth
    touch: Columns = {
        "workspace_id": _all("main", count),
        "lead_id": ids,
        "receipt_source": _all("crowd", count),
        "receipt_id": np.array([str(number) for number in range(TOUCHES)], object)[
            np.arange(count) % TOUCHES
        ],
        "at": np.minimum(np.repeat(lead["created_at"], TOUCHES) + after, end - 1),
        "kind": kind,
        "done_by": np.where(ours, "we", "they").astype(object),
        "trust": _all("certain", count),
        "machine": dice.random(count) < 0.03,  # noqa: PLR2004 - a few
        "quiet": np.zeros(count, bool),
        "asset": np.where(content, _pick(dice, WORDS["content"], count), None),
    }
    touch["gated"] = np.where(content, False, None)  # type: ignore[call-overload]
    for name in tables.ORIGIN:
        touch[name] = np.where(own, _pick(dice, WORDS[name][1:], count), np.repeat(lead[name], TOUCHES))
    return touch | {
        "own_origin": own,
        "of_marketing": ~ours,
        "of_sales": kind == "call_made",
        "first_of_mail": (kind == "email_opened") | (kind == "email_clicked"),
    }


def _spend(dice: np.random.Generator, leads: int) -> Columns:
    """What forty campaigns cost on each day."""
    days = int(SPAN.days * leads / LEADS)
    dates = [str(END.date() - timedelta(days=back)) for back in range(1, days + 1)]
    count = days * len(CAMPAIGNS)
    return {
        "workspace_id": _all("main", count),
        "day": np.repeat(np.array(dates, object), len(CAMPAIGNS)),
        "campaign": np.array(CAMPAIGNS * days, object),
        "source": _all("ads", count),
        "channel": _all("", count),
        "at": _all("2026-11-20 00:00:00.000000", count),
        "event_id": _all("spend", count),
        "kind": _all("demand", count),
        "amount": dice.integers(1_000, 50_000, count),
        "currency": _all("USD", count),
    }


def _all(value: str, count: int) -> Column:
    return np.full(count, value, object)


def _pick(dice: np.random.Generator, words: list[str | None], count: int) -> Column:
    """Words, the first ones more often than the last."""
    weights = 1 / np.arange(2, len(words) + 2)
    return np.array(words, object)[dice.choice(len(words), count, p=weights / weights.sum())]


def first_day(leads: int) -> date:
    """The day on which the first of so many leads came."""
    return (END - SPAN * leads / LEADS).date()
