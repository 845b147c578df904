"""Which team a lead is with: no event says it, so the playbook says whose team its owner is in."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
NO_TEAM = "none"  # what `where team=` calls those who are in no team


def _one_team_each(teams: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    of: dict[str, str] = {}
    for team, owners in teams.items():
        if _plain(team) == NO_TEAM:
            raise ValueError(f"calls a team “{team}”, as all are called who are in no team")
        for owner in owners:
            other = of.setdefault(_plain(owner), team)
            if other != team:
                raise ValueError(f"has “{owner}” in two teams, “{other}” and “{team}”")
    return teams


Teams = Annotated[dict[Name, tuple[Name, ...]], AfterValidator(_one_team_each)]


def team_of(owner: str | None, teams: Mapping[str, tuple[str, ...]]) -> str | None:
    """The team of whoever owns a lead or a deal, in any case; None for who is in no team, and for nobody."""
    if owner is None:
        return None
    wanted = _plain(owner)
    return next((team for team, owners in teams.items() if wanted in map(_plain, owners)), None)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
