"""A brief behind a channel's mask: the same brief, carrying less.

What is kept is looked through for the person's own values too: a form or a title that repeats one of them
is hidden, because it is the value that the mask is for.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from funnel.activity import Burst, Line
from funnel.brief import READ_KINDS, SPOKEN, Brief, Consumed, Fact, Fit, Opener, Relationship, Row
from funnel.comment import Reading
from funnel.events import EventKey, Origin
from funnel.masks import Mask
from funnel.talk import Pitch
from funnel.triggers import Occasion

HIDDEN = "hidden"
RECEIPT = EventKey(HIDDEN, HIDDEN)
MEMBER = re.compile(r"[UW](?=[A-Z0-9]*[0-9])[A-Z0-9]{2,}")
INITIALS = 3
SHORT = 4  # letters; a shorter value is looked for as a word: Ana is not in Banana

Keep = Callable[[str], str]


def masked(brief: Brief, mask: Mask) -> Brief:
    """What of `brief` may be shown behind `mask`.

    `initials`: initials and company, where they came from, the owner, the trigger and its clock, the titles
    of what they read; of a comment, that there is one and how urgent it is. `id`: the same without initials,
    company, grade, campaign and comment. What is not named here is left out, also what a brief learns later.
    """
    if mask == "full":
        return brief
    keep = _keeping(tuple(_values(brief, mask)))
    anonymous = _anonymous(brief, keep)
    return _of_company(anonymous, brief, keep) if mask == "initials" else anonymous


def masked_burst(burst: Burst, brief: Brief, mask: Mask) -> Burst:
    """What of a burst of the lead of `brief` may be shown behind `mask`: no words of theirs."""
    if mask == "full":
        return burst
    keep = _keeping(tuple(_values(brief, mask)))
    return Burst(tuple(_line(line, keep) for line in burst.lines))


def _line(line: Line, keep: Keep) -> Line:
    title, detail = _kept_titles(line, keep)
    return replace(line, title=title, detail=detail, receipts=())


def number(lead: int) -> str:
    """What a lead is called where no name may be said; `/lead` finds it by that."""
    return f"lead {lead}"


def _anonymous(brief: Brief, keep: Keep) -> Brief:
    consumed = tuple(_consumed(one, keep) for one in brief.consumed)
    return Brief(
        lead=brief.lead,
        occasion=_occasion(brief.occasion, keep),
        answer_by=brief.answer_by,
        stage=brief.stage,
        name=Fact(number(brief.lead), (), sayable=False),
        email=None,
        company=None,
        title=None,
        phone=None,
        owner=_owner(brief.owner, keep),
        relationship=None,
        fit=None,
        comment=None,
        reading=Reading(urgency=brief.reading.urgency),
        consumed=consumed,
        opener=_opener(brief.opener, consumed, keep),
        came_from=_origin(brief.came_from, keep, campaign=False),
        came_from_receipts=(),
        timeline=tuple(_row(row, keep) for row in brief.timeline),
        ask=(),
        motion=brief.motion,
        raised_hand=brief.raised_hand,
        mask="id",
    )


def _of_company(anonymous: Brief, brief: Brief, keep: Keep) -> Brief:
    """`anonymous` with what `initials` shows and `id` does not."""
    return replace(
        anonymous,
        name=Fact(_initials(brief) or number(brief.lead), (), sayable=False),
        company=_fact(brief.company, keep),
        relationship=_relationship(brief.relationship, keep),
        fit=_fit(brief.fit, keep),
        came_from=_origin(brief.came_from, keep, campaign=True),
        ask=brief.ask,
        mask="initials",
        wrote=brief.comment is not None,
    )


def _initials(brief: Brief) -> str:
    words = re.findall(r"[^\W\d_][\w'’-]*", brief.name.value) if brief.name else []
    return " ".join(f"{word[0].upper()}." for word in words[:INITIALS])


def _values(brief: Brief, mask: Mask) -> Iterator[str]:
    """The person's own values, which nothing that is kept may repeat."""
    hidden = [brief.email, brief.phone, brief.comment, *([brief.company] if mask == "id" else [])]
    yield from (fact.value for fact in hidden if fact)
    yield from [brief.email.value.partition("@")[0]] if brief.email else []
    reading = brief.reading
    yield from filter(
        None, (reading.referred_by, reading.wants, brief.came_from and brief.came_from.referred_by)
    )
    words = re.findall(r"\w[\w'’-]*", brief.name.value) if brief.name else []
    inner = (word for word in words[1:-1] if len(word) >= SHORT)  # “van” and “de” are not theirs alone
    yield from (*words[:1], *inner, *words[-1:])


