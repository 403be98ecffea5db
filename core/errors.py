"""Refusals: what the desk answers when it will not do a thing, in a sentence fit for the person who asked.

Each class holds one template; ``sentence`` fills it in the reader's language. ``N_`` marks a template for translation
without translating it. Nothing here is a fault of the desk: a fault has a traceback in the log, a refusal has none.
"""

from collections.abc import Callable
from typing import ClassVar

Gettext = Callable[[str], str]


def N_(template: str) -> str:  # noqa: N802 - the name that gettext tools look for
    return template


class Refusal(Exception):
    """The one root. ``reason`` is its stable name, for programs."""

    template: ClassVar[str] = N_("That is not possible.")
    reason: ClassVar[str] = "refused"

    def __init__(self, **values: str | int) -> None:
        super().__init__(self.template.format(**values))
        self.values = values

    def sentence(self, gettext: Gettext = lambda message: message) -> str:
        """What the person reads. Values may be people's words: the door escapes them as any other words.

        An empty value stays empty: gettext answers "" with its catalogue's header.
        """
        return gettext(self.template).format(
            **{key: gettext(value) if value and isinstance(value, str) else value for key, value in self.values.items()}
        )


class Forbidden(Refusal):
    """Refused because of who asks."""

    reason = "not_allowed"


class NotAllowed(Forbidden):
    template = N_("You may not {what}: {who} can.")


class NotActive(Forbidden):
    template = N_("Your account is {standing}: you can read your own tickets, and nothing else for now.")


class MissingTicket(Refusal):
    """Refused because it is not there, or the person may not know that it is: the same words for both."""

    reason = "not_found"


class NoSuchTicket(MissingTicket):
    template = N_("There is no ticket {ref} that you can see. /ticket list shows yours.")


class Erased(Refusal):
    """To those who might see the ticket before."""

    reason = "erased"
    template = N_("{ref} was erased on {day}.")


class NoSuchPerson(MissingTicket):
    template = N_("Nobody here is called “{name}”. Use their email address or the name shown beside their messages.")


class NobodyConfirmed(NoSuchPerson):
    template = N_(
        "Nobody here has confirmed the address “{name}”, so it may be anybody's. "
        "Use the name shown beside their messages."
    )


class NoSuchMessage(MissingTicket):
    template = N_("That message is not there, or was taken back.")


class NoSuchFile(MissingTicket):
    template = N_("That file is not there, or not yours to use.")


class NoSuchDraft(MissingTicket):
    template = N_(
        "That form is no longer open: it was sent already, or it is older than a week (than a day, where its words "
        "looked like a password). "
        "/ticket list shows your tickets, /ticket open starts a new one."
    )


class NoSuchDelivery(MissingTicket):
    template = N_("There is no failed delivery {number}. /desk failures lists them.")


class NoSuchFaq(MissingTicket):
    template = N_("There is no FAQ {ref} that you can read. /faq list shows those there are.")


class Clash(Refusal):
    """Refused because of the state things are in."""

    reason = "conflict"


class AlreadyClaimed(Clash):
    template = N_("{ref} is already with {name}. An agent can take it over with /ticket assign.")


class AlreadyYours(Clash):
    template = N_("{ref} is already yours.")


class NotAssigned(Clash):
    template = N_("{ref} is with nobody yet.")


class WrongStatus(Clash):
    template = N_("{ref} is {status}, so it cannot {what}. {mend}")


class MergedAway(Clash):
    """What is written for it belongs into the ticket that goes on in its place."""

    template = N_(
        "{ref} was merged into {into}, which goes on in its place; you hear when that is solved. "
        "If yours is something else, /ticket mine {ref} opens a new ticket with what you wrote."
    )


class AlreadySo(Clash):
    template = N_("{ref}: {what} already.")


class SameTicket(Clash):
    template = N_("{ref} is one and the same ticket: name another.")


class TooLate(Clash):
    template = N_("That can be taken back for {time} only, and that is over.")


class NothingToUndo(Clash):
    template = N_("You have written nothing in {ref} that could be taken back.")


class ReplyMeanwhile(Clash):
    template = N_(
        "{name} replied in {ref} while you were writing, so yours was not sent yet. "
        "Read their reply; then send yours again if it still adds something."
    )
    reason = "reply_meanwhile"


class LooksSecret(Clash):
    """``what``: what was seen in it."""

    template = N_(
        "This looks as if it held {what}, so it was not sent to whoever reads {ref} yet. "
        "Take it out, or send it anyway if you are sure."
    )
    reason = "looks_secret"


class NothingHeldBack(Clash):
    template = N_("{ref}: that was sent already, or taken back.")


class SaidElsewhere(Clash):
    template = N_("You wrote this on {platform}: change it there, and it changes here too.")


class StaffAnswered(Clash):
    template = N_("{ref} has been answered already, so it cannot be withdrawn. You can close it with /ticket close.")


class Busy(Clash):
    template = N_("Others are changing {ref} right now. Nothing was changed by you: please try again.")
    reason = "busy"


class BadInput(Refusal):
    """Refused because of what was typed: which part, and how to mend it."""

    reason = "bad_input"


class BadCommand(BadInput):
    template = N_("There is no command “{name}”. {hint}")


class BadArgument(BadInput):
    template = N_("{name}: {problem} Usage: {usage}")


class WhichTicket(BadInput):
    template = N_("Which ticket? Write its ref, like T-12, or use the command in the ticket's thread. Usage: {usage}")


class BadField(BadInput):
    template = N_("{name}: {problem}")


class AmbiguousPerson(BadInput):
    template = N_("More than one person is called “{name}”: use their email address.")


class QuotaReached(Refusal):
    """Refused because of how much: it says when it is possible again, and (``urgent``) what to do if that is late."""

    reason = "quota"


class TooManyOpen(QuotaReached):
    template = N_(
        "You have {count} open tickets, and {limit} is the most at once. Close one that is settled, "
        "or add to one with a reply. {urgent}"
    )


class TooManyToday(QuotaReached):
    template = N_(
        "You have opened {count} tickets in the last 24 hours, and {limit} is the most. "
        "The next is possible in {wait}. {urgent}"
    )


class TooSoon(QuotaReached):
    template = N_("Please wait {wait} before opening another ticket. {urgent}")


class EmailTaken(Clash):
    template = N_("There is an account with that email address or username already. Sign in with it instead.")


class Unavailable(Refusal):
    """The desk itself cannot serve just now: a locked, read-only or full database. Nothing was changed."""

    reason = "unavailable"
    template = N_("The desk cannot save anything right now: {why}. Nothing was changed; please try again in a minute.")


class Conflict(Exception):
    """Another transaction changed the same row first. The engine tries again; no person reads this."""
