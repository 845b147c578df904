"""A mapping guessed from the names that CRM exports give their columns."""

import re
from collections.abc import Sequence

from intake.answer import refuse
from intake.mapping import Mapping

COMMON: dict[str, tuple[str, ...]] = {
    "id": ("id", "lead id", "contact id", "record id", "row id", "response id", "deal id", "opportunity id"),
    "time": (
        "time",
        "timestamp",
        "created date",
        "create date",
        "created at",
        "created",
        "date created",
        "submitted at",
        "submit date",
        "submission date",
        "conversion date",
        "first contact date",
        "close date",
        "date",
    ),
    "email": ("email", "e mail", "email address", "e mail address", "work email", "business email"),
    "user_id": ("user id", "customer id"),
    "anonymous_id": ("anonymous id", "visitor id", "client id"),
    "name": ("name", "full name", "contact name", "lead name"),
    "first_name": ("first name", "firstname", "given name", "forename"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "title": ("title", "job title", "position", "role"),
    "company": ("company", "company account", "company name", "account", "account name", "organization"),
    "phone": ("phone", "phone number", "mobile", "mobile phone", "telephone"),
    "country": ("country", "country region", "mailing country"),
    "source": ("utm source", "lead source", "original source", "source", "origin"),
    "medium": ("utm medium", "medium"),
    "campaign": ("utm campaign", "campaign", "campaign name"),
    "term": ("utm term",),
    "content": ("utm content",),
    "referrer": ("referrer", "referer", "referring site"),
    "referred_by": ("referred by",),
    "landing_page": ("landing page", "landing page url"),
    "form": ("form", "form name", "recent conversion"),
    "comment": ("comment", "comments", "message", "description", "how can we help"),
    "stage": ("lifecycle stage", "lead status", "stage", "status"),
    "reason": ("reason", "status reason", "disqualification reason"),
    "owner": ("owner", "lead owner", "contact owner", "deal owner", "opportunity owner"),
    "score": ("score", "lead score"),
    "grade": ("grade", "lead grade"),
    "deal": ("deal id", "opportunity id", "deal name", "opportunity name"),
    "deal_stage": ("deal stage", "opportunity stage"),
    "amount": ("amount", "deal amount", "opportunity amount"),
    "currency": ("currency", "amount currency", "deal currency"),
    "close_date": ("expected close date", "expected close", "close by", "close date", "closedate"),
}


def guess(headers: Sequence[str]) -> Mapping:
    """The mapping that a table's column names suggest; the more telling of two names wins.

    Raises:
        NotUnderstood: no column says when, or none says who.

    """
    plain = {_plain(header): header for header in reversed(headers)}
    found = {
        field: next(plain[name] for name in names if name in plain)
        for field, names in COMMON.items()
        if any(name in plain for name in names)
    }
    if "time" not in found:
        raise _missing("when it happened", "time: <column>", headers)
    if not found.keys() & {"email", "user_id", "anonymous_id"}:
        if "id" not in found:
            raise _missing("who it was", "email: <column>", headers)
        found["user_id"] = found["id"]
    return Mapping(**found)


def _missing(what: str, line: str, headers: Sequence[str]) -> Exception:
    return refuse(f"No column says {what}: write a mapping with {line}. The file has {', '.join(headers)}.")


def _plain(header: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", header.casefold()).split())
