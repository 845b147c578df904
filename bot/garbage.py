"""How seldom a process of ours looks for garbage."""

import gc


def collect_seldom() -> None:
    """Spare what was imported from garbage collection, and look at the rest less often.

    A batch of events is thousands of small objects that reference counting frees by itself; looking for
    cycles among them took a third of the time of taking it in.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
