"""How loud chance is in one workspace, by its own last weeks, and so how much evidence must be to be told."""

from dataclasses import dataclass

MODEST = 0.5
"""Powers of ten that chance alone often says, on any day; what really happens is seldom as little."""
_OFTEN = 0.0115
"""Days on which it does, for each hour with leads enough; measured on quiet histories, and nearly the same
for campaigns large and small."""
_FADES = 0.5 ** (1 / 28)
"""Half of what counts is from the last four weeks."""
_PRIOR = 60.0
"""Times' worth of trust that chance is here as it is elsewhere."""
_LEAST, _MOST = 1 / 3, 3.0


@dataclass(slots=True)
class Luck:
    """Days on which chance spoke of a segment, and on how many it should have; fading.

    What was told, and what it is a part of or made of, is in neither.
    """

    was: float = 0.0
    due: float = 0.0

    def add(self, days: int, hours: float) -> None:
        """Another night: chance spoke of so many segments yesterday, which had so many hours to do so."""
        self.was = self.was * _FADES + days
        self.due = self.due * _FADES + hours * _OFTEN

    @property
    def times(self) -> float:
        """How many times as many false messages to expect as elsewhere, from a third to three.

        Where chance is modest more often, it is far off yet more often; so the square.
        """
        often = (_PRIOR + self.was) / (_PRIOR + self.due)
        return min(max(often**2, _LEAST), _MOST)
