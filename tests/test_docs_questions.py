"""docs/questions.md is a promise: asked of the sample company, its ten questions are answered as it shows.

`TIPOFF_GOLDEN=write` writes the answers anew.
"""

import re
from datetime import UTC, datetime
from functools import partial

import pytest
from cli_rig import HOUSE, Desk
from conftest import run_apart
from docs_rig import OUTPUTS, compare, printed

from bot import queries, sample
from bot.settings import load_playbook
from storage.store import Store

DOCUMENT = HOUSE / "docs" / "questions.md"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BATCH = 2_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A terminal beside the store of Meridian Widgets."""
    folder = tmp_path_factory.mktemp("meridian")
    desk = Desk(
        folder, {"DATABASE_URL": f"sqlite:///{folder / 'tipoff.db'}", "TIPOFF_PLAYBOOK": str(sample.PLAYBOOK)}
    )
    run_apart(remember(desk.variables["DATABASE_URL"]))
    return desk


async def remember(url: str) -> None:
    playbook = load_playbook(sample.PLAYBOOK)
    async with Store.open(url, migrate=True) as store:
        events = tuple(sample.history(playbook, NOON))
        for start in range(0, len(events), BATCH):
            await store.record(events[start : start + BATCH])
        while (await store.tell(playbook, NOON)).events:
            pass


def test_its_ten_questions_are_answered_as_it_shows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "clock", lambda: NOON)

    assert len(re.findall(OUTPUTS, DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)) == 10
    compare(DOCUMENT, OUTPUTS, partial(printed, desk))
