"""What a campaign is for: demand (people who ask to talk) or lead generation (details for content).

The playbook's word comes first, then what its spend was booked as, then what its leads did.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from funnel.campaign_rules import Campaigns
from funnel.counts import Ask, Cell, Cells
from funnel.glob import Globs, fits
from funnel.question import Question

Kind = Literal["demand", "lead", "mixed"]
MOST = 2 / 3
"""The share of leads with one motion from which a campaign is of that kind; below, it is mixed."""
NOTE = (
    "Kind: with a share, it is what so many of the campaign's leads did first: ask to talk, or take content."
)
_BOOKED: Mapping[Kind, Globs] = {"demand": ("demand*",), "lead": ("lead*",)}


@dataclass(frozen=True, slots=True)
class CampaignKind:
    """What a campaign is for; the `share`, 0 to 1, of the leads that say so, None where somebody said it.

    Of a mixed campaign it is the share of lead generation.
    """

    kind: Kind
    share: float | None = None


def stated(name: str, booked: Iterable[str], rules: Campaigns) -> CampaignKind | None:
    """The kind that the playbook names, or else the first meant by what its spend was `booked` as."""
    named: Mapping[Kind, Globs] = {"demand": rules.kinds.demand, "lead": rules.kinds.lead}
    found = (_meant(text, known) for text, known in ((name, named), *((word, _BOOKED) for word in booked)))
    return next((CampaignKind(kind) for kind in found if kind), None)


def _meant(text: str, known: Mapping[Kind, Globs]) -> Kind | None:
    return next((kind for kind, globs in known.items() if fits(text, globs)), None)


def motion_ask(question: Question) -> Ask:
    """What has to be counted to tell a campaign's kind by its leads, whichever of them are asked about."""
    names = frozenset({"demand_first", "lead_first"})
    return Ask(names, question.period, "cohort", "campaign", (), question.as_of)


def by_motion(campaigns: Iterable[str], motions: Cells) -> dict[str, CampaignKind]:
    """The kind of each campaign by what its leads did first; a campaign without such leads has none."""
    found = {name: _of(motions.get(name, Cell())) for name in campaigns}
    return {name: kind for name, kind in found.items() if kind}


def _of(cell: Cell) -> CampaignKind | None:
    demand, lead = cell.counts.get("demand_first", 0), cell.counts.get("lead_first", 0)
    if not demand + lead:
        return None
    share = lead / (demand + lead)
    if share >= MOST:
        return CampaignKind("lead", share)
    return CampaignKind("demand", 1 - share) if 1 - share >= MOST else CampaignKind("mixed", share)
