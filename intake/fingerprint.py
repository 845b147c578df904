"""An id for what came without one: the same whenever the same is sent again."""

import hashlib
import json
from typing import Any


def fingerprint(value: Any) -> str:
    """The SHA-256 of a JSON value, whatever the order of its fields."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
