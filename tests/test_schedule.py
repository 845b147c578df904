"""When digests are due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from funnel.errors import PlaybookError
from funnel.playbook import parse_playbook
from funnel.schedule import Digest, due, next_due

NEW_YORK = ZoneInfo("America/New_York")
MONDAYS = Digest(to="#revenue", at="0 9 * * mon", ask=("/funnel last week",))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


def test_a_digest_is_due_in_the_zone_of_the_company() -> None:
    assert MONDAYS.before(moment("2026-11-23T09:00"), NEW_YORK) == moment("2026-11-23T09:00")
    assert MONDAYS.before(moment("2026-11-23T08:59:59"), NEW_YORK) == moment("2026-11-16T09:00")
    assert MONDAYS.after(moment("2026-11-23T09:00"), NEW_YORK) == moment("2026-11-30T09:00")


def test_a_digest_may_have_a_zone_of_its_own() -> None:
    berlin = MONDAYS.model_copy(update={"timezone": "Europe/Berlin"})

    assert berlin.before(moment("2026-11-23T09:00"), NEW_YORK) == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_digest_that_nobody_could_say_within_an_hour_is_not_said_any_more() -> None:
    digests = {"managers": MONDAYS}

    assert due(digests, moment("2026-11-23T09:59"), NEW_YORK) == {"managers": moment("2026-11-23T09:00")}
    assert due(digests, moment("2026-11-23T10:00"), NEW_YORK) == {}


def test_the_next_of_several_digests_is_the_one_to_wait_for() -> None:
    digests = {"managers": MONDAYS, "daily": Digest(to="U0ANNA", at="30 7 * * *", ask=("/kpi leads",))}

    assert next_due(digests, moment("2026-11-22T12:00"), NEW_YORK) == moment("2026-11-23T07:30")
    assert next_due({}, moment("2026-11-22T12:00"), NEW_YORK) is None


@given(
    now=st.integers(1_577_836_800, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    at=st.sampled_from(["0 9 * * mon", "30 2 * * *", "*/15 * * * *", "0 0 1 * *", "30 1 * 3,11 sun"]),
    zone=st.sampled_from(["America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "UTC"]),
)
def test_no_time_lies_between_one_and_the_next(now: datetime, at: str, zone: str) -> None:
    digest = Digest(to="#revenue", at=at, ask=("/funnel",))
    before, after = digest.before(now, ZoneInfo(zone)), digest.after(now, ZoneInfo(zone))

    assert before <= now < after
    assert digest.after(before, ZoneInfo(zone)) == after
    assert digest.before(after - timedelta(seconds=1), ZoneInfo(zone)) == before


@pytest.mark.parametrize(
    ("digest", "sentence"),
    [
        ("{to: revenue, at: 0 9 * * mon, ask: [/funnel]}", "digests.managers.to: "),
        ("{to: '#revenue', at: mondays, ask: [/funnel]}", "is not a time to come back at, such as `0 9 * *"),
        (
            "{to: '#revenue', at: 0 9 30 2 *, ask: [/funnel]}",
            "is not a time to come back at, such as `0 9 * *",
        ),
        ("{to: '#revenue', at: 0 9 * * mon, ask: []}", "digests.managers.ask: "),
        ("{to: '#revenue', at: 0 9 * * mon, ask: [/funnel], timezone: Mars}", "is not an IANA time zone"),
    ],
)
def test_a_digest_that_cannot_be_is_a_sentence(digest: str, sentence: str) -> None:
    with pytest.raises(PlaybookError) as error:
        parse_playbook(f"digests: {{managers: {digest}}}", "playbook.yaml")

    assert sentence in str(error.value)


def test_the_name_of_a_digest_is_part_of_a_key() -> None:
    with pytest.raises(PlaybookError):
        parse_playbook("digests: {'a:b': {to: '#r', at: 0 9 * * mon, ask: [/funnel]}}", "playbook.yaml")
    with pytest.raises(ValidationError):
        Digest(to="#revenue", at="0 9 * * mon", ask=())
