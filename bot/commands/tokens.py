"""`/tokens`: the programs that act for somebody, and ending each of them."""

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import one_line
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Inline, Reply, ReplyItem, Timestamp, Tone
from core.errors import Invalid
from core.ports.storage import LoginToken

_WORDS = {"revoke", "end", "remove", "delete"}
_NAME = 32
"""Hex digits that name a token well enough on a button."""


async def handle(context: CommandContext) -> Reply:
    person = context.person
    words = [each for each in context.text.casefold().split() if each not in _WORDS]
    logins = await context.services.accounts.logins(person.id)
    if not words:
        return _listed(logins)
    return await _end(context, _numbered(logins, words))


async def handle_button(context: CommandContext) -> Reply:
    logins = await context.services.accounts.logins(context.person.id)
    return await _end(context, next((each for each in logins if _name(each) == context.value), None))


def _listed(logins: list[LoginToken]) -> Reply:
    if not logins:
        return Reply(("No program acts for you.",))
    return Reply(
        ("These programs act for you. End those that you do not know.",),
        items=tuple(_item(number, each) for number, each in enumerate(logins, 1)),
        footer=("Last uses are written down every minute.",),
    )


def _item(number: int, login: LoginToken) -> ReplyItem:
    detail: list[Inline] = ["since ", Timestamp(login.created_at), " · "]
    detail += ["last used ", Timestamp(login.last_used_at)] if login.last_used_at else ["never used yet"]
    button = Button("end_token", "End it", _name(login), ButtonStyle.DANGER, confirm="Log this program out?")
    return ReplyItem((Bold(f"{number}. {one_line(login.label) or 'unnamed'}"),), tuple(detail), (button,))


def _numbered(logins: list[LoginToken], words: list[str]) -> LoginToken | None:
    if len(words) != 1 or not words[0].isdecimal():
        raise Invalid("Say the number of the program to end, as in /tokens revoke 2.")
    place = int(words[0][:6]) - 1
    return logins[place] if 0 <= place < len(logins) else None


async def _end(context: CommandContext, login: LoginToken | None) -> Reply:
    person = context.person
    gone = login is not None and await context.services.accounts.revoke(
        person.id, login.hash, f"person:{person.id}"
    )
    if login is None or not gone:
        return Reply(("That program is logged out already. ", Code("/tokens"), " shows the others."))
    return Reply(("Logged out: ", Bold(one_line(login.label) or "unnamed"), "."), tone=Tone.DONE)


def _name(login: LoginToken) -> str:
    return login.hash.hex()[:_NAME]


COMMAND = Command(
    name="tokens",
    summary="Programs that act for you, and ending them",
    usage="/tokens [revoke NUMBER]",
    handle=handle,
    parameters=(
        CommandParameter(
            "revoke", ParameterType.NUMBER, "The number of the program to log out", template="revoke {}"
        ),
    ),
    actions=(ButtonAction("end_token", handle_button),),
    is_mutating=True,
)