def _keeping(values: tuple[str, ...]) -> Keep:
    """How a text is kept: as it is, or hidden where it repeats one of `values`."""
    patterns = [re.compile(_pattern(folded)) for value in values if (folded := _folded(value))]

    def keep(text: str) -> str:
        folded = _folded(text)
        return HIDDEN if any(pattern.search(folded) for pattern in patterns) else text

    return keep


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _pattern(value: str) -> str:
    return re.escape(value) if len(value) >= SHORT else rf"(?<!\w){re.escape(value)}(?!\w)"


def _fact(fact: Fact | None, keep: Keep) -> Fact | None:
    return Fact(keep(fact.value), (), sayable=fact.sayable) if fact else None


def _owner(owner: Fact | None, keep: Keep) -> Fact | None:
    """Whose lead it is: a member of the workspace always; a name from elsewhere might be the lead's own."""
    if owner and MEMBER.fullmatch(owner.value):
        return Fact(owner.value, (), sayable=False)
    return _fact(owner, keep)


def _word(text: str | None, keep: Keep) -> str | None:
    return keep(text) if text else None


def _occasion(occasion: Occasion, keep: Keep) -> Occasion:
    return Occasion(occasion.kind, occasion.at, RECEIPT, _word(occasion.form, keep), occasion.away)


def _fit(fit: Fit | None, keep: Keep) -> Fit | None:
    """The grade and its rules: they are the playbook's words."""
    return Fit(keep(fit.grade), (), fit.reasons, _word(fit.system, keep)) if fit else None


def _relationship(past: Relationship | None, keep: Keep) -> Relationship | None:
    return Relationship(past.kind, past.since, (), _word(past.reason, keep)) if past else None


def _opener(opener: Opener, consumed: tuple[Consumed, ...], keep: Keep) -> Opener:
    pitch = Pitch(opener.pitch.track, keep(opener.pitch.question), keep(opener.pitch.offer))
    return Opener(None, consumed[:SPOKEN][::-1], pitch)


def _consumed(one: Consumed, keep: Keep) -> Consumed:
    title = Fact(keep(one.title.value), ())
    return Consumed(title, _word(one.type, keep), _word(one.topic, keep), one.at, one.verb)


def _origin(origin: Origin | None, keep: Keep, *, campaign: bool) -> Origin | None:
    """Source and medium, and with `campaign` that; of addresses and searches only that there were some."""
    if origin is None:
        return None
    return Origin(
        source=keep(origin.source) if origin.source else HIDDEN,
        medium=_word(origin.medium, keep),
        campaign=_word(origin.campaign, keep) if campaign else None,
    )


def _row(row: Row, keep: Keep) -> Row:
    title, detail = _kept_titles(row, keep)
    return Row(row.at, row.by, row.kind, title, row.trust, RECEIPT, detail, row.machine, row.ahead)


def _kept_titles(row: Row | Line, keep: Keep) -> tuple[str | None, str | None]:
    """Only content and forms keep their title: subjects, addresses and notes may say anything."""
    if row.kind not in READ_KINDS:
        return None, None
    return _word(row.title, keep), _word(row.detail, keep)
