"""Finding the command someone means, running it, and turning whatever goes wrong into a kind reply."""

import difflib
import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Button, Code, Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, QuotedMessage, Requester
from bot.conversation.intents import detect_intent
from bot.conversation.refusals import refusal_actions, refusal_text, refusal_tone
from bot.conversation.staleness import ABOUT_TIMETABLES, with_staleness_note
from bot.login.chat_link import login_link_reply
from bot.login.email_addresses import is_same_address, spellings
from bot.redaction import without_text
from bot.services import Services
from core.directory import Account
from core.errors import Invalid, NotAuthenticated, RoomieError

logger = logging.getLogger(__name__)

_MAX_LINE = 2_000
_MAX_VALUE = 100
_SPACES = re.compile(r"\s+")


class Dispatcher:
    """Answers everything asked, through whichever door. Never raises."""

    def __init__(self, services: Services, commands: Sequence[Command]) -> None:
        self._services = services
        self._menu = tuple(commands)
        self._commands = {
            tuple(name.split()): command for command in commands for name in (command.name, *command.aliases)
        }
        self._actions: dict[str, ButtonAction] = {
            action.name: action for command in commands for action in command.actions
        }
        self._quoted = {each.name: each.quoted for each in commands if each.quoted is not None}
        self._actions |= {
            name: ButtonAction(name, self._command(words).handle) for name, words in BUTTON_COMMANDS.items()
        }

    @property
    def commands(self) -> tuple[Command, ...]:
        return self._menu

    async def dispatch(self, request: ChatRequest) -> Reply:
        """The reply to one thing asked."""
        try:
            return await self._dispatch(_sanitize(request))
        except NotAuthenticated as refusal:
            return await self._invite_to_log_in(request, refusal)
        except RoomieError as refusal:
            return self._refusal_reply(refusal)
        except Exception as error:
            fault = secrets.token_hex(4)
            subject = self._subject(request)
            logger.exception("fault %s while answering %s", fault, subject, exc_info=without_text(error))
            return Reply(
                (
                    f"Something went wrong here (fault {fault}). Look at ",
                    Code("/rooms mine"),
                    " before you retry.",
                ),
                tone=Tone.FAILED,
            )

    async def offer(self, message: QuotedMessage) -> Reply:
        """Rooms for somebody else's message. It is read, and nothing in it is looked up among commands."""
        requester, text = message.requester, _storable(message.text)
        try:
            asked = ChatRequest(requester, delivery_id=message.delivery_id, channel=message.channel)
            call = CommandContext(asked, self._services, await self._account_of(asked), commands=self._menu)
            return await self._quoted["rooms form" if message.wants_form else "rooms free"](call, text)
        except RoomieError as refusal:
            return self._refusal_reply(refusal)
        except Exception as error:
            fault = secrets.token_hex(4)
            logger.exception("fault %s while reading a message", fault, exc_info=without_text(error))
            return Reply((f"Something went wrong here (fault {fault}).",), tone=Tone.FAILED)

    def _subject(self, request: ChatRequest) -> str:
        """What was asked for, by a name of ours and never in the asker's words."""
        if request.action:
            return request.action if request.action in self._actions else "an unknown action"
        try:
            command, _ = self._find(request)
        except RoomieError:
            command = None
        return f"/{command.name}" if command is not None else "words"

    async def _dispatch(self, request: ChatRequest) -> Reply:
        call = CommandContext(
            request, self._services, await self._account_of(request), value=request.value, commands=self._menu
        )
        if request.action:
            action = self._actions.get(request.action)
            if action is None or not _is_ours(request.value):
                raise Invalid("This button is too old to understand. Please ask again.")
            return await action.handle(call)
        command, words = self._find(request)
        if command is None:
            return self._unknown(request)
        reply = await command.handle(replace(call, text=words))
        return with_staleness_note(reply, self._services) if command.name in ABOUT_TIMETABLES else reply

    async def _invite_to_log_in(self, request: ChatRequest, refusal: NotAuthenticated) -> Reply:
        """Whoever is not known gets a link made for them alone; what they asked waits for it."""
        if request.requester.platform is PlatformName.TERMINAL:
            return self._refusal_reply(refusal)
        try:
            return await login_link_reply(self._services, request, waits=True)
        except RoomieError as trouble:
            return self._refusal_reply(trouble)

    async def _account_of(self, request: ChatRequest) -> Account | None:
        """The person behind an identity. A terminal is trusted with usernames."""
        directory = (await self._services.synced_read_model()).directory
        identity = request.requester.identity
        if request.requester.platform is PlatformName.TERMINAL:
            return directory.by_name(identity.removeprefix(f"{PlatformName.TERMINAL}:"))
        return directory.by_identity(identity) or await self._match_by_email(request.requester)

    async def _match_by_email(self, requester: Requester) -> Account | None:
        """The person with an address that the platform vouches for, linked from now on."""
        directory = self._services.read_model.directory
        found = (directory.by_name(each) for each in spellings(requester.email))
        known = next(
            (each for each in found if each and is_same_address(each.person.email, requester.email)), None
        )
        if known is None or not requester.vouched_by:
            return None
        await self._services.accounts.link_vouched(
            known.person.id, known.person.email, requester.identity, requester.vouched_by
        )
        return directory.by_identity(requester.identity)

    def _find(self, request: ChatRequest) -> tuple[Command | None, str]:
        """The command with the longest name that a line begins with, and the rest of the line."""
        if len(request.text) > _MAX_LINE:
            raise Invalid(f"That is longer than {_MAX_LINE} characters. Say it shorter, please.")
        line = request.text.strip().removeprefix("/").strip()
        words = _SPACES.split(line) if line else []
        for length in (2, 1):
            command = self._commands.get(tuple(word.casefold() for word in words[:length]))
            if command is not None and len(words) >= length:
                return command, _after(line, length)
        if request.is_free_text:
            name, rest = detect_intent(line)
            return self._command(name), rest
        if not words or (len(words) == 1 and words[0].casefold() in _COMMAND_GROUPS):
            return self._command("help"), "".join(words)
        return None, line

    def _command(self, name: str) -> Command:
        return self._commands[tuple(name.split())]

    def _unknown(self, request: ChatRequest) -> Reply:
        """The nearest commands, to type or press."""
        line = request.text.strip().removeprefix("/")
        head = " ".join(line.casefold().split()[:2])
        names = [each.name for each in self._menu]
        near = difflib.get_close_matches(head, names, n=2, cutoff=0.5)
        family = head.split(" ")[0]
        near = near or [name for name in names if name.split(" ")[0] == family][:2]
        if not near:
            return Reply(
                ("I do not know that. ", Code("/help"), " shows what I do."),
                tone=Tone.UNCLEAR,
                actions=(Button("help", "Help"),),
            )
        said = " or ".join(f"/{name}" for name in near)
        return Reply(
            (f"I do not know “{line[:60]}”. Did you mean {said}?",),
            tone=Tone.UNCLEAR,
            actions=(Button("help", "Help"),),
        )

    def _refusal_reply(self, refusal: RoomieError) -> Reply:
        words, tone = refusal_text(refusal, self._services), refusal_tone(refusal)
        return Reply(words, tone=tone, actions=refusal_actions(refusal), code=refusal.code)


_COMMAND_GROUPS = {"rooms", "society", "room", "societies"}
BUTTON_COMMANDS = {
    "free_now": "rooms free",
    "mine": "rooms mine",
    "quota": "rooms quota",
    "whoami": "whoami",
}


def _is_ours(value: str) -> bool:
    """Whether one of our buttons could carry this."""
    return len(value) <= _MAX_VALUE and value.isascii() and (value.isprintable() or not value)


def _sanitize(request: ChatRequest) -> ChatRequest:
    """Without halves of characters and NULs, which no database takes."""
    form = {name: _storable(text) for name, text in request.form.items()}
    return replace(request, text=_storable(request.text), form=form)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _after(line: str, words: int) -> str:
    parts = line.split(None, words)
    return parts[words] if len(parts) > words else ""
