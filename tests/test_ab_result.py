"""Variants of an experiment: counted on both databases, compared as campaigns are, and said in a sentence."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from math import erfc, sqrt
from typing import Any

import pytest
import sqlalchemy as sa
from briefs_samples import AGAIN, duel, trial
from compare_truth import FAIR, WEBINAR
from hypothesis import given
from hypothesis import strategies as st
from slack_rig import ANNA, BEN, Talk, event, talking
from store_rig import NOW, PLAYBOOK, captured, change, minutes, rows, take
from test_exposure import shown

from bot import asking, queries
from bot.asking import Asked
from briefs import catalog
from funnel.ab_result import AbResult
from funnel.answer import Answer
from funnel.compare import Arm, uneven
from funnel.errors import NotFoundError, QuestionError
from funnel.events import DealMoved, Event, LeadForgotten, LeadIdentified, LeadMerged, Person
from funnel.verdict import verdict
from storage.store import Store
from storage.tables import exposure, journal
from workspace.rules.surfaces import check_message_blocks, check_message_size

COUNTS = st.dictionaries(
    st.sampled_from(["A", "B", "C", "Control"]),
    st.integers(1, 300).flatmap(lambda people: st.tuples(st.integers(0, people), st.just(people))),
    min_size=2,
)


# What is said


def test_seven_of_eighty_against_four_of_seventy_five_is_no_call() -> None:
    """The same figures as campaigns with these numbers get."""
    found, same = trial({"B": (4, 75), "Control": (7, 80)}), duel((7, 80), (4, 75)).verdict

    assert found.sentence == (
        "No call: 8.8 % against 5.3 % can be chance (p = 0.54); "
        "about 5,500 more people each would show a 20 % lift."
    )
    assert [(round(one.rate.low, 3), round(one.rate.high, 3)) for one in found.variants if one.rate] == [
        (0.043, 0.170),
        (0.021, 0.129),
    ]
    assert found.verdict.still_needed == same.still_needed
    assert -found.pairs[0].difference == same.pairs[0].difference
    assert found.pairs[0].chance == same.pairs[0].chance


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"A": (20, 800), "B": (70, 800)}, "B wins: 8.8 % against 2.5 % of A, a difference of 6.2 points"),
        (
            {"A": (3, 29), "B": (9, 90)},
            "Too early: a comparison needs 30 people each, and there are fewer from",
        ),
        ({"A": (1, 90), "B": (2, 90)}, "Too early: 2 variants need 10 conversions together, and have 3."),
        ({"A": (9, 90)}, "No call: there is nothing to compare A with."),
        ({}, "No call: there is nothing to compare."),
    ],
)
def test_a_result_ends_in_a_sentence(cells: dict[str, tuple[int, int]], sentence: str) -> None:
    assert trial(cells).sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (("B", "Control"), "Control"),
        (("New", "The original"), "The original"),
        (("B", "A"), "A"),
        (("b", "A", "control-2026"), "control-2026"),
    ],
)
def test_the_others_are_held_against_the_control(names: tuple[str, ...], first: str) -> None:
    found = trial(dict.fromkeys(names, (9, 90)))

    assert found.variants[0].arm.name == first
    assert {pair.b.name for pair in found.pairs} == {first}


def test_three_variants_are_corrected_as_three_campaigns_are() -> None:
    found = trial({"A": (40, 800), "B": (60, 800), "C": (48, 800)})

    assert {pair.a.name: pair.p for pair in found.pairs} == {
        pair.a.name: pair.p for pair in found.verdict.pairs if pair.b.name == "A"
    }
    assert found.pairs[0].p > found.pairs[0].chance.p


def test_more_variants_than_can_be_compared_are_refused() -> None:
    with pytest.raises(QuestionError, match="That experiment has 5,000 variants, and I compare 12 at most"):
        trial({str(number): (1, 2) for number in range(5_000)})


def test_a_split_that_chance_does_not_make_is_told_first() -> None:
    uneven_split, even = trial({"A": (50, 1_000), "B": (40, 800)}), trial({"A": (50, 1_000), "B": (45, 950)})

    assert uneven_split.notes == (
        "Traffic was not split evenly (p < 0.001): look at the assignment before the result.",
    )
    assert even.notes == ()


def test_who_was_left_out_and_who_crossed_over_is_told() -> None:
    assert trial({"A": (9, 90), "B": (9, 90)}, before=6, crossed=2).notes == (
        "12 people are left out, who became known before they were shown anything.",
        "4 people were shown another variant later, and counted under the first.",
    )


def test_the_most_variants_with_the_longest_names_fit_in_a_message() -> None:
    names = [f"{number:02} {'*_<!channel> ' * 15}" for number in range(12)]
    blocks = list(catalog.ab_result(trial(dict.fromkeys(names, (9, 90)), before=1, crossed=1), AGAIN).blocks)

    check_message_blocks(blocks)
    check_message_size(blocks)


# Laws


@given(COUNTS)
def test_a_verdict_on_variants_is_that_on_arms(cells: dict[str, tuple[int, int]]) -> None:
    found = trial(cells)

    assert found.verdict == verdict([Arm(name, people, won) for name, (won, people) in cells.items()])
    assert len(found.pairs) == len(cells) - 1


@given(COUNTS)
def test_the_order_of_the_variants_changes_nothing(cells: dict[str, tuple[int, int]]) -> None:
    assert trial(dict(reversed(cells.items()))) == trial(cells)


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=5), st.integers(2, 9))
def test_a_split_is_the_less_likely_the_larger_it_is(sizes: list[int], times: int) -> None:
    p, larger = uneven(sizes), uneven([times * size for size in sizes])

    assert (p is None) == (sum(sizes) == 0)
    assert p is None or larger is None or larger <= p
    assert uneven(sorted(sizes)) == pytest.approx(p)


@given(st.integers(1, 10_000), st.integers(0, 10_000))
def test_a_split_in_two_is_a_fair_coin_by_the_normal_curve(heads: int, tails: int) -> None:
    """Chi-square of one degree of freedom is a squared normal: 315 and 108 give erfc(207 / sqrt(846))."""
    exact = erfc(abs(heads - tails) / sqrt(2 * (heads + tails)))

    assert uneven([heads, tails]) == pytest.approx(exact, rel=1e-9, abs=1e-300)
    assert uneven([heads]) is None


# What is counted


def one_of(variant: str, number: int, *, won: bool) -> Iterator[Event]:
    """A stranger who is shown a variant and, if `won`, asks for a call an hour later."""
    person = {"anonymous_id": f"{variant}-{number}"}
    yield shown(f"{variant}-{number}", variant, at=-1_000, person=person)
    if won:
        email = f"{variant}{number}@example.com".lower()
        yield captured(f"{variant}-{number}-form", email, person=person, at=-940)


def worked() -> list[Event]:
    return [
        event
        for arm, variant in ((WEBINAR, "Control"), (FAIR, "B"))
        for number in range(arm.leads)
        for event in one_of(variant, number, won=number < arm.converted)
    ]


async def outcome(store: Store, text: str = 'ab "Hero headline"') -> AbResult:
    found = await asking.gather(store, PLAYBOOK, Asked("kpi", text, NOW))
    assert isinstance(found, AbResult)
    return found


def counted(found: AbResult) -> dict[str, tuple[int, int, int]]:
    """By variant: converted, people who could, all who were shown it first."""
    return {one.arm.name: (one.arm.converted, one.arm.leads, one.shown) for one in found.variants}


async def test_the_worked_figures_are_counted(store: Store) -> None:
    await take(store, worked())

    assert counted(await outcome(store)) == {"Control": (7, 80, 80), "B": (4, 75, 75)}
    assert counted(await outcome(store, "ab hero mql")) == {"Control": (7, 80, 80), "B": (4, 75, 75)}
    assert counted(await outcome(store, "ab hero customer")) == {"Control": (0, 80, 80), "B": (0, 75, 75)}


async def test_what_came_before_the_variant_is_not_its_doing(store: Store) -> None:
    """Known before, known by the event itself, MQL before, and one who was shown it before all that."""
    known = Person(email="bo@example.com")
    await take(
        store,
        [
            captured("1", at=-60),
            shown("2", person={"email": "ana@example.com"}),
            LeadIdentified(id="3", source="site", time=minutes(-60), person=known),
            shown("4", person={"email": "bo@example.com"}),
            captured("5", "bo@example.com", at=30),
            shown("6", person={"email": "cy@example.com"}),
        ],
    )

    assert counted(await outcome(store)) == {"A": (0, 0, 3)}
    assert counted(await outcome(store, "ab hero mql")) == {"A": (1, 2, 3)}
    assert (await outcome(store)).notes == (
        "3 people are left out, who became known before they were shown anything.",
    )


async def test_a_stranger_and_the_lead_that_they_become_are_one(store: Store) -> None:
    """Two browsers of one person, shown A and then B: one person of A, who crossed over."""
    await take(
        store,
        [
            shown("1", "A", person={"anonymous_id": "phone"}),
            shown("2", "B", at=5, person={"anonymous_id": "desk"}),
            captured("3", person={"anonymous_id": "phone"}, at=10),
        ],
    )
    before = counted(await outcome(store))
    desk = Person(anonymous_id="desk", email="ana@old.example")
    await take(
        store,
        [
            LeadIdentified(id="4", source="site", time=minutes(20), person=desk),
            LeadMerged(
                id="5", source="crm", time=minutes(30), person=Person(email="ana@example.com"), other=desk
            ),
        ],
    )
    after = await outcome(store)

    assert before == {"A": (1, 1, 1), "B": (0, 1, 1)}
    assert counted(after) == {"A": (1, 1, 1)}
    assert [one.crossed_over for one in after.variants] == [1]


async def test_a_window_and_a_filter_choose_the_people(store: Store) -> None:
    await take(
        store,
        [
            shown("1", at=-40 * 24 * 60, person={"anonymous_id": "early"}),
            shown("2", person={"anonymous_id": "a", "email": "ana@example.com", "country": "DE"}),
            shown("3", "B", person={"anonymous_id": "b", "email": "bo@example.com", "country": "US"}),
        ],
    )

    assert set(counted(await outcome(store, "ab hero last 30 days"))) == {"A", "B"}
    assert counted(await outcome(store, "ab hero last 30 days mql")) == {"A": (0, 1, 1), "B": (0, 1, 1)}
    assert counted(await outcome(store, "ab hero mql where country=de")) == {"A": (0, 1, 1)}


async def test_a_result_is_known_as_of_a_day(store: Store, database_url: str) -> None:
    """What was shown had come by June 2020, the form had not."""
    await take(store, [shown("1"), captured("2", person={"anonymous_id": "a-1"}, at=60)])
    long_ago = (
        sa.update(journal)
        .where(journal.c.event_id == "1")
        .values(received_at=datetime(2020, 5, 1, tzinfo=UTC))
    )
    await change(database_url, long_ago)

    assert counted(await outcome(store, "ab hero as-of 2020-06-01")) == {"A": (0, 1, 1)}
    assert counted(await outcome(store, "ab hero as-of 2020-01-01")) == {}
    assert counted(await outcome(store)) == {"A": (1, 1, 1)}


async def test_who_is_forgotten_is_in_no_experiment(store: Store, database_url: str) -> None:
    await take(store, [shown("1", person={"email": "ana@example.com"})])
    person = Person(email="ana@example.com")
    await take(store, [LeadForgotten(id="2", source="crm", time=minutes(5), person=person)])

    assert await rows(database_url, exposure) == []
    assert await store.experiment_names() == []


async def test_a_deal_that_is_won_after_it_is_a_customer_of_the_variant(store: Store) -> None:
    ana = Person(email="ana@example.com")
    won = DealMoved(id="3", source="crm", time=minutes(90), deal="7", person=ana, stage="won")
    await take(store, [shown("1"), captured("2", person={"anonymous_id": "a-1"}, at=60), won])

    assert counted(await outcome(store, "ab hero customers")) == {"A": (1, 1, 1)}


async def test_case_makes_no_difference_to_a_name(store: Store) -> None:
    """Two people in four spellings, of whom the second sees both spellings and crosses over to nothing."""
    await take(
        store,
        [
            shown("1", "Control"),
            shown("2", "CONTROL", at=1, experiment="HERO HEADLINE", person={"anonymous_id": "b"}),
            shown("3", "control", at=2, person={"anonymous_id": "b"}),
        ],
    )
    found = await outcome(store, 'ab "hero HEADLINE"')
    asked = Asked("kpi", str(found.test).removeprefix("/kpi "), NOW)
    people = await asking.leads_behind(store, PLAYBOOK, asked)

    assert counted(found) == {"CONTROL": (0, 2, 2)}
    assert (found.notes, len(people)) == ((), 2)


async def test_names_that_a_column_keeps_as_one_are_one_experiment(store: Store, database_url: str) -> None:
    await take(store, [shown("1", experiment="Hero\0"), shown("2", "B", at=1, experiment="Hero")])

    assert await rows(database_url, exposure, "experiment", "variant") == [("Hero", "A")]


async def test_a_rebuild_changes_nothing(store: Store) -> None:
    await take(store, worked())

    assert (await store.rebuild(PLAYBOOK)).changed == 0


# Names


async def test_a_name_that_nobody_knows_gets_the_nearest(store: Store) -> None:
    await take(store, [shown("1"), shown("2", experiment="Hero image")])

    with pytest.raises(NotFoundError) as refusal:
        await outcome(store, 'ab "Heroo headlin"')
    with pytest.raises(QuestionError) as question:
        await outcome(store, "ab")

    assert str(refusal.value) == (
        "I know no experiment “Heroo headlin”. Did you mean “Hero headline”? "
        "I know “Hero headline”, “Hero image”."
    )
    assert str(question.value) == (
        'Which experiment? I know “Hero headline”, “Hero image”. Try `/kpi ab "Hero headline"`.'
    )


async def test_a_name_that_means_several_offers_them(store: Store) -> None:
    await take(store, [shown("1"), shown("2", experiment="Hero image")])
    asked = Asked("kpi", "ab hero mql", NOW)
    found = await asking.gather(store, PLAYBOOK, asked)

    assert asking.as_json(found) == {
        "question": "hero",
        "choices": ['/kpi ab "Hero headline" mql all', '/kpi ab "Hero image" mql all'],
    }
    assert asking.said(found, asked).plain.startswith("2 experiments match “hero”.")


async def test_without_any_experiment_it_says_what_to_send(store: Store) -> None:
    asked = Asked("kpi", 'ab "Hero headline" sql', NOW)
    found = await asking.gather(store, PLAYBOOK, asked)

    assert isinstance(found, Answer)
    said = asking.said(found, asked).plain
    assert '"type": "tipoff.experiment.viewed"' in said
    assert "It takes `tipoff.experiment.viewed`, or Segment `Experiment Viewed`." in said


async def test_help_has_an_example_once_there_is_an_experiment(store: Store) -> None:
    before = await asking.examples_for(store, PLAYBOOK, "kpi", NOW)
    await take(store, [shown("1", experiment='The "new" hero')])

    assert await asking.examples_for(store, PLAYBOOK, "kpi", NOW) == (*before, 'ab "The \\"new\\" hero"')


# In Slack


@pytest.fixture
async def talk(sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url) as one:
        await one.send(*sent("Control", 40, 8), *sent("<!channel>", 40, 4))
        await one.settled()
        yield one


def sent(variant: str, people: int, leads: int) -> Iterator[dict[str, Any]]:
    for number in range(people):
        who = {"anonymous_id": f"{variant}-{number}"}
        seen = {"person": who, "experiment": "Hero headline", "variant": variant}
        yield event("experiment.viewed", f"{variant}-{number}", seen) | {"time": "2026-11-01T10:00:00Z"}
        if number < leads:
            named = {**who, "email": f"lead{number}.{len(variant)}@example.com"}
            form = {"person": named, "form": "Newsletter"}
            yield event("lead.captured", f"{variant}-{number}-form", form) | {"time": "2026-11-02T10:00:00Z"}


async def test_slack_and_the_terminal_give_the_same_result(talk: Talk) -> None:
    said = await talk.ask("/kpi", 'ab "Hero headline"')
    found, message = await queries.answer(talk.tipoff.house.settings, "kpi", 'ab "Hero headline"')

    assert (
        said.splitlines()[0]
        == message.plain.splitlines()[0]
        == "A/B result (to lead) of “Hero headline”: all"
    )
    assert [(row["by"], row["numerator"], row["denominator"]) for row in found["rows"]] == [
        ("Control", 8, 40),
        ("<!channel>", 4, 40),
    ]
    assert found["verdict"]["sentence"] in said
    assert found["verdict"]["pairs"][0]["variants"] == ["<!channel>", "Control"]
    assert json.loads(json.dumps(found)) == found


async def test_the_rows_are_the_people_with_their_variant(talk: Talk) -> None:
    answer = await talk.hears(ANNA, (await talk.ask("/kpi", "ab hero")).splitlines()[0])
    await talk.press(ANNA, "tipoff.rows", answer)
    await talk.hears(ANNA, "The 80 leads behind this number")
    (file,) = [one for one in talk.workspace.slack.uploads.values() if one]
    people = list(csv.DictReader(io.StringIO(file.decode())))

    assert sorted({(one["variant"], one["stage"]) for one in people}) == [
        ("<!channel>", "anonymous"),
        ("<!channel>", "inquiry"),
        ("Control", "anonymous"),
        ("Control", "inquiry"),
    ]


async def test_a_result_is_shared_with_everybody(talk: Talk) -> None:
    answer = await talk.hears(BEN, (await talk.ask("/kpi", "ab hero", user=BEN)).splitlines()[0])
    before = len(talk.public())
    await talk.press(BEN, "tipoff.share", answer)
    await talk.workspace.wait_for(lambda: len(talk.public()) > before)

    assert talk.public()[-1].text.splitlines()[0] == "A/B result (to lead) of “Hero headline”: all"
