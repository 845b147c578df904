"""What became of the leads of an incident is what a question about them answers."""

from datetime import timedelta

import pytest
from store_rig import NOW, PLAYBOOK, captured, from_campaign, minutes, take

from funnel.aftermath import Aftermath, aftermath, aftermath_ask
from funnel.case import Case, opened
from funnel.events import LeadEngaged, LeadStaged, Person
from funnel.incident import Finding, Incident
from storage.store import Store


def case(segment: str) -> Case:
    """One that was found an hour after it began, and seen for another."""
    finding = Finding("surge", segment, minutes(60), NOW, 3, 1, 1, 500, 4)
    incident = Incident("key", "surge", (finding,), minutes(60), minutes(120), minutes(180))
    return opened(incident, "#leads")


async def became(store: Store, segment: str) -> Aftermath:
    ask = aftermath_ask(case(segment), "UTC")
    assert ask is not None
    return aftermath(await store.count(ask, PLAYBOOK, now=NOW + timedelta(days=9)))


async def test_the_leads_of_an_incident_are_followed_to_the_end(store: Store) -> None:
    expo = from_campaign("expo", "google")
    ana, ben = Person(email="ana@example.com"), Person(email="ben@example.com")
    await take(
        store,
        [
            captured("0", "early@example.com", at=-1, origin=expo),
            captured("1", at=0, origin=expo),
            captured("2", "ben@example.com", at=30, origin=expo),
            captured("3", "cy@example.com", at=40, form="Newsletter", origin=expo),
            captured("4", "di@example.com", at=50, origin=from_campaign("spring", "bing")),
            captured("5", "late@example.com", at=120, origin=expo),
            LeadEngaged(id="6", source="crm", time=minutes(10), person=ana, kind="call_made"),
            LeadEngaged(id="7", source="crm", time=minutes(900), person=ben, kind="call_made"),
            LeadStaged(id="8", source="crm", time=minutes(1000), person=ben, stage="sql"),
        ],
    )

    assert await became(store, "campaign:expo") == Aftermath(3, 2, 2, 1, 0, owed=2, answered=1)
    assert await became(store, "source:bing") == Aftermath(1, 0, 1, 0, 0, owed=1, answered=0)
    assert await became(store, "overall") == Aftermath(4, 2, 3, 1, 0, owed=3, answered=1)


@pytest.mark.parametrize("segment", ["threshold:dear:expo", "count:unsubscribes"])
def test_a_threshold_and_another_count_have_no_leads_of_their_own(segment: str) -> None:
    assert aftermath_ask(case(segment), "UTC") is None
