"""What a buyer's own words say: who referred them, what they want, and when.

Everything found is a piece of the comment, word for word. Where a part is not found it is None, and the
brief shows the whole comment instead: a quotation is never a guess.
"""

import re
from dataclasses import dataclass
from typing import Literal

Urgency = Literal["urgent", "soon", "later"]

_NAME = r"(?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][\w'’-]*(?: (?:(?:van|von|de|der|da|del|al|bin) )*[A-Z][\w'’-]*){0,3}"
_AT = r"(?: (?:at|from|of|over at) [A-Z][\w&'’-]*(?: [A-Z][\w&'’-]*){0,3})?"
_REFERRER = (
    re.compile(
        r"\b(?i:referred (?:to you )?by|recommended by|recommendation (?:from|of)|referral from|introduced by"
        r"|heard (?:[\w ]{0,30}?)(?:about you |of you )?from)"
        r" (?:my |our |a )?(?:(?:good |old |former )?(?:friend|colleague|partner|neighbou?r|boss),? )?"
        rf"(?P<who>{_NAME}{_AT})"
    ),
    re.compile(
        rf"(?P<who>{_NAME}{_AT}),? (?:(?:has )?(?:referred|recommended|introduced|sent|pointed|suggested) "
        rf"(?:me|us|you|your)|told (?:me|us) about|said (?:you|we should)|speaks highly|raves about"
        rf"|says (?:great|good|only good|nice) things)"
    ),
    re.compile(rf"\b(?i:my|our) (?:good |old )?(?:friend|colleague|partner) (?P<who>{_NAME}{_AT})"),
)
_WANTS = re.compile(
    r"(?:\b(?:we|i)(?:'re|’re|'m|’m| are| am)? ?|^|(?<=[.!?;] ))(?:currently |really |urgently |now )*"
    r"(?:need(?:ing)?|want(?:ing)?|require|looking (?:for|to)|would like|'d like|’d like"
    r"|in the market for|interested in|after|hoping (?:for|to)|planning (?:for|to))"
    r" (?P<what>[^.!?;\n]+)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[ ,]+(?:(?:and|but)(?: we| i)?(?: need| want)? ?(?:it|this|them)?"
    r"(?: (?:(?:up and )?running|live|ready|working|done|delivered|installed|in place))?|by|before|in)?\s*$",
    re.IGNORECASE,
)
_PART = r"(?:early |mid |late |(?:the )?end of )?"
_DAY = r"(?: \d{1,2}(?:st|nd|rd|th)?)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WHEN_WORDS: tuple[tuple[Urgency, str], ...] = (
    ("urgent", r"asap|as soon as possible|urgently|immediately|right away|(?:by )?(?:today|tomorrow)"),
    ("urgent", r"(?:by|before|until|within|in|for)? ?(?:the )?(?:end of )?(?:this|next) (?:week|month)"),
    ("urgent", r"(?:within|in) (?:the next )?(?:a |one |two |three |four |[1-4] )(?:days?|weeks?)"),
    ("urgent", r"(?:within|in) (?:the next )?(?:[1-9]|[12]\d|30) days"),
    ("urgent", r"(?:within|in) (?:a|one|1|the next) month"),
    ("soon", r"(?:by |before |within |in )?(?:the )?(?:end of )?(?:this|next|the) quarter"),
    ("soon", r"(?:within|in) (?:the next )?(?:two|three|2|3|a few|few) months"),
    ("soon", rf"(?:by|before|until|in|from|starting|for) {_PART}{_MONTH}{_DAY}(?:,? 20\d\d)?"),
    ("soon", r"(?:by|before|in|for) Q[1-4](?: 20\d\d)?"),
    ("later", r"(?:later )?(?:this|next) year|(?:within|in) (?:six|twelve|6|12) months|no rush|no hurry"),
    ("later", r"just (?:looking|browsing|researching)|(?:by|before|in) 20\d\d"),
)
_WHEN: tuple[tuple[Urgency, re.Pattern[str]], ...] = tuple(
    (urgency, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for urgency, words in _WHEN_WORDS
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of a comment, each a quotation; None where the comment does not clearly say."""

    referred_by: str | None = None
    wants: str | None = None
    when: str | None = None
    urgency: Urgency | None = None

    @property
    def complete(self) -> bool:
        return None not in (self.referred_by, self.wants, self.when)


def read(comment: str) -> Reading:
    """What `comment` says, in its own words; English, one pass of plain patterns, nothing inferred."""
    text = " ".join(comment[:4000].split())
    when, urgency = _when(text)
    return Reading(_referrer(text), _wants(text, when), when, urgency)


def _referrer(text: str) -> str | None:
    for pattern in _REFERRER:
        if found := pattern.search(text):
            return found["who"].strip()
    return None


def _when(text: str) -> tuple[str | None, Urgency | None]:
    for urgency, pattern in _WHEN:
        if found := pattern.search(text):
            return found[0].strip(), urgency
    return None, None


def _wants(text: str, when: str | None) -> str | None:
    found = _WANTS.search(text)
    if not found:
        return None
    what = found["what"]
    if when and when in what:
        what = what[: what.index(when)]
    what = _TAIL.sub("", what).strip(" ,:-–—")
    return what if re.search(r"\w{2}", what) else None
