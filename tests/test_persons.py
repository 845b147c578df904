"""Who is who: what events say of it, and what a split undoes."""

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_rig import minutes

from funnel.events import LeadEngaged, LeadEvent, LeadIdentified, LeadMerged, LeadSplit, Person
from funnel.persons import Identifier, mention, story, tell_apart


def person(words: str) -> Person:
    """`ana@x u1 a1`: an e-mail address, a user id, an anonymous id."""
    fields = {"@": "email", "u": "user_id", "a": "anonymous_id"}
    return Person(**{fields[_kind(word)]: word for word in words.split()})


def _kind(word: str) -> str:
    return "@" if "@" in word else word[0]


def envelope(at: float) -> dict[str, Any]:
    return {"id": f"e{at:g}", "source": "test", "time": minutes(at)}


def seen(at: float, words: str) -> LeadEngaged:
    return LeadEngaged(**envelope(at), person=person(words), kind="page_viewed")


def merged(at: float, words: str, other: str) -> LeadMerged:
    return LeadMerged(**envelope(at), person=person(words), other=person(other))


def split(at: float, words: str) -> LeadSplit:
    return LeadSplit(**envelope(at), person=person(words))


def persons(events: Iterable[LeadEvent]) -> list[str]:
    """Who there is, each by their identifiers."""
    circles = tell_apart(mention(event) for event in events)
    return sorted(" ".join(sorted(one.value for one in circle.joined_by)) for circle in {*circles.values()})


ANA_AND_BO = [seen(0, "ana@x u1"), seen(1, "bo@x u2"), seen(2, "u1 a1"), seen(3, "u2 a2")]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([seen(0, "a1"), seen(1, "ana@x")], ["a1", "ana@x"]),
        ([seen(0, "a1"), seen(1, "ana@x a1")], ["a1 ana@x"]),
        ([seen(0, "Ana+news@x"), seen(1, "ana@x")], ["ana@x"]),
        ([seen(0, "a.na@gmail.com"), seen(1, "ana@googlemail.com")], ["ana@gmail.com"]),
        (ANA_AND_BO, ["a1 ana@x u1", "a2 bo@x u2"]),
        ([*ANA_AND_BO, merged(9, "ana@x", "bo@x")], ["a1 a2 ana@x bo@x u1 u2"]),
    ],
)
def test_identifiers_that_one_event_names_are_one_persons(
    events: list[LeadEvent], expected: list[str]
) -> None:
    assert persons(events) == expected


def test_aliases_make_a_chain() -> None:
    chain = [
        LeadIdentified(**envelope(1), person=person("u2"), previous_id="a1"),
        LeadIdentified(**envelope(2), person=person("u3"), previous_id="u2"),
        LeadIdentified(**envelope(3), person=person("ana@x"), previous_id="u3"),
    ]

    assert "a1 a1 ana@x u2 u2 u3 u3" in persons(chain)


def test_nobody_is_joined_by_a_name() -> None:
    namesakes = [
        LeadEngaged(**envelope(at), person=Person(email=f"{at}@x", name="Ana Sousa"), kind="page_viewed")
        for at in (1, 2)
    ]

    assert persons(namesakes) == ["1@x", "2@x"]


@pytest.mark.parametrize("words", ["ana@x", "bo@x", "u1", "u2"])
def test_a_split_undoes_a_merge_whichever_side_it_names(words: str) -> None:
    events = [*ANA_AND_BO, merged(9, "ana@x", "bo@x"), split(10, words)]
    apart = {
        "u1": ["a1 u1", "a2 ana@x bo@x u2"],  # a user id is split from every address that was joined to it
        "u2": ["a1 ana@x bo@x u1", "a2 u2"],
    }

    assert persons(events) == apart.get(words, ["a1 ana@x u1", "a2 bo@x u2"])


def test_merge_split_and_merge_again() -> None:
    events = [*ANA_AND_BO, merged(9, "ana@x", "bo@x"), split(10, "bo@x"), merged(11, "bo@x", "ana@x")]

    assert persons(events) == ["a1 a2 ana@x bo@x u1 u2"]
    assert persons([*events, split(12, "ana@x")]) == ["a1 ana@x u1", "a2 bo@x u2"]


