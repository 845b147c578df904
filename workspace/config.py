"""Who is in the workspace and which app is installed: values, decided before the server starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

BOT_SCOPES = frozenset(
    [
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "users:read",
        "users:read.email",
    ]
)


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    real_name: str
    title: str = ""
    email: str = ""
    avatar: str = "🙂"
    tz: str = "Europe/Berlin"
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation: `C…` public, `G…` private, `D…` a direct message between the app and `user`."""

    id: str
    name: str
    topic: str = ""
    members: frozenset[str] = frozenset()
    is_private: bool = False
    is_archived: bool = False
    user: str | None = None

    @property
    def is_im(self) -> bool:
        return self.user is not None


@dataclass(frozen=True, slots=True)
class Command:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """The one app installed here. Without a `request_url` it is spoken to through Socket Mode."""

    name: str = "App"
    description: str = ""
    app_id: str = "A0APP"
    bot_id: str = "B0APP"
    bot_user_id: str = "U0APP"
    bot_token: str = "xoxb-local-workspace"  # noqa: S105 - opens nothing but this process
    app_token: str = "xapp-local-workspace"  # noqa: S105 - opens nothing but this process
    signing_secret: str = "local-signing-secret"  # noqa: S105 - opens nothing but this process
    avatar: str = "🤖"
    scopes: frozenset[str] = BOT_SCOPES
    commands: tuple[Command, ...] = ()
    events: frozenset[str] = frozenset()
    home_tab: bool = True
    request_url: str | None = None

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any], **changes: Any) -> App:
        """Read what a Slack app manifest declares; `changes` set the rest (tokens, `request_url`)."""
        about = manifest["display_information"]
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        bot_user = features.get("bot_user", {})
        declared: dict[str, Any] = {
            "name": bot_user.get("display_name", about["name"]),
            "description": about.get("description", ""),
            "scopes": frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
            "commands": tuple(_command(each) for each in features.get("slash_commands", ())),
            "events": frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
            "home_tab": features.get("app_home", {}).get("home_tab_enabled", False),
        }
        return cls(**(declared | changes))


def _command(declared: Mapping[str, Any]) -> Command:
    return Command(
        command=declared["command"],
        description=declared.get("description", ""),
        usage_hint=declared.get("usage_hint", ""),
        should_escape=declared.get("should_escape", False),
    )


PEOPLE = (
    User("U0ANNA", "anna", "Anna Rivera", "Sales representative", "anna@example.com", "🦊"),
    User("U0BEN", "ben", "Ben Okafor", "Sales representative", "ben@example.com", "🐻"),
    User("U0MAYA", "maya", "Maya Lindqvist", "Sales manager", "maya@example.com", "🦉"),
    User("U0TOM", "tom", "Tom Becker", "Marketing", "tom@example.com", "🐙"),
)
EVERYONE = frozenset(user.id for user in PEOPLE)
CHANNELS = (
    Channel("C0LEADS", "leads", "New leads and who calls them", EVERYONE | {"U0APP"}),
    Channel("C0MARKETING", "marketing", "Campaigns and what they bring", EVERYONE | {"U0APP"}),
    Channel("C0GENERAL", "general", "Company-wide announcements", EVERYONE),
    Channel(
        "G0MANAGERS", "sales-managers", "Pipeline reviews", frozenset({"U0MAYA", "U0APP"}), is_private=True
    ),
)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that may be decided about a workspace; seconds are real seconds."""

    team_id: str = "T0LOCAL"
    team_name: str = "Local Workspace"
    team_domain: str = "local"
    users: tuple[User, ...] = PEOPLE
    channels: tuple[Channel, ...] = CHANNELS
    app: App = field(default_factory=App)
    rate: float = 1.0  # chat.postMessage a second, in each channel
    burst: int = 1  # messages a rested channel takes at once
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    response_url_seconds: float = 1800.0
    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)

    @classmethod
    def from_manifest(
        cls, manifest: Mapping[str, Any], *, app: Mapping[str, Any] | None = None, **changes: Any
    ) -> Config:
        """A workspace with the manifest's app installed; `app` overrides the app, `changes` the rest."""
        return replace(cls(), app=App.from_manifest(manifest, **(app or {})), **changes)
