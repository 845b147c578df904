"""What telling a lead and rendering a brief cost, beside the least that such work can cost.

Telling is compared with `json.loads` of the same events; rendering, from the brief to the JSON that Slack
takes, with filling in the same template by a plain Jinja2 environment that neither escapes nor draws.
"""

import gc
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from benchmarks.figure import Figure, spread
from briefs import catalog
from briefs.saying import FILTERS
from funnel.brief import Brief, build
from funnel.events import EVENT, CampaignSpent, LeadEvent
from funnel.journey import tell
from funnel.playbook import Playbook

EVENTS, MANY = 50, 10_000
ROUNDS, TIMES = 5, 200
TELL_AIM, RENDER_AIM, MANY_AIM = 1.0, 2.0, 100.0  # milliseconds
TELL_RATIO, RENDER_RATIO = 20, 10
PLAYBOOK = Playbook(crm_url="https://crm.example.com/leads?email={email}")
START = datetime(2026, 10, 5, 9, tzinfo=UTC)


def measure() -> list[Figure]:
    _collect_seldom()
    text, events = history(EVENTS)
    brief = _brief(events)
    loads, telling = _in_turns(lambda: json.loads(text), lambda: tell(events, PLAYBOOK))
    filling, rendering = _in_turns(
        _plain_template(brief), lambda: json.dumps(catalog.new_lead(brief).payload())
    )
    long_text, many = history(MANY)
    long_loads, told = _in_turns(lambda: json.loads(long_text), lambda: tell(many, PLAYBOOK), times=3)
    return [
        _time(f"tell() of a lead with {EVENTS} events", telling, TELL_AIM),
        _ratio("– of json.loads of the same events", telling, loads, TELL_RATIO),
        _time("a brief rendered to JSON", rendering, RENDER_AIM),
        _ratio("– of filling in the same template with plain Jinja2", rendering, filling, RENDER_RATIO),
        _time(f"tell() of a lead with {MANY:,} events", told, MANY_AIM),
        _ratio("– of json.loads of the same events", told, long_loads),
    ]


def _collect_seldom() -> None:
    """Garbage, as `tipoff run` collects it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _time(name: str, rounds: list[float], aim: float) -> Figure:
    return Figure(name, f"{spread(rounds)} ms", f"< {aim:g} ms", median(rounds) < aim)


def _ratio(name: str, rounds: list[float], of: list[float], aim: float | None = None) -> Figure:
    ratios = [ours / least for ours, least in zip(rounds, of, strict=True)]
    measured = f"{spread(ratios, '{:.1f}')} x"
    return Figure(name, measured, f"≤ {aim} x", median(ratios) <= aim) if aim else Figure(name, measured)


def _in_turns(
    least: Callable[[], object], ours: Callable[[], object], times: int = TIMES
) -> tuple[list[float], list[float]]:
    """The median time of either in each round; both feel alike what else the machine does."""
    rounds: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        turns = [(_milliseconds(least), _milliseconds(ours)) for _ in range(times)]
        rounds.append((median(one for one, _ in turns), median(one for _, one in turns)))
    return [one for one, _ in rounds], [one for _, one in rounds]


def _milliseconds(work: Callable[[], object]) -> float:
    """Processor time, which other processes of the machine cost nothing."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def _brief(events: list[LeadEvent]) -> Brief:
    brief = build(1, tell(events, PLAYBOOK), PLAYBOOK)
    if brief is None:
        raise RuntimeError("the benchmark's lead deserves no brief")
    return brief


def _plain_template(brief: Brief) -> Callable[[], str]:
    """Filling in the template of a brief, with its filters and nothing else of ours."""
    environment = Environment(
        loader=PackageLoader("briefs"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - nobody reads it
    )
    environment.filters.update(FILTERS)
    template = environment.get_template("new_lead.md.j2")
    detail, room = catalog.ROOMS[0]
    return lambda: template.render(brief=brief, detail=detail, room=room)


def history(count: int) -> tuple[str, list[LeadEvent]]:
    """`count` events of one person, a score that deserves a brief the last of them; as JSON and parsed."""
    stated = [*_reading(count - 1), _scored(count)]
    events = [EVENT.validate_python(event) for event in stated]
    return json.dumps(stated), [event for event in events if not isinstance(event, CampaignSpent)]


def _reading(count: int) -> list[dict[str, Any]]:
    """They gave their name for a white paper; then they look, download and click, and we send mail."""
    form = {
        "type": "tipoff.lead.captured",
        "person": {
            "email": "jon@doe.example",
            "name": "Jon Doe",
            "title": "Plant manager",
            "company": "Initech",
        },
        "form": "White paper gate",
        "asset": {"title": "10 Tips for Improving your Widget ROI", "type": "white paper", "topic": "widget"},
        "origin": {"source": "google", "medium": "cpc", "campaign": "widgets-2026"},
    }
    deeds: list[dict[str, Any]] = [
        {"kind": "email_sent", "email": {"subject": "Is your widget paying its way?"}},
        {"kind": "email_opened", "email": {"subject": "Is your widget paying its way?"}},
        {"kind": "email_clicked", "email": {"subject": "Is your widget paying its way?"}},
        {"kind": "page_viewed", "page": {"url": "https://widgets.example.com/prices", "title": "Prices"}},
        {
            "kind": "asset_downloaded",
            "asset": {"title": "Lifecycle of a Widget", "type": "infographic", "topic": "widget"},
        },
    ]
    engaged = {"type": "tipoff.lead.engaged", "person": {"email": "jon@doe.example"}}
    return [
        {"id": str(place), "source": "site", "time": (START + timedelta(minutes=place)).isoformat()}
        | (engaged | deeds[place % len(deeds)] if place else form)
        for place in range(count)
    ]


def _scored(count: int) -> dict[str, Any]:
    return {
        "type": "tipoff.lead.scored",
        "id": "score",
        "source": "crm",
        "time": (START + timedelta(minutes=count)).isoformat(),
        "person": {"email": "jon@doe.example"},
        "score": 74,
        "grade": "A",
        "model": "Marketing Hub",
    }
