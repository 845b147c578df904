"""The slash commands, as a table: what each is called, what it does, and the function that answers.

The table is all there is: Bolt's listeners, the manifest, the help and the terminal are made from it.
"""

from bot.commands import lead, questions, tipoff
from bot.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    lead.COMMAND,
    questions.KPI,
    questions.FUNNEL,
    questions.CAMPAIGNS,
    tipoff.COMMAND,
)
