"""Digests: questions that the playbook asks by itself, answered as the store stood when they were due."""

from datetime import UTC, datetime

AT = "%Y-%m-%dT%H%MZ"


def digest_key(name: str, at: datetime) -> str:
    """The card of the digest of that name that was due `at` that minute."""
    return f"digest:{name}:{at.astimezone(UTC):{AT}}"


def digest_of(key: str) -> tuple[str, datetime]:
    """The name and the time of a digest's card."""
    _, name, at = key.split(":")
    return name, datetime.strptime(at, AT).replace(tzinfo=UTC)
