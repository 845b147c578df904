"""The promise: no lead is lost and none is said twice, whatever dies when. The long form is a benchmark."""

from pathlib import Path

import pytest

from benchmarks.reliability import MOMENTS, prove


@pytest.mark.parametrize(("database", "replicas"), [("sqlite_url", 1), ("postgres_url", 2)])
async def test_every_lead_is_said_exactly_once_although_tipoff_is_killed_and_slack_fails(
    database: str, replicas: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    proof = await prove(request.getfixturevalue(database), tmp_path, replicas=replicas)

    assert proof.holds, f"{proof}\n" + "\n".join(proof.log)
    assert sum(proof.kills.values()) == 20
    assert set(proof.kills) == set(MOMENTS)
    assert proof.briefs > 25
    assert proof.troubles > 5
