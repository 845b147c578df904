"""Behind a mask there is nothing to read: a channel's message carries only what its mask names."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace

import pytest
from briefs_samples import JON, brief_of, claim, crowd, jon
from hypothesis import given, settings
from hypothesis import strategies as st
from test_briefs_hostile import HAND_RAISE, PAGES, SCORE, everywhere, put

from briefs import catalog
from briefs.message import Message, View
from funnel.brief import Brief, Fact
from funnel.comment import Reading, read
from funnel.errors import PlaybookError
from funnel.events import Origin
from funnel.masked import masked
from funnel.masks import ROLES, Mask, People, Refusal, of_asker, of_channel
from funnel.playbook import Playbook, parse_playbook

# The playbook


def test_nothing_is_masked_and_everybody_may_do_everything_unless_the_playbook_says_so() -> None:
    playbook = Playbook()

    assert playbook.masks == {}
    assert [playbook.people.refusal("U0ANNA", right) for right in ("reveal", "work", "count")] == [None] * 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("masks: {'#leads': half}", "masks.#leads: Input should be 'full', 'initials' or 'id', got 'half'"),
        ("masks: {leads: id}", 'is not a channel such as "#leads-emea" (in quotes, in lower case) or C0123'),
        ("masks: {'#Leads': id}", "is not a channel such as"),
        ("people: {members: {anna: rep}}", "is not the id of a member such as U0123456789"),
        ("people: {members: {U0ANNA: boss}}", "people.members.U0ANNA: Input should be 'rep', 'manager'"),
        (
            "people: {default: boss}",
            "people.default: Input should be 'rep', 'manager', 'marketer' or 'admin'",
        ),
        ("people: {reveal: [boss]}", "people.reveal.0: Input should be 'rep', 'manager'"),
        ("people: {peek: [rep]}", "people.peek: Extra inputs are not permitted"),
    ],
)
def test_an_unknown_name_is_told_with_what_would_work(text: str, sentence: str) -> None:
    with pytest.raises(PlaybookError) as refusal:
        parse_playbook(text, "rules.yaml")

    assert sentence in str(refusal.value)


def test_a_channel_is_masked_by_its_name_or_its_id_and_the_stricter_of_both_holds() -> None:
    masks: dict[str, Mask] = {"#leads": "initials", "C0LEADS": "id", "#open": "full"}

    assert of_channel(masks, ("C0LEADS", "#leads")) == "id"
    assert of_channel(masks, ("C0OTHER", "#leads")) == "initials"
    assert of_channel(masks, ("C0OTHER", "#other")) == "full"


def test_asking_where_no_mask_is_named_shows_no_more_than_the_strictest() -> None:
    masks: dict[str, Mask] = {"#leads": "initials", "#board": "id", "#open": "full"}

    assert [of_asker(masks, ("C1", name)) for name in ("#leads", "#open", "#other")] == [
        "initials",
        "full",
        "id",
    ]
    assert of_asker(masks, ()) == "id"
    assert of_asker({}, ("C1", "#other")) == "full"


def test_a_refusal_names_the_roles_that_may_and_whom_to_ask() -> None:
    people = People(
        default="marketer",
        members={"U0ANNA": "rep", "U0MAYA": "manager", "U0BEN": "rep"},
        work=("manager", "admin"),
    )

    assert people.refusal("U0MAYA", "work") is None
    assert people.refusal("U0ANNA", "work") == Refusal("work", "rep", ("manager", "admin"), ("U0MAYA",))
    assert people.refusal("U0TOM", "work") == Refusal("work", "marketer", ("manager", "admin"), ("U0MAYA",))
    assert ROLES == ("rep", "manager", "marketer", "admin")


# What is left of a brief


def secret(first: str) -> st.SearchStrategy[str]:
    """A word of letters that none of our own sentences has."""
    return st.text(alphabet="αβγδεζηθικλμνξοπρτυφχψω", min_size=4, max_size=12).map(lambda rest: first + rest)


def theirs(values: Sequence[str], brief: Brief) -> Brief:
    """`brief` of a person who has these values, each repeated in the texts around them."""
    first, last, mail, phone, company, comment = values
    for number, field in enumerate(
        (
            *("occasion.form", "consumed.title.value", "consumed.topic", "consumed.type", "owner.value"),
            *("fit.grade", "fit.system", "timeline.title", "timeline.detail"),
            *(
                "relationship.reason",
                "opener.took.title.value",
                "opener.pitch.question",
                "opener.pitch.offer",
            ),
        )
    ):
        brief = put(brief, field, f"All about {values[number % len(values)].upper()}!")
    return replace(
        brief,
        name=Fact(f"{first} {last}", ()),
        email=Fact(f"{mail}@example.com", ()),
        phone=Fact(phone, ()),
        company=Fact(company, ()),
        comment=Fact(comment, ()),
        reading=Reading(referred_by=comment, wants=comment, when=comment, urgency="soon"),
        came_from=Origin(
            source=mail + "@example.com",
            medium=phone,
            campaign=company,
            term=first,
            content=last,
            referrer=f"https://x.example/?q={comment}",
            referred_by=comment,
            landing_page=f"https://x.example/?email={mail}@example.com",
        ),
        crm_url=f"https://crm.example/{mail}@example.com",
    )


def carried(made: Message | View) -> str:
    """Everything that goes to Slack, and what a terminal prints."""
    plain = made.plain if isinstance(made, Message) else ""
    return (json.dumps(made.payload(), ensure_ascii=False) + plain).casefold()


@pytest.mark.parametrize("page", PAGES)
@settings(max_examples=10, deadline=None)
@given(values=st.tuples(*(secret(one) for one in "αβγδεζ")))
def test_behind_an_id_nothing_of_the_person_is_left(page: str, values: tuple[str, ...]) -> None:
    for brief in (HAND_RAISE, SCORE):
        behind = masked(theirs(values, brief), "id")

        assert [one for one in values if one in carried(PAGES[page](behind))] == []
        assert [one for one in values if one in repr(behind).casefold()] == []


@pytest.mark.parametrize("page", PAGES)
@settings(max_examples=10, deadline=None)
@given(values=st.tuples(*(secret(one) for one in "αβγδεζ")))
def test_behind_initials_only_the_company_is_left(page: str, values: tuple[str, ...]) -> None:
    company = values[4]
    for brief in (HAND_RAISE, SCORE):
        behind = masked(theirs(values, brief), "initials")

        assert behind.company == Fact(company, ())
        assert {one for one in values if one in carried(PAGES[page](behind))} <= {company}
        assert {one for one in values if one in repr(behind).casefold()} == {company}


@given(value=st.text(min_size=4))
def test_what_repeats_the_person_is_hidden_wherever_it_stands(value: str) -> None:
    behind = masked(everywhere(HAND_RAISE, value), "id")

    assert {behind.occasion.form or "hidden", *(one.title.value for one in behind.consumed)} <= {
        "hidden",
        value,
    }
    if value.strip():
        assert behind.occasion.form == "hidden"


def test_a_short_name_is_looked_for_as_a_word() -> None:
    brief = put(replace(SCORE, name=Fact("Ana Li", ())), "occasion.form", "Banana guide for Liverpool")
    told = put(brief, "occasion.form", "A guide for Ana")

    assert masked(brief, "id").occasion.form == "Banana guide for Liverpool"
    assert masked(told, "id").occasion.form == "hidden"


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Joe Blow", "J. B."),
        ("ana", "A."),
        ("Maria de Souza Lima e Silva", "M. D. S."),
        ("Seán O'Brien", "S. O."),
        ("joe@blow.example", "J. B. E."),
        ("  (Li)\n", "L."),
        ("<!channel>", "C."),
        ("12 🦊 --", "lead 42"),
        ("", "lead 42"),
    ],
)
def test_initials_are_letters_or_else_a_number(name: str, initials: str) -> None:
    assert masked(replace(SCORE, name=Fact(name, ())), "initials").name == Fact(initials, (), sayable=False)


def test_what_a_rep_needs_to_act_stays() -> None:
    brief = brief_of([*jon(), claim(JON)])

    for mask in ("initials", "id"):
        behind = masked(brief, mask)  # type: ignore[arg-type]

        assert (behind.lead, behind.answer_by, behind.stage, behind.owner) == (
            brief.lead,
            brief.answer_by,
            brief.stage,
            Fact("U0MAYA", (), sayable=False),
        )
        assert [one.title.value for one in behind.consumed] == [one.title.value for one in brief.consumed]
        assert (behind.came_from and behind.came_from.source, behind.actions, behind.sends) == (
            "google",
            6,
            1,
        )
        assert "Hello, I saw you downloaded our white paper" in catalog.new_lead(behind).plain


def test_the_owner_stays_who_they_are_even_where_the_lead_has_their_name() -> None:
    brief = replace(HAND_RAISE, name=Fact("Anna, of Widgets", ()), owner=Fact("U0ANNA", (), sayable=False))

    assert masked(brief, "id").owner == brief.owner
    assert masked(replace(brief, owner=Fact("Anna", ())), "id").owner == Fact("hidden", ())
    assert masked(put(brief, "occasion.form", "A form for Anna"), "id").occasion.form == "hidden"


def test_a_comment_is_hidden_and_its_urgency_is_not() -> None:
    comment = "Call Joe Blow on 555-0199 by next week"
    brief = replace(HAND_RAISE, comment=Fact(comment, ()), reading=read(comment, HAND_RAISE.answer_by.date()))

    said = catalog.new_lead(masked(brief, "initials")).plain
    assert "Wrote:     a comment: Reveal shows it\nTimeline:  urgent" in said
    assert masked(brief, "initials").reading == masked(brief, "id").reading == Reading(urgency="urgent")
    assert not masked(brief, "id").wrote


def test_a_mask_of_a_mask_is_the_stricter() -> None:
    for brief in (HAND_RAISE, SCORE):
        once = masked(brief, "id")

        assert masked(once, "id") == once
        assert masked(brief, "full") is brief
        assert masked(masked(brief, "initials"), "id").name == once.name


def test_only_a_masked_brief_has_the_button() -> None:
    for brief in (HAND_RAISE, SCORE):
        has = [
            "tipoff.reveal" in carried(catalog.new_lead(masked(brief, mask)))
            for mask in ("full", "initials", "id")  # type: ignore[arg-type]
        ]

        assert has == [False, True, True]


def test_a_digest_of_a_masked_channel_says_how_to_open_its_leads() -> None:
    said = catalog.digest([masked(one, "id") for one in crowd(2)]).plain.splitlines()

    assert said[-1] == "Open a brief with /lead and a number, such as /lead 0."
    assert said[2:4] == ["🔥 lead 0: Contact-sales form", "🟠 lead 1: read “Lifecycle of a Widget”"]


def test_everything_that_a_brief_knows_was_thought_of() -> None:
    """A new field of a brief is hidden by masks unless somebody decides otherwise here and there."""
    shown = {"lead", "occasion", "answer_by", "stage", "name", "owner", "reading", "consumed", "came_from"}
    shown |= {"timeline", "motion", "mask", "opener"}
    behind = masked(theirs(("Quirina", "Sousa", "qs", "555 0199", "Initech", "Hello"), SCORE), "id")

    assert {one.name for one in fields(Brief) if getattr(behind, one.name)} == shown
