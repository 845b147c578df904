"""Visits: page views without a long pause, from one campaign."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.events import Asset, EventKey, Origin, Page, TouchKind
from funnel.lead import Touch
from funnel.milestones import device
from funnel.visits import PAUSE, Visit, visits

START = datetime(2026, 11, 20, 23, 50, tzinfo=UTC)
AD = Origin(source="google", medium="cpc", campaign="spring")


def view(
    minute: float,
    origin: Origin | None = None,
    *,
    machine: bool = False,
    kind: TouchKind = "page_viewed",
    asset: Asset | None = None,
) -> Touch:
    at = START + timedelta(minutes=minute)
    key = EventKey("site", f"{minute}")
    signs: tuple[str, ...] = ("HEAD request", "listed user agent") if machine else ()
    page = Page(url=f"https://w.example/{minute:g}")
    return Touch(key, at, kind, "they", origin=origin, page=page, asset=asset, signs=signs)  # type: ignore[arg-type]


def told(*touches: Touch) -> list[Visit]:
    return list(visits(touches))


def minutes_of(found: list[Visit]) -> list[list[float]]:
    return [[(page.at - START) / timedelta(minutes=1) for page in visit.pages] for visit in found]


def test_a_pause_of_thirty_minutes_ends_a_visit_and_midnight_does_not() -> None:
    assert minutes_of(told(view(0), view(29), view(58.5), view(88.5))) == [[0, 29, 58.5], [88.5]]


def test_another_campaign_begins_a_visit_and_the_same_one_does_not() -> None:
    found = told(view(0), view(1, AD), view(2), view(3, AD), view(4, Origin(source="news")))

    assert minutes_of(found) == [[0], [1, 2, 3], [4]]
    assert [visit.channel for visit in found] == ["Direct", "Paid Search", "Unassigned"]


def test_a_referrer_alone_does_not_begin_a_visit() -> None:
    inner = Origin(referrer="https://w.example/0")

    assert minutes_of(told(view(0, AD), view(1, inner))) == [[0, 1]]
    assert told(view(0, inner))[0].channel == "Direct"


def test_machines_make_visits_of_their_own() -> None:
    found = told(view(0), view(1, machine=True), view(2), view(3, kind="form_started"))

    assert [(visit.machine, len(visit.pages)) for visit in found] == [(False, 2), (True, 1)]


def test_a_visit_knows_its_landing_page_its_end_and_how_long_content_was_read() -> None:
    [visit] = told(view(0), view(1, asset=Asset(title="Guide")), view(4), view(5, asset=Asset(title="Last")))

    assert (visit.landing, visit.at, visit.ended_at) == ("/0", START, START + timedelta(minutes=5))
    assert visit.reading == (180,)


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from([None, AD])), max_size=20))
def test_every_page_view_is_in_exactly_one_visit(spots: list[tuple[int, Origin | None]]) -> None:
    views = [view(minute, origin) for minute, origin in sorted(spots, key=lambda spot: spot[0])]
    found = told(*views)

    assert [page for visit in found for page in visit.pages] == views
    assert all(
        b.at - a.at < PAUSE for visit in found for a, b in zip(visit.pages, visit.pages[1:], strict=False)
    )


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)", "mobile"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Mobile Safari", "mobile"),
        ("Mozilla/5.0 (Linux; Android 15; SM-X910) Safari", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0)", "tablet"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "desktop"),
        ("", None),
        (None, None),
    ],
)
def test_a_browser_says_what_it_runs_on(user_agent: str | None, expected: str | None) -> None:
    assert device(user_agent) == expected
