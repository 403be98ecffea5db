"""The slash commands, each declared once: a new one is a function in one of these modules, and it is on every door."""

from bot.commands import (
    alerts,
    ask,
    combining,
    desk,
    duty,
    endpoints,
    erasing,
    faq,
    linking,
    ticket,
    transcript,
    waiting,
    work,
)
from bot.commands.declaration import Declared

COMMANDS: tuple[Declared, ...] = (
    *ticket.COMMANDS,
    *work.COMMANDS,
    *waiting.COMMANDS,
    *duty.COMMANDS,
    *alerts.COMMANDS,
    *faq.COMMANDS,
    *ask.COMMANDS,
    *combining.COMMANDS,
    *transcript.COMMANDS,
    *linking.COMMANDS,
    *desk.COMMANDS,
    *erasing.COMMANDS,
    *endpoints.COMMANDS,
)
