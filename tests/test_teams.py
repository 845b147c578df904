"""Whose team a lead is with: the playbook says who is in which, and every number goes by it."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_rig import Talk, event, talking
from store_rig import NOW, captured, minutes, take, tell_all

from bot import asking
from bot.asking import Asked
from funnel.answer import Answer
from funnel.counts import Ask, Filter
from funnel.errors import PlaybookError
from funnel.events import DealMoved, Event, LeadStaged, Person
from funnel.period_words import parse_period
from funnel.playbook import Playbook, parse_playbook
from funnel.teams import team_of
from storage.store import Store

TEAMS = Playbook(teams={"East": ("Dana Whitfield", "dana@example.com", "U0ANNA"), "West": ("Ben Sorensen",)})
MONTH = parse_period("last 30 days", NOW, TEAMS.zone)


# The rule


@pytest.mark.parametrize(
    ("owner", "team"),
    [
        ("Dana Whitfield", "East"),
        ("  dana   WHITFIELD ", "East"),
        ("Dana@Example.com", "East"),
        ("U0ANNA", "East"),
        ("Ben Sorensen", "West"),
        ("Ben", None),
        ("", None),
        (None, None),
    ],
)
def test_an_owner_is_in_the_team_that_names_them(owner: str | None, team: str | None) -> None:
    assert team_of(owner, TEAMS.teams) == team


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{East: [Ana, Bo], West: [Cy, ' ANA']}", "has “ANA” in two teams, “East” and “West”"),
        ("{'none': [Ana]}", "calls a team “none”, as all are called who are in no team"),
        ("{East: Ana}", "teams.East: Input should be a valid tuple"),
        ("{East: ['']}", "teams.East.0: String should have at least 1 character"),
        ("{'': [Ana]}", "String should have at least 1 character"),
    ],
)
def test_a_team_that_cannot_be_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(PlaybookError) as refusal:
        parse_playbook(f"teams: {text}", "playbook.yaml")

    assert str(refusal.value).startswith("playbook.yaml: teams")
    assert sentence in str(refusal.value)


def test_who_is_named_twice_in_one_team_is_in_it_once() -> None:
    assert parse_playbook("teams: {East: [Ana, ana]}", "playbook.yaml").teams == {"East": ("Ana", "ana")}


@given(st.dictionaries(st.sampled_from("ABCD"), st.sets(st.integers(0, 9)), max_size=4))
def test_everybody_is_in_the_one_team_that_names_them(teams: dict[str, set[int]]) -> None:
    said = {team: [f"rep {number}" for number in numbers] for team, numbers in teams.items()}
    of = {number: team for team, numbers in teams.items() for number in numbers}
    if sum(map(len, teams.values())) > len(of):
        with pytest.raises(ValueError, match="in two teams"):
            Playbook.model_validate({"teams": said})
    else:
        rules = Playbook.model_validate({"teams": said})
        assert {number: team_of(f"REP {number}", rules.teams) for number in range(10)} == {
            number: of.get(number) for number in range(10)
        }


# The numbers


def owned(number: int, owner: str | None) -> list[Event]:
    person = Person(email=f"lead{number}@example.com")
    claim = LeadStaged(
        id=f"{number}-claim", source="crm", time=minutes(10), person=person, stage="sal", owner=owner
    )
    return [captured(f"{number}", f"lead{number}@example.com"), *([claim] if owner else [])]


OWNERS = ("Dana Whitfield", "DANA@example.com", "U0ANNA", "Ben Sorensen", "Somebody Else", None)


async def leads_by_team(store: Store, *where: Filter, by: str = "team") -> dict[str | None, float]:
    ask = Ask(frozenset({"leads"}), MONTH, by=by, where=where)  # type: ignore[arg-type] # a dimension
    cells = await store.count(ask, TEAMS, now=NOW)
    return {name: cell.counts["leads"] for name, cell in cells.items()}


async def recorded(store: Store, rules: Playbook) -> None:
    await store.record([one for number, owner in enumerate(OWNERS) for one in owned(number, owner)])
    await tell_all(store, rules)


async def test_leads_are_counted_by_the_team_of_their_owner(store: Store) -> None:
    await recorded(store, TEAMS)

    assert await leads_by_team(store) == {"East": 3, "West": 1, None: 2}
    assert await leads_by_team(store, Filter("team", "east"), by="owner") == {
        "Dana Whitfield": 1,
        "DANA@example.com": 1,
        "U0ANNA": 1,
    }
    assert await leads_by_team(store, Filter("team", None), by="owner") == {"Somebody Else": 1, None: 1}


async def test_a_deal_is_with_the_team_of_its_own_owner_or_else_of_its_leads(store: Store) -> None:
    def won(number: int, owner: str | None) -> DealMoved:
        person = Person(email=f"lead{number}@example.com")
        return DealMoved(
            id=f"d{number}",
            source="crm",
            time=minutes(20),
            deal=f"d{number}",
            person=person,
            stage="won",
            owner=owner,
        )

    await recorded(store, TEAMS)
    await store.record([won(0, None), won(1, "Ben Sorensen"), won(4, "Nobody known")])
    await tell_all(store, TEAMS)
    cells = await store.count(Ask(frozenset({"deals_won"}), MONTH, by="team"), TEAMS, now=NOW)

    assert {name: cell.counts["deals_won"] for name, cell in cells.items()} == {"East": 1, "West": 1, None: 1}


async def test_a_rebuild_applies_other_teams(store: Store) -> None:
    await recorded(store, Playbook())
    before = await leads_by_team(store)
    changed = (await store.rebuild(TEAMS)).changed

    assert (before, changed) == ({None: 6}, 4)
    assert await leads_by_team(store) == {"East": 3, "West": 1, None: 2}
    assert (await store.rebuild(TEAMS)).changed == 0


async def test_what_owners_do_not_reach_has_no_teams(store: Store) -> None:
    await take(store, [captured("1")])
    found = await asking.gather(store, TEAMS, Asked("kpi", "leads by team", NOW))

    assert isinstance(found, Answer)
    assert [line.by for line in found.lines] == [None]
    with pytest.raises(asking.QuestionError, match="I can't break `sessions` down by team"):
        await asking.gather(store, TEAMS, Asked("kpi", "sessions by team", NOW))


# In Slack


@pytest.fixture
async def talk(sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url) as one:
        yield one


async def test_who_is_in_no_team_is_said_to_be(talk: Talk) -> None:
    person = {"email": "ana@example.com"}
    await talk.send(event("lead.captured", "1", {"person": person, "form": "Contact sales"}))
    await talk.settled()
    said = await talk.ask("/kpi", "leads by sales team")

    assert "no team" in said
