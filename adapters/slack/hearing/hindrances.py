"""What keeps the app from hearing anybody at all, told to the admins: what was heard waits until it is mended, and who
asked for something is told to ask again."""

from adapters.slack.api.client import Refused
from adapters.slack.api.codes import NO_SCOPE
from adapters.slack.sending.troubles import TOKEN, WORKSPACE, Troubles, scope_key

_NEEDED = (TOKEN, WORKSPACE, scope_key("users:read"))


class Hindrances:
    def __init__(self, troubles: Troubles) -> None:
        self._troubles = troubles

    async def met(self, refused: Refused) -> bool:
        """A refusal on the way of something that was heard; whether it is for an admin to mend."""
        if refused.error in NO_SCOPE:
            await self._troubles.lacks(refused)
            return True
        return await self._troubles.shut_out(refused) is not None

    async def passed(self) -> None:
        """Something that was heard is taken."""
        for key in _NEEDED:
            await self._troubles.fine(key)
