"""One line, for the staff, for what could not be read of a ticket's thread on a platform."""

from core.cards.card import Reader
from core.cards.times import on_the_clock, when
from core.errors import N_
from core.events import Event, ThreadCaughtUp, ThreadNotRead
from core.model.thread import Audience, GapReason

_UNREAD = {
    GapReason.SHUT_OUT: N_(
        "What was written in {place} from {since} to {until} could not be read, since the desk is not let in there; "
        "{who}"
    ),
    GapReason.TOO_OLD: N_(
        "What was written in {place} from {since} to {until} could not be read, since {platform} shows nothing that "
        "old any more; {who}"
    ),
    GapReason.DELETED: N_(
        "What was written in {place} from {since} to {until} could not be read before it was deleted; {who}"
    ),
}
_STAFFS = N_("whoever wrote there may have to write it again")
_REQUESTERS = N_("who asked may have to be asked to write it again")


def line_of_gap(event: Event, reader: Reader) -> str:
    """The line; nothing for an event of another kind."""
    _ = reader.gettext
    match event:
        case ThreadNotRead(audience=audience, since=since, until=until):
            return _(_UNREAD[event.reason]).format(
                place=_place(event, reader),
                platform=event.platform.capitalize(),
                since=on_the_clock(since, reader),
                until=when(until, reader),
                who=_(_STAFFS if audience is Audience.STAFF else _REQUESTERS),
            )
        case ThreadCaughtUp():
            return _("What could not be read in {place} has been read by now").format(place=_place(event, reader))
        case _:
            return ""


def _place(event: ThreadNotRead | ThreadCaughtUp, reader: Reader) -> str:
    _ = reader.gettext
    staffs = event.audience is Audience.STAFF
    words = _("the staff's thread on {platform}") if staffs else _("its thread on {platform}")
    return words.format(platform=event.platform.capitalize())
