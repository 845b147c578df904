"""The second process: it reads batches for the first while a crowd of them waits (`bot.reading`).

    python -m bot.reader

Jobs come in and answers go out, in the same order, through the socket that it has as its standard input. It
knows nothing but how to read, imports little, and ends when the other end of the socket does.
"""

import contextlib
import pickle
import socket
from datetime import datetime

from bot.garbage import collect_seldom
from funnel.playbook import Playbook
from intake import segment
from intake.answer import Batch

SIZE = 4  # bytes before each answer, which say how long it is


def main() -> None:
    """Read until nobody can ask any more."""
    collect_seldom()
    gone = (EOFError, pickle.UnpicklingError, OSError)  # between two jobs, within one, or before its answer
    with contextlib.suppress(*gone), socket.socket(fileno=0) as wire, wire.makefile("rb") as jobs:
        wire.sendall(_packed(None))  # ready
        playbook = Playbook()
        while True:
            kind, body, received, newer = pickle.load(jobs)  # noqa: S301 - the first process wrote it
            playbook = newer or playbook
            wire.sendall(_packed(_read(kind, body, received, playbook)))


def _read(kind: str, body: bytes, received: datetime, playbook: Playbook) -> Batch | None:
    """What is in the body; None where that fails: the first process reads it too, and meets what is wrong."""
    try:
        return segment.read(kind, body, received, playbook)
    except Exception:  # noqa: BLE001 - a failure of ours is met there as well
        return None


def _packed(batch: Batch | None) -> bytes:
    packed = pickle.dumps(batch, pickle.HIGHEST_PROTOCOL)
    return len(packed).to_bytes(SIZE, "big") + packed


if __name__ == "__main__":
    main()
