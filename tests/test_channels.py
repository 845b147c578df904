"""Channels by GA4's published rules, and by a playbook's own."""

import pytest

from funnel.channels import ChannelRule, Words, channel, host_of, named, path_of, words_of
from funnel.errors import PlaybookError
from funnel.events import Origin, Page
from funnel.playbook import Playbook, parse_playbook


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "expected"),
    [
        ("google", "cpc", "", "Paid Search"),
        ("www.google.co.uk", "organic", "", "Organic Search"),
        ("duckduckgo", "", "", "Organic Search"),
        ("somewhere", "organic", "", "Organic Search"),
        ("facebook", "paid_social", "", "Paid Social"),
        ("linkedin", "social", "", "Organic Social"),
        ("t.co", "referral", "", "Organic Social"),
        ("plant-weekly", "sm", "", "Organic Social"),
        ("youtube", "", "", "Organic Video"),
        ("youtube", "paid-video", "", "Paid Video"),
        ("vendor", "video", "", "Organic Video"),
        ("amazon", "cpc", "", "Paid Shopping"),
        ("vendor", "ppc", "spring-shop", "Paid Shopping"),
        ("vendor", "email", "spring-shop", "Organic Shopping"),
        ("vendor", "email", "workshop", "Email"),
        ("google", "cpc", "x cross-network y", "Cross-network"),
        ("google", "banner", "", "Display"),
        ("techpages", "retargeting", "", "Paid Other"),
        ("blog", "referral", "", "Referral"),
        ("newsletter", "e-mail", "", "Email"),
        ("email", "", "", "Email"),
        ("partner", "affiliate", "", "Affiliates"),
        ("podcast", "audio", "", "Audio"),
        ("sms", "", "", "SMS"),
        ("app", "web-push", "", "Mobile Push Notifications"),
        ("(direct)", "(none)", "", "Direct"),
        ("techpages", "syndication", "", "Unassigned"),
        ("", "", "spring", "Unassigned"),
    ],
)
def test_source_medium_and_campaign_make_a_channel(
    source: str, medium: str, campaign: str, expected: str
) -> None:
    origin = Origin(source=source.upper(), medium=medium, campaign=campaign)

    assert channel(words_of(origin)) == expected


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("https://www.google.de/", "Organic Search"),
        ("https://lm.facebook.com/x", "Organic Social"),
        ("android-app://com.example", "Referral"),
        ("blog.example.org", "Referral"),
        ("https://w.example/pricing", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_a_referrer_counts_where_nothing_else_is_known_but_not_our_own_site(
    referrer: str, expected: str | None
) -> None:
    page = Page(url="https://www.w.example/")

    assert channel(words_of(Origin(referrer=referrer), page)) == expected


def test_what_says_nothing_has_no_channel() -> None:
    assert channel(words_of(None)) is None
    assert channel(words_of(Origin(content="blue button"))) is None


def test_a_playbooks_own_rules_come_first_and_all_their_patterns_must_fit() -> None:
    shows = ChannelRule(channel="Trade shows", medium=("event",), source=("*expo*",))

    assert channel(Words("plant-expo", "event"), (shows,)) == "Trade shows"
    assert channel(Words("users-day", "event"), (shows,)) == "Unassigned"
    assert channel(Words("", "", "", "google.com"), (ChannelRule(channel="X", referrer=("google*",)),)) == "X"


def test_a_rule_without_a_pattern_is_refused() -> None:
    with pytest.raises(PlaybookError, match="needs a pattern for source, medium, campaign or referrer"):
        parse_playbook("channel_groups: [{channel: Everything}]", "playbook.yaml")


def test_channels_have_one_spelling() -> None:
    own = Playbook(channel_groups=(ChannelRule(channel="Trade shows", medium=("event",)),)).channel_groups

    told = [named(text, own) for text in ("paid search", "PAID_SOCIAL", "trade shows", "billboards")]
    assert told == ["Paid Search", "Paid Social", "Trade shows", "billboards"]


def test_addresses_have_hosts_and_paths() -> None:
    assert [host_of(text) for text in ("https://www.a.example/b", "a.example", "", None, "//[")] == [
        "a.example",
        "a.example",
        "",
        "",
        "",
    ]
    assert [path_of(text) for text in ("https://a.example/b?c", "p1", "", None, "//[")] == [
        "/b",
        "p1",
        None,
        None,
        "//[",
    ]
