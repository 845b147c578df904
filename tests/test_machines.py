"""People, not machines: a hit with enough signs is set aside, stays on record, and can be taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.brief import look_up
from funnel.events import Asset, LeadCaptured, LeadEngaged, LeadEvent, Mail, Origin, Page, Person
from funnel.journey import tell
from funnel.lead import Lead, Touch
from funnel.machine_rules import Machines
from funnel.machines import marked, set_aside
from funnel.playbook import Playbook

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANA = Person(email="ana@example.com", name="Ana Sousa")
SCANNER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0.0.0 Safari/537.36"
SENT, EARLY, MANY, HEAD, TRAP, LISTED, LONELY = (
    "email_sent",
    "right after sending",
    "many links at once",
    "HEAD request",
    "hidden link",
    "listed user agent",
    "no visit followed",
)


def did(seconds: float, kind: str, **more: Any) -> LeadEngaged:
    fields = {"id": f"{kind}-{seconds}", "source": "test", "time": START + timedelta(seconds=seconds)}
    return LeadEngaged.model_validate({**fields, "person": ANA, "kind": kind, **more})


def mail(subject: str = "News", link: str | None = None) -> Mail:
    return Mail(subject=subject, link=link)


def sent(seconds: float = 0, subject: str = "News") -> LeadEngaged:
    return did(seconds, SENT, email=mail(subject))


def click(seconds: float, link: str = "/a", subject: str = "News", **more: Any) -> LeadEngaged:
    return did(seconds, "email_clicked", email=mail(subject, link), **more)


def visit(seconds: float, **more: Any) -> LeadEngaged:
    return did(seconds, "page_viewed", page=Page(url="https://example.com/"), **more)


def told(*events: LeadEvent, **rules: Any) -> Lead:
    return tell(events, Playbook(machines=Machines(**rules)))


def signs(*events: LeadEvent, **rules: Any) -> list[tuple[str, ...]]:
    return [touch.signs for touch in told(*events, **rules).touches]


def test_a_click_right_after_sending_that_no_visit_follows_is_a_machines() -> None:
    assert signs(sent(), click(10)) == [(), (EARLY, LONELY)]


def test_the_visit_that_follows_takes_the_mark_back_and_confirms_the_click() -> None:
    lead = told(sent(), click(10), visit(40))

    assert [(touch.machine, touch.trust) for touch in lead.touches] == [
        (False, "certain"),
        (False, "confirmed"),
        (False, "certain"),
    ]


@pytest.mark.parametrize(
    "events",
    [
        (sent(), click(11)),
        (sent(subject="Other"), click(10)),
        (click(10),),
        (sent(), click(10), visit(10 + 30 * 60)),
        (sent(), did(3, "email_opened", email=mail())),
        (visit(0, user_agent=SCANNER),),
        (visit(0, method="HEAD", user_agent=BROWSER),),
        (click(0, "/a"), click(5, "/b")),
        (click(0, "/a"), click(5, "/a"), click(9, "/a")),
        (click(0, "/a"), click(5, "/b", "Offer"), click(9, "/c")),
        (click(0, "/a"), click(8, "/b"), click(16, "/c")),
    ],
    ids=str,
)
def test_one_sign_proves_nothing(events: tuple[LeadEvent, ...]) -> None:
    assert set(signs(*events)) == {()}


def test_a_burst_of_links_is_marked_from_its_first_click_to_its_last() -> None:
    burst = [click(place * 4, f"/{place}") for place in range(6)]
    late = click(60, "/late")

    assert signs(*burst, late) == [*[(MANY, LONELY)] * 6, ()]


def test_a_click_that_has_left_the_window_is_no_part_of_the_burst() -> None:
    assert signs(click(0, "/a"), click(11, "/b"), click(12, "/c"), click(13, "/d")) == [
        (),
        *[(MANY, LONELY)] * 3,
    ]


def test_a_crawler_that_only_asks_for_the_head_is_a_machine() -> None:
    assert signs(visit(0, method="head", user_agent=SCANNER)) == [(HEAD, LISTED)]


def test_segments_properties_may_say_the_method() -> None:
    assert signs(visit(0, properties={"method": "HEAD"}, user_agent=SCANNER)) == [(HEAD, LISTED)]
    assert signs(visit(0, method=["HEAD"], properties="HEAD", user_agent=SCANNER)) == [()]


def test_a_machines_visit_confirms_nobodys_click() -> None:
    lead = told(sent(), click(2, user_agent=SCANNER), visit(3, method="HEAD", user_agent=SCANNER))

    assert [touch.signs for touch in lead.touches[1:]] == [(EARLY, LISTED, LONELY), (HEAD, LISTED)]
    assert {touch.trust for touch in lead.touches} == {"certain"}


def test_a_link_that_no_person_can_see_gives_a_machine_away() -> None:
    assert signs(
        sent(), click(9, "https://x.example/Hidden-Trap?x=1"), visit(20), trap_links=["*/hidden*"]
    ) == [
        (),
        (TRAP, EARLY),
        (),
    ]


def test_the_playbook_names_scanners_that_no_list_knows() -> None:
    scanner = click(0, user_agent="AcmeMailGuard/2 " + "x" * 10_000)

    assert signs(scanner) == [()]
    assert signs(scanner, agents=["acmemailguard*"]) == [(LISTED, LONELY)]


@pytest.mark.parametrize(
    ("needed", "machines"), [(1, [False, True, True]), (2, [False, False, True]), (7, [False, False, False])]
)
def test_the_playbook_says_how_many_signs_it_takes(needed: int, machines: list[bool]) -> None:
    lead = told(sent(), did(3, "email_opened", email=mail()), click(4), signs_needed=needed)

    assert [touch.machine for touch in lead.touches] == machines


def test_that_no_visit_followed_is_never_enough_by_itself() -> None:
    assert signs(click(0), signs_needed=1) == [()]


def test_a_person_can_overrule_the_signs() -> None:
    assert signs(sent(), click(3, human=True)) == [(), ()]
    assert signs(sent(), click(3, human="yes")) == [(), (EARLY, LONELY)]


def test_a_form_and_a_download_are_always_a_persons() -> None:
    form = LeadCaptured(id="f", source="test", time=START, person=ANA, form="Demo", method="HEAD")
    download = did(1, "asset_downloaded", asset=Asset(title="10 Tips"), method="HEAD", user_agent=SCANNER)

    assert signs(form, download, signs_needed=1) == [(), ()]


def test_what_a_machine_did_stays_on_record_and_counts_for_nothing() -> None:
    scan = click(3, origin=Origin(source="newsletter"))
    lead = told(sent(), scan, visit(7200, origin=Origin(source="google")))
    brief = look_up(1, lead, Playbook())

    assert brief
    assert [row.machine for row in brief.timeline] == [False, True, False]
    assert (brief.actions, brief.sends, brief.set_aside) == (1, 1, "1 scanner click set aside")
    assert lead.origin == Origin(source="google")


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([], ""),
        (["email_clicked"] * 3, "3 scanner clicks set aside"),
        (["email_clicked", "page_viewed"], "2 scanner hits set aside"),
    ],
)
def test_what_was_set_aside_is_said_in_words(kinds: list[str], words: str) -> None:
    assert set_aside(kinds) == words


HITS = st.lists(
    st.builds(
        lambda seconds, kind, link, agent, method: did(
            seconds, kind, email=mail(link=link), page=Page(url=link), user_agent=agent, method=method
        ),
        st.integers(0, 90),
        st.sampled_from(["email_sent", "email_opened", "email_clicked", "page_viewed", "asset_downloaded"]),
        st.sampled_from(["/a", "/b", "/c", "/d"]),
        st.sampled_from([None, SCANNER, BROWSER]),
        st.sampled_from([None, "HEAD", "GET"]),
    ),
    max_size=14,
    unique_by=lambda event: event.id,
)


def in_a_burst(touches: list[Touch], rules: Machines) -> set[int]:
    """The clicks of every window that is full enough, found the slow way."""
    clicks = [(place, touch) for place, touch in enumerate(touches) if touch.kind == "email_clicked"]
    windows = [
        [
            (place, touch)
            for place, touch in clicks[: at + 1]
            if (last[1].at - touch.at).total_seconds() <= rules.links_seconds
        ]
        for at, last in enumerate(clicks)
    ]
    return {
        place
        for window in windows
        if len({touch.email and touch.email.link for _, touch in window}) >= rules.links
        for place, _ in window
    }


@given(HITS)
def test_a_burst_is_every_window_with_enough_links(events: list[LeadEvent]) -> None:
    touches = list(told(*events, signs_needed=1).touches)
    found = {place for place, touch in enumerate(touches) if MANY in touch.signs}

    assert found == in_a_burst(touches, Machines())


@given(HITS)
def test_marking_again_changes_nothing(events: list[LeadEvent]) -> None:
    touches = told(*events).touches

    assert marked(touches, Machines()) == touches
    assert all(len(touch.signs) >= 2 for touch in touches if touch.machine)
    assert marked(marked(touches, Machines(signs_needed=7)), Machines()) == touches
