"""The slash commands, each declared once: a new one is a function in one of these modules, and it is on every door."""

from bot.commands import desk, linking, ticket, work
from bot.commands.declaration import Declared

COMMANDS: tuple[Declared, ...] = (*ticket.COMMANDS, *work.COMMANDS, *linking.COMMANDS, *desk.COMMANDS)
