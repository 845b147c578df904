"""`tipoff init`: the files that a new installation needs."""

import secrets
from collections.abc import Iterator
from pathlib import Path

from bot.manifest import as_yaml

SECRET, OPEN = 0o600, 0o644  # who on the machine may read a file: its owner, or everybody
PLAYBOOK = """\
# How your company counts, routes and speaks. `tipoff playbook show` prints every rule with its default;
# `tipoff playbook schema > playbook.schema.json` teaches your editor.
company: Your company
timezone: UTC            # IANA name, such as America/New_York: days and weeks begin by it
channels:
  briefs: "#leads"       # invite @Tipoff there
"""
ENVIRONMENT = """\
# api.slack.com/apps, your app: OAuth & Permissions
SLACK_BOT_TOKEN=
# Basic Information, App-Level Tokens, scope connections:write (not needed with --http)
SLACK_APP_TOKEN=
# Basic Information, App Credentials (needed only with --http)
SLACK_SIGNING_SECRET=
# What senders of events show: bearer token of /intake/events, write key of the Segment door
TIPOFF_INTAKE_TOKEN={token}
"""


def set_up(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Write what is missing in `folder`; yields each file, and whether it was written.

    Raises:
        OSError: the folder cannot be made or written to.

    """
    files = {
        "playbook.yaml": PLAYBOOK,
        "manifest.yaml": as_yaml(over_http=False),
        ".env": ENVIRONMENT.format(token=secrets.token_urlsafe(24)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        try:
            path.touch(mode=SECRET if name == ".env" else OPEN, exist_ok=False)
        except FileExistsError:
            yield path, False
        else:
            path.write_text(text, encoding="utf-8")
            yield path, True
