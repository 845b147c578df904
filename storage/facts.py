"""What a lead comes to, as rows that SQL can count; replaced only where they differ from what stands."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from funnel.calendar import midnight
from funnel.events import Origin
from funnel.lead import Lead, Touch
from funnel.milestones import (
    Milestones,
    came_through,
    channel_of,
    device,
    first_of_mail,
    influenced,
    is_gated,
    is_marketings,
    is_of_sales,
    milestones,
    sourced,
)
from funnel.playbook import Playbook
from funnel.stage import Stage
from funnel.teams import team_of
from funnel.visits import visits
from storage import tables
from storage.columns import LONGEST_NAME, LONGEST_OUTCOME, plain

A_DAY = timedelta(days=1)
Row = dict[str, Any]
Key = tuple[Any, ...]


def write(c: sa.Connection, workspace: str, leads: Mapping[int, Lead], playbook: Playbook) -> set[int]:
    """Make the facts of these leads what they are now; the leads for which anything changed."""
    changed: set[int] = set()
    for table, wanted in rows(workspace, leads, playbook).items():
        standing = c.execute(
            sa.select(table).where(table.c.workspace_id == workspace, table.c.lead_id.in_(list(leads)))
        )
        changed |= {key[1] for key in replace(c, table, standing, wanted)}
    return changed


def rows(workspace: str, leads: Mapping[int, Lead], playbook: Playbook) -> dict[sa.Table, list[Row]]:
    """What these leads come to, as rows of every derived table."""
    return {
        table: [
            {"workspace_id": workspace, "lead_id": lead_id} | row
            for lead_id, lead in leads.items()
            for row in rows_of(lead, playbook)
        ]
        for table, rows_of in _DERIVED.items()
    }


def erase(c: sa.Connection, workspace: str, leads: Iterable[int]) -> None:
    """Remove the facts of leads that are no more."""
    for table in DERIVED:
        c.execute(sa.delete(table).where(table.c.workspace_id == workspace, table.c.lead_id.in_(list(leads))))


def replace(
    c: sa.Connection, table: sa.Table, standing: Iterable[sa.Row[Any]], wanted: Iterable[Row]
) -> set[Key]:
    """Make `wanted` the rows that stand in `table`; the keys of those that came, went or changed."""
    columns = [column.name for column in table.columns]
    keys = [columns.index(column.name) for column in table.primary_key.columns]
    before = {tuple(row[place] for place in keys): tuple(row) for row in standing}
    after = {
        tuple(row[place] for place in keys): row
        for row in (tuple(row[name] for name in columns) for row in wanted)
    }
    gone = [key for key, row in before.items() if after.get(key) != row]
    come = [key for key, row in after.items() if before.get(key) != row]
    if gone:
        names = [f"key_{columns[place]}" for place in keys]
        same = (table.c[columns[place]] == sa.bindparam(f"key_{columns[place]}") for place in keys)
        c.execute(sa.delete(table).where(*same), [dict(zip(names, key, strict=True)) for key in gone])
    if come:
        c.execute(sa.insert(table), [dict(zip(columns, after[key], strict=True)) for key in come])
    return {*gone, *come}


def _lead_rows(lead: Lead, playbook: Playbook) -> Iterator[Row]:
    profile = {
        name: plain(lead.fact(name)) for name in ("name", "email", "title", "company", "phone", "country")
    }
    score = lead.scores[-1] if lead.scores else None
    yield (
        profile
        | _milestone_row(milestones(lead, playbook))
        | _origin_row(lead.origin)
        | {
            "stage": lead.stage.value,
            "created_at": lead.created_at,
            "motion": lead.motion,
            "owner": plain(_owner(lead)),
            "team": plain(team_of(_owner(lead), playbook.teams)),
            "score": score.value if score else None,
            "grade": plain(score.grade) if score else None,
            "first_touch_at": lead.touches[0].at if lead.touches else None,
            "last_touch_at": lead.touches[-1].at if lead.touches else None,
            "forgotten": lead.forgotten,
            "found_by": "\n".join(searchable(profile[name] or "") for name in ("name", "email", "company")),
        }
    )


def _milestone_row(known: Milestones) -> Row:
    words = ("channel", "form", "landing", "industry", "size", "device", "reason")
    return {
        **{f"{stage}_at": known.entered.get(Stage(stage)) for stage in tables.ENTERED},
        **{f"{stage}_left_at": known.left.get(Stage(stage)) for stage in tables.LEFT},
        **{name: plain(getattr(known, name), LONGEST_NAME) for name in words},
        **{name: getattr(known, name) for name in _AS_THEY_ARE},
        "points": json.dumps(known.points) if known.points else None,
    }


_AS_THEY_ARE = (
    *("hand_raised_at", "answered_at", "answer_due_at", "answer_came_at", "returned_at", "scored_at"),
    *("alerted_at", "acted_at"),
    *("fit", "band", "followups", "captured_fields"),
    *("touches_before_mql", "touches_before_deal", "content_before_deal"),
)


def searchable(text: str) -> str:
    """`text` as people search for it: case and the width of spaces do not matter."""
    return " ".join((plain(text) or "").split()).casefold()


def _origin_row(origin: Origin | None) -> Row:
    return {
        name: plain(getattr(origin, name), LONGEST_NAME) if origin else None
        for name in ("source", "medium", "campaign", "content")
    }


def _touch_rows(lead: Lead, playbook: Playbook) -> Iterator[Row]:
    first = {touch.receipt for touch in first_of_mail(lead.touches)}
    leads_origin = _origin_row(lead.origin) | {"channel": channel_of(lead, playbook)}
    for touch in lead.touches:
        own = came_through(touch, playbook)
        yield (
            _receipt(touch)
            | (_origin_row(touch.origin) | {"channel": plain(own)} if own else leads_origin)
            | {
                "own_origin": own is not None,
                "at": touch.at,
                "kind": touch.kind,
                "done_by": touch.by,
                "trust": touch.trust,
                "machine": touch.machine,
                "quiet": touch.quiet,
                "form": plain(touch.form),
                **_content(touch),
                "gated": is_gated(touch),
                "page": plain(touch.page.url) if touch.page else None,
                "of_marketing": is_marketings(touch),
                "of_sales": is_of_sales(touch),
                "first_of_mail": touch.receipt in first,
                "outcome": plain(touch.outcome, LONGEST_OUTCOME),
            }
        )


def _content(touch: Touch) -> Row:
    asset = touch.asset
    return {
        "asset": plain(asset.title) if asset else None,
        "type": plain(asset.type, LONGEST_NAME) if asset else None,
        "topic": plain(asset.topic, LONGEST_NAME) if asset else None,
    }


def _visit_rows(lead: Lead, playbook: Playbook) -> Iterator[Row]:
    for visit in visits(lead.touches, playbook.channel_groups):
        reading = visit.reading
        yield (
            _receipt(visit.pages[0])
            | _origin_row(visit.origin)
            | {
                "channel": plain(visit.channel),
                "at": visit.at,
                "ended_at": visit.ended_at,
                "pages": len(visit.pages),
                "machine": visit.machine,
                "landing": plain(visit.landing, LONGEST_NAME),
                "country": plain(lead.fact("country")),
                "device": device(visit.pages[0].user_agent),
                "reading": json.dumps(reading) if reading else None,
            }
        )


def _exposure_rows(lead: Lead, _playbook: Playbook) -> Iterator[Row]:
    """A row an experiment; of names that a column keeps as one, the first is the one."""
    named = {plain(exposure.experiment): exposure for exposure in reversed(lead.exposures)}
    for name, exposure in named.items():
        yield _receipt(exposure) | {
            "experiment": name,
            "variant": plain(exposure.variant),
            "at": exposure.at,
            "crossed_over": exposure.crossed_over,
        }


def _stage_rows(lead: Lead, _playbook: Playbook) -> Iterator[Row]:
    for entry in lead.stages:
        yield _receipt(entry) | {
            "stage": entry.stage.value,
            "at": entry.at,
            "reason": plain(entry.reason),
            "implied": entry.implied,
        }


def _deal_rows(lead: Lead, playbook: Playbook) -> Iterator[Row]:
    for deal in lead.deals:
        yield _receipt(deal) | {
            "deal_id": plain(deal.id),
            "stage": deal.stage.value,
            "opened_at": deal.opened_at,
            "moved_at": deal.moved_at,
            "closed_at": deal.closed_at,
            "amount": deal.amount,
            "currency": plain(deal.currency),
            "owner": plain(deal.owner),
            "team": plain(team_of(deal.owner or _owner(lead), playbook.teams)),
            "sourced": sourced(lead),
            "influenced": influenced(lead, deal),
        }


def _deal_move_rows(lead: Lead, playbook: Playbook) -> Iterator[Row]:
    for deal in lead.deals:
        for place, move in enumerate(deal.moves):
            yield _receipt(move) | {
                "deal_id": plain(deal.id),
                "place": place,
                "kind": move.kind,
                "at": move.at,
                "until": move.until,
                "open": move.open,
                "added": move.added,
                "amount": move.amount,
                "currency": plain(move.currency),
                "due_at": midnight(move.close_date + A_DAY, playbook.zone) if move.close_date else None,
                "opened_at": deal.opened_at,
                "owner": plain(deal.owner),
            }


def _owner(lead: Lead) -> str | None:
    return lead.owner.value if lead.owner else None


def _receipt(proven: Any) -> Row:
    return {"receipt_source": plain(proven.receipt.source), "receipt_id": plain(proven.receipt.id)}


_DERIVED: dict[sa.Table, Callable[[Lead, Playbook], Iterator[Row]]] = {
    tables.lead: _lead_rows,
    tables.touch: _touch_rows,
    tables.visit: _visit_rows,
    tables.exposure: _exposure_rows,
    tables.stage_entry: _stage_rows,
    tables.deal: _deal_rows,
    tables.deal_move: _deal_move_rows,
}
DERIVED: tuple[sa.Table, ...] = tuple(_DERIVED)
"""The tables of facts about leads."""
