"""Crowds: mail of many recipients, opened or clicked from one address within one minute.

A fold sees one lead. Whoever remembers all of them finds which hits were part of a crowd, and hands them to
`tell`; here is what a hit is, and which touches of a lead a crowd speaks against. An address is never shown:
no touch has one.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from funnel.events import EventKey, LeadEngaged, LeadEvent, LeadForgotten
from funnel.machine_rules import Machines

MAIL = frozenset({"email_opened", "email_clicked"})
LONGEST_ADDRESS = 45  # characters: an IPv6 address that ends in an IPv4 one


class Hit(NamedTuple):
    """That mail was opened or clicked from an address, in that second since 1970."""

    ip: str
    second: int


NO_HITS: frozenset[Hit] = frozenset()


def hits(events: Iterable[LeadEvent]) -> frozenset[Hit]:
    """From where and when one lead's mail was opened or clicked: what may be part of a crowd.

    What a person said that they did is not among it, nor what lies in the future; a forgotten lead has none.
    """
    found: set[Hit] = set()
    for event in events:
        if type(event) is LeadForgotten:
            return NO_HITS
        if type(event) is LeadEngaged and event.ip and event.kind in MAIL and not event.ahead:
            hit = _hit(event, event.ip)
            if hit and event.beside("human") is not True:
                found.add(hit)
    return frozenset(found)


def in_a_crowd(told: Iterable[LeadEvent], crowded: Collection[Hit], rules: Machines) -> frozenset[EventKey]:
    """The lead's own hits that are `crowded`, and the visits that followed from there as soon; by receipt.

    Takes one lead's events in order of occurrence.
    """
    found: set[EventKey] = set()
    until: dict[str, int] = {}
    for event in told if crowded else ():
        if type(event) is LeadEngaged and event.ip and (hit := _hit(event, event.ip)):
            if event.kind in MAIL and hit in crowded:
                until[hit.ip] = hit.second + rules.recipients_seconds
                found.add(event.key)
            elif event.kind == "page_viewed" and hit.second <= until.get(hit.ip, -1):
                found.add(event.key)
    return frozenset(found)


def _hit(event: LeadEngaged, text: str) -> Hit | None:
    ip = _address(text) if len(text) <= LONGEST_ADDRESS else None
    return Hit(ip, int(event.time.timestamp())) if ip else None


@lru_cache(4096)
def _address(text: str) -> str | None:
    """An address in its one spelling; None for what is no address."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
