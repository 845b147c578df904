"""`tipoff init` writes what a new installation needs, and never over what is there."""

import stat
from pathlib import Path

import pytest
from cli_rig import HOUSE, Desk

from funnel.playbook import parse_playbook

FILES = ["playbook.yaml", "manifest.yaml", ".env"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_init_writes_files_that_work(desk: Desk) -> None:
    said = desk.tipoff("init")

    assert said.code == 0
    assert said.out.splitlines()[:3] == [f"wrote  {name}" for name in FILES]
    assert (
        parse_playbook((desk.folder / "playbook.yaml").read_text(), "playbook.yaml").company == "Your company"
    )
    assert (desk.folder / "manifest.yaml").read_text() == (HOUSE / "manifest.yaml").read_text()
    assert [desk.tipoff("playbook", "check").code, desk.tipoff("migrate").code] == [0, 0]


def test_init_never_overwrites(desk: Desk) -> None:
    desk.write("playbook.yaml", "company: Mine\n")
    desk.tipoff("init")
    before = {name: (desk.folder / name).read_text() for name in FILES}

    said = desk.tipoff("init")

    assert said.out.splitlines()[:3] == [f"kept   {name}" for name in FILES]
    assert {name: (desk.folder / name).read_text() for name in FILES} == before
    assert before["playbook.yaml"] == "company: Mine\n"


def test_init_makes_the_folder_it_is_given(desk: Desk) -> None:
    assert desk.tipoff("init", "new/folder").code == 0
    assert sorted(path.name for path in (desk.folder / "new" / "folder").iterdir()) == sorted(FILES)


def test_init_where_nothing_can_be_written_is_a_sentence(desk: Desk) -> None:
    desk.write("taken", "a file")

    said = desk.tipoff("init", "taken")

    assert (said.code, said.out, said.err) == (1, "", "taken cannot be written: File exists.\n")


def test_the_token_is_a_new_one_that_only_its_owner_may_read(desk: Desk) -> None:
    tokens = set()
    for place in ("one", "two"):
        desk.tipoff("init", place)
        env = desk.folder / place / ".env"
        tokens.add(env.read_text().split("TIPOFF_INTAKE_TOKEN=")[1])
        assert stat.S_IMODE(env.stat().st_mode) == 0o600

    assert len(tokens) == 2
    assert min(map(len, tokens)) > 24
