"""The sample company of `tipoff demo`: Meridian Widgets, which sells industrial widgets and retrofits them.

`history` is its past year, `joe` and `jon` are the two leads that the demo begins with, `trickle` is what
comes next, and `rush` a surge of leads.
"""

from pathlib import Path

from bot.sample.live import Beat, rush, trickle
from bot.sample.two_leads import joe, jon
from bot.sample.year import history

_HERE = Path(__file__).parent
_PACKAGED, _CHECKOUT = _HERE / "playbook.yaml", _HERE.parents[1] / "playbook.yaml"
PLAYBOOK = _PACKAGED if _PACKAGED.exists() else _CHECKOUT
"""The rules of Meridian Widgets, which are also the project's example."""

__all__ = ["PLAYBOOK", "Beat", "history", "joe", "jon", "rush", "trickle"]
