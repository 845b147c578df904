"""Findings that share a cause are one incident: it opens, grows, goes on, and ends."""

from datetime import UTC, datetime, timedelta

from funnel.incident import OVERALL, Finding, Incident, Kind, merged

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADS = ("overall", "source:ads")


def finding(
    segment: str, minutes: int = 0, *, kind: Kind = "surge", new: bool = True, within: tuple[str, ...] = ()
) -> Finding:
    at = NOON + timedelta(minutes=minutes)
    return Finding(kind, segment, at, at - timedelta(hours=1), 37, 12.0, 4.0, 90_000.0, 5.0, within, new)


def after(incidents: list[Incident], *findings: Finding, minutes: int = 0) -> list[Incident]:
    return merged(incidents, findings, NOON + timedelta(minutes=minutes))


def segments(incident: Incident) -> list[str]:
    return [one.segment for one in incident.findings]


def test_a_new_finding_opens_an_incident_whose_key_says_what_and_when() -> None:
    (opened,) = after([], finding("campaign:spring", within=ADS))

    assert opened.key == "surge:2026-11-21T12:00Z:campaign:spring"
    assert (opened.opened_at, opened.seen_at, opened.closed_at) == (NOON, NOON, None)


def test_a_campaign_and_its_source_are_one_incident() -> None:
    opened = after([], finding("campaign:spring", within=ADS))

    (grown,) = after(opened, finding("source:ads", 5, within=(OVERALL,)), minutes=5)

    assert segments(grown) == ["campaign:spring", "source:ads"]
    assert grown.key == opened[0].key


def test_two_campaigns_of_one_source_are_two_until_their_source_is_found() -> None:
    two = after([], finding("campaign:spring", within=ADS), finding("campaign:autumn", within=ADS))
    assert len(two) == 2

    first, second = after(two, finding("source:ads", 5, within=(OVERALL,)), minutes=5)

    assert (segments(first), segments(second)) == (["campaign:spring", "source:ads"], ["campaign:autumn"])


def test_a_surge_and_a_drought_are_never_one() -> None:
    assert len(after([], finding(OVERALL), finding(OVERALL, kind="drought"))) == 2


def test_what_goes_on_replaces_what_was_found_and_begins_nothing() -> None:
    opened = after([], finding("campaign:spring", within=ADS))

    (going_on,) = after(opened, finding("campaign:spring", 30, new=False, within=ADS), minutes=30)

    assert len(going_on.findings) == 1
    assert going_on.seen_at == NOON + timedelta(minutes=30)
    assert after([], finding("campaign:spring", new=False)) == []


def test_an_incident_ends_an_hour_after_it_was_last_seen() -> None:
    opened = after([], finding(OVERALL))

    (still,) = after(opened, minutes=55)
    (ended,) = after(opened, minutes=60)

    assert still.closed_at is None
    assert ended.closed_at == NOON + timedelta(hours=1)
    assert len(after([ended], finding(OVERALL, 65), minutes=65)) == 2


def test_an_import_has_happened_when_it_is_told() -> None:
    (told,) = after([], finding("campaign:spring", kind="import"))

    assert told.closed_at == NOON


def test_a_long_name_has_a_short_key() -> None:
    (opened,) = after([], finding("campaign:" + "x" * 10_000))

    assert len(opened.key) == 120
