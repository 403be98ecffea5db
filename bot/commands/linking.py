"""/link: being one person on several platforms. Its answer is for the eyes of the asker alone."""

from bot.commands.declaration import command
from bot.commands.room import Room
from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Tone
from core.commands import IssueLinkCode, RedeemLinkCode
from core.errors import N_
from core.policy import Action
from core.text import Text
from core.usecases.linking import CodeGiven, ConfirmFirst, WrongCode, written
from core.vocabulary import Call, Parameter, ParameterKind, Reply


@command(
    "link",
    "",
    Parameter(
        name="code",
        kind=ParameterKind.WORD,
        help=N_("The code that /link gave you on the other platform; without one you get one"),
        required=False,
    ),
    Parameter(name="confirm", kind=ParameterKind.WORD, help=N_("The word yes, where it is asked for"), required=False),
    help=N_("Be one person here, whatever platform you are on"),
    action=Action.OPEN,
)
async def link(call: Call, room: Room) -> Reply:
    code = call.arguments.get("code")
    return await _issued(call, room) if code is None else await _redeemed(code, call, room)


async def _issued(call: Call, room: Room) -> Reply:
    outcome = await room.do(IssueLinkCode(), call)
    if outcome.code is None:
        raise CodeGiven
    _ = room.reader(call).gettext
    how = _("Type /link {code} on the other platform within 10 minutes, signed in as yourself there.")
    return Reply(
        card=Card(
            title=_("Your code is {code}").format(code=outcome.code),
            body=Text.of(how.format(code=outcome.code)),
            footer=_("Show it to nobody: whoever types it becomes one person with you. Type nobody else's, either."),
        )
    )


async def _redeemed(code: str, call: Call, room: Room) -> Reply:
    confirmed = call.arguments.get("confirm", "").casefold() == "yes"
    try:
        outcome = await room.do(RedeemLinkCode(code=code, confirmed=confirmed), call)
    except ConfirmFirst as doubt:
        return Reply(card=_question(code, doubt, call, room))
    if outcome.person is None:
        raise WrongCode
    _ = room.reader(call).gettext
    return Reply(
        card=Card(
            title=_("You are one person on both platforms now"),
            body=Text.of(_("Your tickets, messages and roles are together: /ticket list shows all that is yours.")),
            tone=Tone.GOOD,
        )
    )


def _question(code: str, doubt: ConfirmFirst, call: Call, room: Room) -> Card:
    _ = room.reader(call).gettext
    press = Press("link", "", None, {"code": written(code), "confirm": "yes"})
    return Card(
        title=_("Is {name} ({where}) you as well?").format(**doubt.values),
        body=Text.of(
            _(
                "You would be one person here: each has the rights of both and reads what the other may. It cannot be "
                "undone. If somebody else gave you that code, it is not you: do nothing."
            )
        ),
        tone=Tone.WARNING,
        buttons=(Button(label=_("Yes, that is me"), action=encode_press(press), style=ButtonStyle.DANGER),),
    )


COMMANDS = (link,)
