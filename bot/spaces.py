"""The ways out to alert spaces, to the addresses that escalations write to and to endpoints, each with its own pace."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from adapters.email.channel import Mail
from adapters.email.config import sender_of, smtp_server
from adapters.gchat.channel import GoogleChat
from adapters.webhook.channel import Webhook
from adapters.webhook.events import Events
from bot.settings import Settings
from bot.settings.alerts import SpaceKind, SpaceTable
from core.model.outbox import ToEmail, ToEndpoint, ToSpace
from core.ports import Channel, Clock


class Spaces:
    """``spaces``: the kind of each alert space, by its key; one that is not there, since bot.toml has it no longer, is
    Google Chat's to refuse. ``endpoints``: the keys of those that are told of events. ``mail``: None where the desk has
    no mail server."""

    def __init__(
        self,
        spaces: Mapping[str, SpaceKind],
        *,
        chat: GoogleChat,
        hooks: Webhook,
        mail: Mail | None,
        events: Events,
        endpoints: frozenset[str],
    ) -> None:
        self._spaces = dict(spaces)
        self._chat = chat
        self._hooks = hooks
        self._mail = mail
        self._events = events
        self._endpoints = endpoints

    def of(self, address: ToSpace | ToEmail | ToEndpoint) -> Channel | None:
        """The channel that takes what is for ``address``; None where there is no way out to it."""
        if isinstance(address, ToEndpoint):
            return self._events if address.endpoint in self._endpoints else None
        kind = SpaceKind.EMAIL if isinstance(address, ToEmail) else self._spaces.get(address.space)
        match kind:
            case SpaceKind.EMAIL:
                return self._mail
            case SpaceKind.WEBHOOK:
                return self._hooks
            case _:
                return self._chat

    async def close(self) -> None:
        await self._chat.close()
        await self._hooks.close()
        await self._events.close()
        if self._mail is not None:
            await self._mail.close()


def open_spaces(settings: Settings, inbox: Mapping[str, str], clock: Clock) -> Spaces:
    """``inbox``: where the demo's own inbox takes what is for each space; empty on a real desk. A space that has an
    address is reached there all the same."""
    zone = ZoneInfo(settings.desk.time_zone)
    unheard = {key: url for key, url in inbox.items() if key in settings.unheard_spaces()}
    return Spaces(
        {space.key: _kind(space, unheard) for space in settings.alerts.spaces},
        chat=GoogleChat({**unheard, **settings.gchat_spaces()}, zone=zone, clock=clock),
        hooks=Webhook(settings.webhook_spaces(), clock=clock),
        mail=_mail(settings, zone, clock),
        events=Events(settings.endpoint_hooks(), clock=clock),
        endpoints=frozenset(settings.endpoint_hooks()),
    )


def _kind(space: SpaceTable, unheard: Mapping[str, str]) -> SpaceKind:
    """The demo's inbox speaks Google Chat."""
    return SpaceKind.GCHAT if space.key in unheard else space.kind


def _mail(settings: Settings, zone: ZoneInfo, clock: Clock) -> Mail | None:
    url, sender = settings.email.smtp_url, settings.email.sender
    if url is None or sender is None:
        return None
    server = smtp_server(url.get_secret_value())
    return Mail(server, sender_of(sender), spaces=settings.email_spaces(), zone=zone, clock=clock)
