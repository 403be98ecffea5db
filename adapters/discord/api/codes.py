"""Those of Discord's JSON error codes that mean something particular to the desk.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from enum import IntEnum


class Code(IntEnum):
    UNKNOWN_CHANNEL = 10003
    UNKNOWN_MEMBER = 10007
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_USER = 10013
    UNKNOWN_EMOJI = 10014
    UNKNOWN_WEBHOOK = 10015
    PINS_FULL = 30003
    WEBHOOKS_FULL = 30007
    REACTIONS_FULL = 30010
    THREAD_FULL = 30033
    DIRECT_MESSAGES_TOO_FAST = 40003
    TOO_LARGE = 40005
    MISSING_ACCESS = 50001
    MISSING_PERMISSIONS = 50013
    BAD_WEBHOOK_TOKEN = 50027
    ARCHIVED = 50083
    HAS_THREAD = 160004
    LOCKED = 160005
    THREADS_FULL = 160006


NOT_THERE = frozenset({Code.UNKNOWN_MEMBER, Code.UNKNOWN_USER})
"""Somebody who left the server, or deleted their account."""
FORBIDDEN = frozenset({Code.MISSING_ACCESS, Code.MISSING_PERMISSIONS})
