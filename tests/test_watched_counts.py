"""Other counts than leads are watched by the moments at which they happen."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_rig import Desk
from store_rig import NOW, PLAYBOOK, captured, from_campaign, minutes, take, viewed

from funnel.alert_rules import WatchedCount
from funnel.counts import Ask, Filter
from funnel.errors import PlaybookError, QuestionError
from funnel.incident import OVERALL, Finding
from funnel.metrics import METRICS
from funnel.period import Period
from funnel.playbook import parse_playbook
from funnel.watched_counts import HAPPENS, Heard, heard, told
from storage.store import Store

DAY = Period(NOW - timedelta(days=1), NOW + timedelta(days=1), "a day", "UTC")


def watched(count: str, where: str | None = None, **more: object) -> WatchedCount:
    return WatchedCount.model_validate({"name": "mine", "count": count, "where": where, **more})


@pytest.mark.parametrize(
    ("count", "name"),
    [
        ("form submissions", "form_submissions"),
        ("Hand-raisers", "hand_raisers"),
        ("unsubscribes", "unsubscribes"),
        ("disqualified", "disqualified"),
        ("mql", "mqls"),
    ],
)
def test_a_count_goes_by_any_name_of_the_catalogue(count: str, name: str) -> None:
    found = heard(watched(count), NOW, PLAYBOOK)

    assert (found.count, found.segment, found.where) == (name, "count:mine", ())


def test_a_count_may_be_of_some_leads_alone() -> None:
    found = heard(watched("hand_raisers", "source=google and country=DE"), NOW, PLAYBOOK)

    assert found.where == (Filter("source", "google"), Filter("country", "DE"))


@pytest.mark.parametrize(
    ("count", "where", "sentence"),
    [
        ("leads", None, "Leads are watched as it is"),
        ("open leads", None, "open_leads is nothing that happens at a moment. Try `form_submissions`"),
        ("cac", None, "cac is nothing that happens at a moment."),
        (
            "disqualified share",
            None,
            'Draw a line instead: `thresholds: [{when: "disqualified_rate last 7 days > 30 %"}]`.',
        ),
        ("unsubscribbes", None, "unsubscribbes"),
        ("mqls", "sauce=google", "sauce"),
        ("mqls by source", None, "A watched count has a metric and perhaps a `where`, nothing else."),
        ("mqls why", None, "A watched count has a metric and perhaps a `where`, nothing else."),
    ],
)
def test_what_cannot_be_watched_is_said_with_what_can(count: str, where: str | None, sentence: str) -> None:
    with pytest.raises(QuestionError) as error:
        heard(watched(count, where), NOW, PLAYBOOK)

    assert sentence in str(error.value)


@pytest.mark.parametrize("name", sorted(HAPPENS & METRICS.keys()))
async def test_whatever_can_be_watched_can_be_counted_by_its_moments(store: Store, name: str) -> None:
    assert await store.moments(Ask(frozenset({name}), DAY), name) == []


async def test_moments_are_those_that_the_count_counts(store: Store) -> None:
    google = from_campaign("expo", "google")
    await take(
        store,
        [
            captured("1", "a@x.example", at=-30, origin=google),
            captured("2", "a@x.example", at=-20, origin=google),
            captured("3", "b@x.example", at=-10, form="Newsletter", quiet=True),
            viewed("4", at=-5, email="a@x.example"),
        ],
    )

    async def moments(name: str, *where: Filter) -> list[tuple[datetime, bool]]:
        return await store.moments(Ask(frozenset({name}), DAY, where=where), name)

    assert await moments("form_submissions") == [
        (minutes(-30), False),
        (minutes(-20), False),
        (minutes(-10), True),
    ]
    assert await moments("form_submissions", Filter("source", "google")) == [
        (minutes(-30), False),
        (minutes(-20), False),
    ]
    assert await moments("hand_raisers") == [(minutes(-30), False)]
    assert await moments("unsubscribes") == []


def finding(kind: str, segment: str = OVERALL) -> Finding:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    return Finding(kind, segment, at, at, 30, 10, 3, 1000, 4)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "kinds"),
    [("surge", ["surge"]), ("drought", ["drought"]), ("both", ["surge", "drought"])],
)
def test_only_the_direction_of_interest_is_told(direction: str, kinds: list[str]) -> None:
    one: Heard = heard(watched("unsubscribes", direction=direction), NOW, PLAYBOOK)
    found = told(one, [finding("surge"), finding("drought"), finding("import"), finding("surge", "source:x")])

    assert [(one.kind, one.segment) for one in found] == [(kind, "count:mine") for kind in kinds]


def test_two_counts_have_two_names() -> None:
    with pytest.raises(PlaybookError) as error:
        parse_playbook("alerts: {watch: [{name: a, count: mqls}, {name: a, count: sqls}]}", "p.yaml")

    assert "alerts.watch: two are called “a”" in str(error.value)


def test_the_playbook_check_says_what_is_wrong_with_a_count(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write("p.yaml", "alerts: {watch: [{name: spam, count: disqualified share}]}")

    checked = desk.tipoff("playbook", "check", "p.yaml")

    assert checked.code == 1
    assert "p.yaml: alerts.watch.spam: “disqualified share”: disqualified_rate is a share" in " ".join(
        checked.err.split()
    )
