"""The gateway intents by which events are told. https://discord.com/developers/docs/events/gateway#list-of-intents"""

GUILDS = 1 << 0
MEMBERS = 1 << 1
WEBHOOKS = 1 << 5
PRESENCES = 1 << 8
MESSAGES = 1 << 9
REACTIONS = 1 << 10
DIRECT_MESSAGES = 1 << 12
DIRECT_REACTIONS = 1 << 13
MESSAGE_CONTENT = 1 << 15
ALWAYS = -1
"""An event that needs no intent."""
