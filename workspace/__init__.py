"""A local Slack: the Web API, Socket Mode, signed HTTP delivery, modals, App Home, and one web page.

`Workspace(Config(...)).serve()` starts it in the running event loop; `python -m workspace` in a process.
"""

from workspace.config import App, Channel, Command, Config, User
from workspace.delivery import Ack
from workspace.pace import Violation
from workspace.server import Running, Workspace
from workspace.state import Message, View

__all__ = [
    "Ack",
    "App",
    "Channel",
    "Command",
    "Config",
    "Message",
    "Running",
    "User",
    "View",
    "Violation",
    "Workspace",
]
