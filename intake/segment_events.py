"""What a Segment message means: the event that it makes, as fields for a model of `funnel.events`."""

from typing import Any, NamedTuple

from funnel.events import EngagementKind, ExperimentViewed, LeadCaptured, LeadEngaged, LeadIdentified
from funnel.glob import folded
from funnel.playbook import Playbook
from intake.segment_message import Message
from intake.segment_parts import Parts, asset, device, mail, origin, path_of, person, said

TITLES = ("asset_title", "asset", "asset_name")
NAMES = ("name", "first_name", "firstName")
EXPERIMENT = ("experiment_name", "experimentName", "experiment_id", "experimentId")
VARIANT = (
    *("variation_name", "variationName", "variation_id", "variationId"),
    *("variant_name", "variantName", "variant_id", "variantId", "variant"),
)


class Draft(NamedTuple):
    """The kind of event, and its fields without the envelope."""

    model: type[LeadCaptured | LeadEngaged | LeadIdentified | ExperimentViewed]
    fields: dict[str, Any]


def draft(message: Message, playbook: Playbook) -> Draft:
    """The event that a message makes; what found no home is in its field `properties`."""
    parts = Parts.of(message)
    made = _made(parts, playbook)
    if left := parts.left:
        made.fields["properties"] = left
    return made


def _made(parts: Parts, playbook: Playbook) -> Draft:
    match parts.message.type:
        case "identify":
            return Draft(LeadIdentified, {"person": person(parts, parts.traits)})
        case "group":
            company = parts.traits.text("name")
            return Draft(LeadIdentified, {"person": {**person(parts), "company": company}})
        case "alias":
            previous = parts.message.previous_id
            return Draft(LeadIdentified, {"person": person(parts), "previous_id": previous})
        case "page" | "screen":
            return _viewed(parts)
        case _:
            return _tracked(parts, playbook)


def _tracked(parts: Parts, playbook: Playbook) -> Draft:
    name = (parts.message.event or "").strip()
    alias = playbook.alias(name)
    if alias and alias.form:
        return _captured(parts, alias.form)
    if alias is None and folded(name) == "experiment viewed" and _names_a_variant(parts):
        return _shown(parts)
    return _engaged(parts, (alias and alias.kind) or "other", name)


def _names_a_variant(parts: Parts) -> bool:
    return all(any(map(parts.properties.peek, names)) for names in (EXPERIMENT, VARIANT))


def _shown(parts: Parts) -> Draft:
    """A variant of an experiment, by the names that people gave them or else by their ids."""
    fields = {
        "person": person(parts, parts.traits),
        "experiment": parts.properties.text(*EXPERIMENT),
        "variant": parts.properties.text(*VARIANT),
        **device(parts),
    }
    return Draft(ExperimentViewed, fields)


def _captured(parts: Parts, form: str) -> Draft:
    """A form; its `title` is that of an asset, unless the form names the person too: then it is theirs."""
    properties = parts.properties
    names_them = any(properties.peek(name) for name in NAMES)
    title = properties.text(*TITLES, *(() if names_them else ("title",)))
    page = parts.context.inner("page")
    came_from = origin(parts, page.peek("url"))
    landed = page.peek("path") or path_of(page.peek("url"))
    fields = {
        "form": properties.text("form", "form_name", "formName") or form,
        "comment": properties.text("comment", "comments", "message"),
        "asset": asset(properties, title),
        "person": person(parts, parts.traits, properties),
        "origin": said({**(came_from or {}), "landing_page": landed}) or None,
    }
    return Draft(LeadCaptured, fields)


def _engaged(parts: Parts, kind: EngagementKind, label: str) -> Draft:
    properties = parts.properties
    fields = {
        "person": person(parts, parts.traits),
        "kind": kind,
        "label": label,
        "email": mail(properties) if kind.startswith("email_") else None,
        "asset": asset(properties, properties.text(*TITLES, "title", "name", "file_name")),
        "origin": origin(parts, parts.context.inner("page").peek("url")),
        **device(parts),
    }
    return Draft(LeadEngaged, fields)


def _viewed(parts: Parts) -> Draft:
    """A page or screen; a screen has no address, and is known by its name."""
    properties, page, name = parts.properties, parts.context.inner("page"), parts.message.name or None
    url = properties.text("url") or page.text("url")
    title = properties.text("title") or page.text("title") or name
    fields = {
        "person": person(parts, parts.traits),
        "kind": "page_viewed",
        "label": name,
        "page": said({"url": url, "title": title}) if url else None,
        "origin": origin(parts, url),
        **device(parts),
    }
    return Draft(LeadEngaged, fields)
