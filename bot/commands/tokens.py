"""`/tokens`: lists the apps that are logged in as the requester, and logs them out."""

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Inline, Reply, ReplyItem, Timestamp, Tone
from core.errors import Invalid
from core.model import LoginToken
from core.names import one_line

_REVOKE_WORDS = {"revoke", "end", "remove", "delete"}
_ID_LENGTH = 32
"""Hex digits of a token's hash that identify it on a button."""


async def handle(context: CommandContext) -> Reply:
    person = context.person
    words = [each for each in context.argument("revoke").casefold().split() if each not in _REVOKE_WORDS]
    logins = await context.services.accounts.logins(person.id)
    if not words:
        return _list(logins)
    return await _revoke(context, _by_number(logins, words))


async def handle_button(context: CommandContext) -> Reply:
    logins = await context.services.accounts.logins(context.person.id)
    return await _revoke(context, next((each for each in logins if _token_id(each) == context.value), None))


def _list(logins: list[LoginToken]) -> Reply:
    if not logins:
        return Reply(("No apps are connected to your account.",))
    return Reply(
        ("These apps are logged in as you. Log out any that you don't recognise.",),
        items=tuple(_item(number, each) for number, each in enumerate(logins, 1)),
        footer=("The last use is updated every minute.",),
    )


def _item(number: int, login: LoginToken) -> ReplyItem:
    detail: list[Inline] = ["since ", Timestamp(login.created_at), " · "]
    detail += ["last used ", Timestamp(login.last_used_at)] if login.last_used_at else ["not used yet"]
    button = Button("end_token", "Log out", _token_id(login), ButtonStyle.DANGER, confirm="Log this app out?")
    return ReplyItem((Bold(f"{number}. {one_line(login.label) or 'unnamed'}"),), tuple(detail), (button,))


def _by_number(logins: list[LoginToken], words: list[str]) -> LoginToken | None:
    if len(words) != 1 or not words[0].isdecimal():
        raise Invalid("Which app? Give its number, for example: /tokens revoke 2")
    place = int(words[0][:6]) - 1
    return logins[place] if 0 <= place < len(logins) else None


async def _revoke(context: CommandContext, login: LoginToken | None) -> Reply:
    person = context.person
    is_revoked = login is not None and await context.services.accounts.revoke(
        person.id, login.hash, f"person:{person.id}"
    )
    if login is None or not is_revoked:
        return Reply(("That app is already logged out. ", Code("/tokens"), " shows the others."))
    return Reply(("Logged out: ", Bold(one_line(login.label) or "unnamed"), "."), tone=Tone.DONE)


def _token_id(login: LoginToken) -> str:
    return login.hash.hex()[:_ID_LENGTH]


COMMAND = Command(
    name="tokens",
    summary="See your connected apps and log them out",
    usage="/tokens [revoke NUMBER]",
    handle=handle,
    parameters=(CommandParameter("revoke", ParameterType.NUMBER, "The number of the app to log out"),),
    actions=(ButtonAction("end_token", handle_button),),
    is_mutating=True,
)
