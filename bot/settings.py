"""Secrets and addresses, from the environment or a `.env` file; nothing else configures the bot."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from funnel.errors import PlaybookError, TipoffError
from funnel.playbook import Playbook, parse_playbook

SLACK_API_URL = "https://slack.com/api/"


class SettingsError(TipoffError):
    """An environment variable is missing or cannot be used; names it."""


class Settings(BaseSettings):
    """What differs between one machine and the next. Field names are the environment's, in lower case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = SLACK_API_URL
    database_url: str = "sqlite:///tipoff.db"
    tipoff_playbook: Path = Path("playbook.yaml")
    tipoff_templates: Annotated[Path | None, BeforeValidator(lambda given: given or None)] = Field(
        default=None, description="the folder of your own pages; absent: `templates` beside the playbook"
    )
    tipoff_intake_token: SecretStr = SecretStr("")
    tipoff_message_spacing: Annotated[float, Field(gt=0)] = Field(
        default=1.0, description="seconds between two messages in one channel; Slack allows one a second"
    )
    tipoff_reply_pace: Annotated[float, Field(ge=0)] = Field(
        default=60.0, description="seconds between two changes of one reply under a brief"
    )
    tipoff_slack_timeout: Annotated[float, Field(gt=0)] = Field(
        default=10.0, description="seconds after which an unanswered call to Slack counts as ambiguous"
    )

    @property
    def templates(self) -> Path:
        """Where the team's own pages are; nothing has to be there."""
        return self.tipoff_templates or self.tipoff_playbook.parent / "templates"

    @property
    def lease_seconds(self) -> float:
        """How long a worker may hold a card: to prepare, to post, and to let a post that was cut off settle.

        Whoever comes next looks for the message before posting it, so the call of a worker that died must be
        over by then: one timeout to begin it (see `Worker`), one to have it answered, one for Slack to end.
        """
        return 3 * self.tipoff_slack_timeout


def load_playbook(path: Path) -> Playbook:
    """The playbook at `path`; the built-in one where there is no file.

    Raises:
        PlaybookError: naming the file, the place in it, the value and what is allowed.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Playbook()
    except (OSError, UnicodeDecodeError) as error:
        raise PlaybookError(f"{path} cannot be read: {error}") from None
    return parse_playbook(text, str(path))