def test_a_shared_browser_stays_with_who_used_it_first() -> None:
    shared = [seen(0, "ana@x a1"), seen(1, "bo@x a1"), seen(2, "a1")]

    assert persons(shared) == ["a1 ana@x bo@x"]
    assert persons([*shared, split(3, "ana@x")]) == ["a1 ana@x", "bo@x"]
    assert persons([*shared, split(3, "bo@x")]) == ["a1 ana@x", "bo@x"]
    assert persons([*shared, split(3, "a1")]) == ["a1", "ana@x", "bo@x"]


def test_what_comes_after_a_split_joins_the_two_again_only_if_it_is_a_merge() -> None:
    apart = [seen(0, "ana@x a1"), seen(1, "bo@x a1"), split(3, "bo@x")]

    assert persons([*apart, seen(4, "bo@x a1")]) == ["a1 ana@x", "bo@x"]
    assert persons([*apart, seen(4, "bo@x u2"), seen(5, "cy@x u2")]) == ["a1 ana@x", "bo@x cy@x u2"]
    assert persons([*apart, merged(4, "bo@x", "ana@x")]) == ["a1 ana@x bo@x"]


def test_what_is_told_late_of_the_time_before_a_split_does_not_join_either() -> None:
    apart = [seen(0, "ana@x a1"), split(3, "bo@x")]

    assert persons([*apart, seen(1, "bo@x a1")]) == ["a1 ana@x", "bo@x"]
    assert persons([*apart, merged(1, "bo@x", "ana@x")]) == ["a1 ana@x", "bo@x"]


def test_a_third_address_stays_where_it_was_joined() -> None:
    three = [seen(0, "ana@x u1"), seen(1, "ana@home u1"), merged(2, "ana@x", "bo@x"), split(3, "bo@x")]

    assert persons(three) == ["ana@home ana@x u1", "bo@x"]


def test_a_story_tells_how_each_trace_was_joined() -> None:
    events = [
        seen(0, "ana+x@x a1"),
        seen(1, "ana@x"),
        seen(2, "bo@y a2"),
        merged(3, "ana@x", "bo@y"),
        split(4, "a2"),
    ]
    told = story(map(mention, events), Identifier("email", "bo@y"))

    assert [(one.identifier.value, one.spelled, one.event.id) for one in told.traces] == [
        ("ana@x", ("ana+x@x", "ana@x"), "e0"),
        ("a1", (), "e0"),
        ("bo@y", ("bo@y",), "e3"),
    ]
    assert [act.id for act in told.acts] == ["e3", "e4"]


WORDS = st.sets(st.sampled_from(["ana@x", "bo@x", "cy@x", "u1", "u2", "a1", "a2"]), min_size=1).map(
    lambda words: " ".join({_kind(word): word for word in sorted(words)}.values())
)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just(seen), WORDS),
        st.tuples(st.just(merged), WORDS, WORDS),
        st.tuples(st.just(split), WORDS),
    ),
    max_size=12,
).map(lambda drafts: [make(at, *words) for at, (make, *words) in enumerate(drafts)])


@given(EVENTS, st.randoms(use_true_random=False))
def test_any_order_tells_the_same_persons(events: list[LeadEvent], dice: Random) -> None:
    assert persons(dice.sample(events, len(events))) == persons(events)


@given(EVENTS, st.sampled_from(["ana@x", "bo@x", "u1", "a1"]))
def test_after_a_split_by_its_address_nobody_has_a_second_one(events: list[LeadEvent], words: str) -> None:
    """By a user id: no other user id nor any address. By an anonymous id: nothing else at all."""
    told = [*events, split(100, words)]
    (mine,) = [one.split() for one in persons(told) if words in one.split()]
    weaker = {"@": ("u", "a"), "u": ("a",), "a": ()}[_kind(words)]

    assert [one for one in mine if one != words and _kind(one) not in weaker] == []


@given(EVENTS)
def test_a_merge_after_everything_joins(events: list[LeadEvent]) -> None:
    told = [*events, merged(100, "ana@x", "bo@x")]

    assert len([one for one in persons(told) if {"ana@x", "bo@x"} & {*one.split()}]) == 1
