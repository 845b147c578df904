"""The parts of a Segment message (who, what, from where) as fields for `funnel.events`."""

from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from intake.fields import Fields, as_email
from intake.segment_message import Message

HONORIFICS = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr"})


class Parts(NamedTuple):
    """A message and its free-form objects, from which fields are taken one by one."""

    message: Message
    traits: Fields
    properties: Fields
    context: Fields

    @classmethod
    def of(cls, message: Message) -> "Parts":
        return cls(message, Fields(message.traits), Fields(message.properties), Fields(message.context))

    @property
    def left(self) -> dict[str, Any]:
        """What nobody took, of the whole message."""
        named = {"traits": self.traits.rest, "context": self.context.rest}
        return {
            **{name: rest for name, rest in named.items() if rest},
            **self.message.others,
            **self.properties.rest,
        }


def person(parts: Parts, *sources: Fields) -> dict[str, Any]:
    """Who did it, from the message's ids, then from these sources and `context.traits`."""
    context_traits = parts.context.inner("traits")
    known: dict[str, Any] = {}
    for source in (*sources, context_traits):
        if source:
            known = {**_known(source), **known}
    found = known.get("email") or parts.properties.email() or as_email(parts.message.user_id)
    traits = {**context_traits.take_rest(), **parts.traits.take_rest()} if parts.traits in sources else {}
    return {
        **known,
        "email": found,
        "user_id": parts.message.user_id or None,
        "anonymous_id": parts.message.anonymous_id or None,
        "traits": traits,
    }


def _known(source: Fields) -> dict[str, Any]:
    first, last = source.text("first_name", "firstName"), source.text("last_name", "lastName")
    return said(
        {
            "email": source.email(),
            "name": source.text("name", "full_name", "fullName") or " ".join(filter(None, (first, last))),
            "title": _title(source),
            "company": source.text("company") or source.inner("company").text("name"),
            "phone": source.text("phone"),
            "country": source.text("country") or source.inner("address").text("country"),
        }
    )


def _title(source: Fields) -> str | None:
    title = source.peek("title") or ""
    names = ("job_title", "jobTitle", "position")
    polite = title.casefold().rstrip(".") in HONORIFICS
    return source.text(*names) if polite else source.text(*names, "title")


def asset(properties: Fields, title: str | None) -> dict[str, Any] | None:
    """What they took, if its `title` is known."""
    if title is None:
        return None
    return said(
        {
            "title": title,
            "id": properties.text("asset_id", "id"),
            "type": properties.text("asset_type", "type"),
            "topic": properties.text("topic"),
            "gated": properties.flag("gated"),
            "url": properties.text("asset_url", "url", "link_url"),
        }
    )


def mail(properties: Fields) -> dict[str, Any] | None:
    """The mail that was sent, opened or clicked."""
    return (
        said({"subject": properties.text("email_subject", "subject"), "link": properties.text("link_url")})
        or None
    )


def device(parts: Parts) -> dict[str, Any]:
    """The browser and address that a hit came from."""
    return {"user_agent": parts.context.text("userAgent", "user_agent"), "ip": parts.context.text("ip")}


def origin(parts: Parts, url: str | None) -> dict[str, Any] | None:
    """Where they came from: the campaign that the message names, else the UTM words of the page's address."""
    named = _campaign(parts.context.inner("campaign")) or _campaign(parts.properties.inner("campaign"))
    campaign = named or said({"campaign": parts.properties.text("campaign_name")})
    page = parts.context.inner("page")
    referrer = page.text("referrer") or parts.properties.text("referrer")
    return said({**_utm(url), **campaign, "referrer": referrer}) or None


def _campaign(campaign: Fields) -> dict[str, Any]:
    if not campaign:
        return {}
    words = {name: campaign.text(name) for name in ("source", "medium", "term", "content")}
    return said({"campaign": campaign.text("name"), **words})


def _utm(url: str | None) -> dict[str, Any]:
    if not url or "utm_" not in url:
        return {}
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return {}
    words = ("source", "medium", "campaign", "term", "content")
    return {word: query[f"utm_{word}"][0] for word in words if f"utm_{word}" in query}


def path_of(url: str | None) -> str | None:
    """The path of a page's address."""
    try:
        return urlsplit(url or "").path or None
    except ValueError:
        return None


def said(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that hold something."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}
