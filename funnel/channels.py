"""Channels: the group of sources that a touch came through, by Google Analytics' published rules.

The rules are GA4's default channel group for manual traffic, in its order
(https://support.google.com/analytics/answer/9756891), with the best-known sites of each of its lists. Where
nothing but a referrer is known, a search engine counts as organic and any other site as a referral, as
there. Rules of the playbook come before all of these.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from funnel.events import Origin, Page
from funnel.glob import Globs, fits
from funnel.part import Part

DIRECT = "Direct"
EMAIL = "Email"
ORGANIC_SEARCH = "Organic Search"
UNASSIGNED = "Unassigned"


def _sites(names: str) -> frozenset[str]:
    return frozenset(names.split())


SEARCH = _sites(
    "360.cn alice aol ask auone avg babylon baidu bing brave centrum.cz cnn daum dogpile duckduckgo ecosia "
    "ekolay eniro globo go.mail.ru google incredimail kvasir lycos msn naver ntp.msn onet perplexity qwant "
    "rambler rakuten search-results seznam so.com sogou startpage startsiden terra tut.by ukr virgilio "
    "yahoo yandex"
)
SOCIAL = _sites(
    "bluesky bsky facebook fb flipboard glassdoor hackernews ig instagram linkedin lnkd.in mastodon medium "
    "messenger meetup ning pinterest plurk quora reddit renren slashdot snapchat stackexchange stackoverflow "
    "t.co telegram threads tiktok tumblr twitter viadeo vk vkontakte wechat weibo whatsapp x.com xing yammer "
    "ycombinator yelp"
)
VIDEO = _sites("dailymotion disneyplus hulu netflix twitch vimeo wistia youtube youtu.be")
SHOPPING = _sites("alibaba aliexpress amazon ebay etsy mercadolibre shopify shopping.google walmart")

PAID = re.compile(r"(.*cp.*|ppc|retargeting|paid.*)")
SHOP = re.compile(r".*(([^a-df-z]|^)shop|shopping).*")
MAIL = frozenset({"email", "e-mail", "e_mail", "e mail"})


class ChannelRule(Part):
    """A channel of your own: what fits every pattern that is named here came through it."""

    channel: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    source: Globs = ()
    medium: Globs = ()
    campaign: Globs = ()
    referrer: Globs = Field(default=(), description="the host of the page that linked here")

    @model_validator(mode="after")
    def _looks_somewhere(self) -> Self:
        if not (self.source or self.medium or self.campaign or self.referrer):
            raise ValueError("needs a pattern for source, medium, campaign or referrer")
        return self

    def matches(self, words: "Words") -> bool:
        return all(
            not globs or fits(word, globs)
            for word, globs in zip(
                words, (self.source, self.medium, self.campaign, self.referrer), strict=True
            )
        )


ChannelRules = tuple[ChannelRule, ...]


class Words(NamedTuple):
    """Where something came from, in lower case; empty where it was not said."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    referrer: str = ""


def words_of(origin: Origin | None, page: Page | None = None) -> Words:
    """What an origin says; a referrer that is the page's own site says nothing."""
    if origin is None:
        return Words()
    source, medium, campaign = (
        (word or "").strip().casefold() for word in (origin.source, origin.medium, origin.campaign)
    )
    referrer = host_of(origin.referrer)
    own = host_of(page.url) if page else ""
    return Words(source, medium, campaign, "" if referrer == own else referrer)


def channel(words: Words, own: ChannelRules = ()) -> str | None:
    """The channel that something came through; None where nothing says where it came from."""
    return _channel(words, own) if any(words) else None


@lru_cache(4096)
def _channel(words: Words, own: ChannelRules) -> str:
    for rule in own:
        if rule.matches(words):
            return rule.channel
    if not (words.source or words.medium):
        return _referred(words)
    return next((name for name, fits_in in _RULES if fits_in(words)), UNASSIGNED)


def _referred(words: Words) -> str:
    """The channel of what has neither source nor medium: the site that linked here, if one did."""
    if not words.referrer:
        return "Cross-network" if "cross-network" in words.campaign else UNASSIGNED
    medium = "organic" if _listed(words.referrer, SEARCH) else "referral"
    linked = words._replace(source=words.referrer, medium=medium)
    return next((name for name, fits_in in _RULES if fits_in(linked)), UNASSIGNED)


def named(text: str, own: ChannelRules = ()) -> str:
    """A channel in the spelling that all count by: `paid search` is `Paid Search`; others as they are."""
    plain = " ".join(text.replace("_", " ").casefold().split())
    known = (*(rule.channel for rule in own), *(name for name, _ in _RULES), UNASSIGNED)
    return next((name for name in known if name.casefold() == plain), text)


def host_of(address: str | None) -> str:
    """The host of an address, without `www.`; empty where there is none."""
    text = (address or "").strip()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def path_of(address: str | None) -> str | None:
    """The path of a page's address, which is what a landing page goes by; the text itself if it has none."""
    try:
        return urlsplit(address or "").path or address or None
    except ValueError:
        return address


def _listed(source: str, sites: frozenset[str]) -> bool:
    """Whether a source is one of the sites: by name (`google`), or as a host (`www.google.de`)."""
    if source in sites:
        return True
    labels = host_of(source).split(".")
    parts = {*labels[:-1], *(".".join(pair) for pair in pairwise(labels))}
    return len(labels) > 1 and not parts.isdisjoint(sites)


def _paid(words: Words) -> bool:
    return PAID.fullmatch(words.medium) is not None


def _shopping(words: Words) -> bool:
    return _listed(words.source, SHOPPING) or SHOP.fullmatch(words.campaign) is not None


Rule = Callable[[Words], bool]
_RULES: tuple[tuple[str, Rule], ...] = (
    (DIRECT, lambda one: one.source in {"(direct)", "direct"} and one.medium in {"", "(none)", "(not set)"}),
    ("Cross-network", lambda one: "cross-network" in one.campaign),
    ("Paid Shopping", lambda one: _shopping(one) and _paid(one)),
    ("Paid Search", lambda one: _listed(one.source, SEARCH) and _paid(one)),
    ("Paid Social", lambda one: _listed(one.source, SOCIAL) and _paid(one)),
    ("Paid Video", lambda one: _listed(one.source, VIDEO) and _paid(one)),
    ("Display", lambda one: one.medium in {"display", "banner", "expandable", "interstitial", "cpm"}),
    ("Paid Other", _paid),
    ("Organic Shopping", _shopping),
    (
        "Organic Social",
        lambda one: (
            _listed(one.source, SOCIAL)
            or one.medium.replace("-", " ") in {"social", "social network", "social media", "sm"}
        ),
    ),
    ("Organic Video", lambda one: _listed(one.source, VIDEO) or "video" in one.medium),
    (ORGANIC_SEARCH, lambda one: _listed(one.source, SEARCH) or one.medium == "organic"),
    ("Referral", lambda one: one.medium in {"referral", "app", "link"}),
    (EMAIL, lambda one: one.source in MAIL or one.medium in MAIL),
    ("Affiliates", lambda one: one.medium == "affiliate"),
    ("Audio", lambda one: one.medium == "audio"),
    ("SMS", lambda one: "sms" in {one.source, one.medium}),
    (
        "Mobile Push Notifications",
        lambda one: (
            one.medium.endswith("push")
            or "mobile" in one.medium
            or "notification" in one.medium
            or one.source == "firebase"
        ),
    ),
)
