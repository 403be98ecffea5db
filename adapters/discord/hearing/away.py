"""Which failures of discord.py pass by themselves."""

import discord

from adapters.chat.lanes import away


def discord_away(error: Exception) -> float | None:
    """``adapters.chat.lanes.Away``, for what discord.py raises too."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if isinstance(error, discord.HTTPException):
        return 0.0 if error.status >= 500 or error.status == 429 else None
    return away(error)
