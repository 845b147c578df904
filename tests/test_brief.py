"""Laws of a brief, for any history: facts have receipts, openers are sayable, six lines are enough."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from briefs import catalog
from briefs.message import visible
from funnel.brief import Brief, build, look_up
from funnel.events import LeadEvent
from funnel.journey import tell
from funnel.playbook import Playbook

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
PLAYBOOK = Playbook(timezone="Europe/Berlin", crm_url="https://crm.example.com/?q={email}")
EVENTS: TypeAdapter[list[LeadEvent]] = TypeAdapter(list[LeadEvent])

WORDS = st.text(max_size=30) | st.sampled_from(["x" * 10_000, "<!channel>", "*_~`", "\u202e", "two\nlines"])
NAMED = WORDS.filter(lambda text: bool(text.strip()))
PERSONS = st.fixed_dictionaries(
    {"email": st.just("ana@example.com")},
    optional=dict.fromkeys(("name", "title", "company", "phone", "country"), WORDS),
)
ASSETS = st.fixed_dictionaries(
    {"title": NAMED}, optional={"type": WORDS, "topic": WORDS, "gated": st.booleans()}
)
ORIGINS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("source", "medium", "campaign", "term", "referrer", "referred_by"), WORDS)
)
COMMENTS = WORDS | st.sampled_from(
    [
        "My friend Dana Whitfield recommended you. We need 40 sensors by March for $20k.",
        "We need a quote asap " + "please " * 200,
    ]
)


def event(of: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    envelope = {
        "type": st.just(f"tipoff.{of}"),
        "source": st.just("s"),
        "time": st.integers(0, 200_000).map(lambda minutes: START + timedelta(minutes=minutes)),
        "person": PERSONS,
        "quiet": st.booleans(),
    }
    return st.fixed_dictionaries(envelope | fields)


KINDS = st.sampled_from(
    ["page_viewed", "asset_downloaded", "email_sent", "email_opened", "email_clicked", "call_made", "other"]
)
HISTORIES = st.lists(
    event(
        "lead.captured",
        form=st.sampled_from(["Contact sales", "White paper gate", "y" * 9_000]),
        comment=st.none() | COMMENTS,
        asset=st.none() | ASSETS,
        origin=st.none() | ORIGINS,
    )
    | event("lead.engaged", kind=KINDS, asset=st.none() | ASSETS, origin=st.none() | ORIGINS)
    | event("lead.scored", score=st.floats(0, 100), grade=st.none() | WORDS)
    | event(
        "lead.staged",
        stage=st.sampled_from(["mql", "recycled", "disqualified", "sql"]),
        reason=st.none() | WORDS,
        owner=st.none() | WORDS,
    )
    | event("deal.moved", deal=st.just("d"), stage=st.sampled_from(["open", "won", "lost"])),
    min_size=1,
    max_size=12,
).map(lambda drawn: EVENTS.validate_python([one | {"id": f"e{place}"} for place, one in enumerate(drawn)]))


def briefs(events: list[LeadEvent]) -> list[Brief]:
    lead = tell(events, PLAYBOOK)
    return [one for one in (build(42, lead, PLAYBOOK), look_up(42, lead, PLAYBOOK)) if one]


@given(HISTORIES)
def test_no_fact_is_without_the_receipt_of_an_event(events: list[LeadEvent]) -> None:
    known = {one.key for one in events}
    for brief in briefs(events):
        assert all(fact.receipts and known.issuperset(fact.receipts) for fact in brief.facts)
        assert all(known.issuperset(keys) for keys in brief.receipts.values())
        assert brief.receipts["trigger"]


@given(HISTORIES)
def test_an_opener_is_made_of_what_may_be_said_aloud(events: list[LeadEvent]) -> None:
    for brief in briefs(events):
        assert all(fact.sayable for fact in brief.opener.facts)
        assert {*brief.opener.facts} <= {*brief.facts}


@given(HISTORIES)
def test_a_brief_keeps_to_six_lines_and_its_budget(events: list[LeadEvent]) -> None:
    for brief in briefs(events):
        made = catalog.new_lead(brief)

        assert visible(made) <= catalog.BUDGET
        assert len([line for line in made.plain.splitlines() if line.strip()]) <= 6
        assert len(brief.ask) <= 3


def test_of_two_companies_the_newest_word_is_believed_and_the_other_stands_in_the_timeline() -> None:
    events = EVENTS.validate_python(
        [
            {"type": "tipoff.lead.captured", "id": f"e{place}", "source": "s", "time": START, "form": "Form"}
            | {"person": {"email": "ana@example.com", "name": "Ana", "company": company}}
            for place, company in enumerate(("Initech", "Acme"))
        ]
        + [
            {"type": "tipoff.lead.scored", "id": "e2", "source": "crm", "time": START, "score": 1}
            | {"person": {"email": "ana@example.com", "company": "Globex"}}
        ]
    )
    brief = look_up(42, tell(events, PLAYBOOK), PLAYBOOK)

    assert brief
    assert brief.company
    assert brief.company.value == "Acme"
    assert [row.stated for row in brief.timeline] == [("Initech",), ()]
