"""Walking through all leads of a period, however many there are."""

from datetime import UTC, datetime, timedelta

from store_rig import NOW, PLAYBOOK, captured, minutes, take, viewed

from funnel.events import LeadForgotten, Person
from funnel.lead import Lead
from funnel.period import Period
from funnel.score_audit import ScoreTally, audit_score
from storage import finding
from storage.store import Store

DAY = Period(NOW, NOW + timedelta(days=1), "that day", "UTC")


async def walked(store: Store, period: Period = DAY) -> list[Lead]:
    return [lead async for lead in store.leads(period, PLAYBOOK)]


def emails(leads: list[Lead]) -> list[str | None]:
    return [lead.fact("email") for lead in leads]


async def test_the_leads_of_a_period_come_oldest_first_and_whole(store: Store) -> None:
    await take(
        store,
        [
            captured("1", "late@example.com", at=90),
            captured("2", "early@example.com", at=10),
            viewed("3", at=200, user_id="u1"),
            captured("4", "early@example.com", at=300, form="Newsletter", person={"user_id": "u1"}),
        ],
    )
    early, late = await walked(store)

    assert emails([early, late]) == ["early@example.com", "late@example.com"]
    assert [touch.receipt.id for touch in early.touches] == ["2", "3", "4"]
    assert early == await store.lead(2, PLAYBOOK)


async def test_a_period_is_half_open_and_the_unknown_and_the_forgotten_are_in_none(store: Store) -> None:
    await take(
        store,
        [
            captured("1", "before@example.com", at=-0.001),
            captured("2", "first@example.com", at=0),
            captured("3", "after@example.com", at=24 * 60),
            captured("4", "gone@example.com", at=5),
            LeadForgotten(id="5", source="site", time=minutes(6), person=Person(email="gone@example.com")),
            viewed("6", at=7, anonymous_id="nobody-yet"),
        ],
    )

    assert emails(await walked(store)) == ["first@example.com"]
    assert await walked(store, Period(NOW, NOW, "nothing", "UTC")) == []


async def test_a_walk_of_many_chunks_meets_everybody_once(store: Store) -> None:
    """Three at every moment, so that chunks end between leads of one time."""
    count = finding.CHUNK * 2 + 50
    people = [captured(f"{number:03}", f"p{number}@example.com", at=number // 3) for number in range(count)]
    await take(store, reversed(people))

    assert sorted(map(str, emails(await walked(store)))) == sorted(
        f"p{number}@example.com" for number in range(count)
    )


async def test_workspaces_do_not_meet(store: Store, database_url: str) -> None:
    async with Store.open(database_url, workspace="other") as other:
        await take(other, [captured("1")])

    assert await walked(store) == []


async def test_a_score_is_audited_from_the_store_as_from_the_leads(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "bo@example.com", at=3, form="Newsletter")])
    as_of = datetime(2026, 12, 31, tzinfo=UTC)
    tally = ScoreTally(PLAYBOOK, DAY, as_of)
    async for lead in store.leads(DAY, PLAYBOOK):
        tally.add(lead)

    assert tally.audit() == audit_score(await walked(store), PLAYBOOK, DAY, as_of)
    assert tally.audit().leads.leads == 2
