"""Dispatches requests to commands and button actions, and turns errors into replies."""

import difflib
import logging
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from msgspec.structs import replace

from bot.chat.actions import READ_ONLY_ACTIONS, Action
from bot.chat.command import ButtonAction, Command, CommandContext, ConfirmationRequired
from bot.chat.reply import Audience, Button, Code, Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, QuotedMessage, Requester
from bot.conversation.identity_names import hide_identities
from bot.conversation.intents import detect_intent
from bot.conversation.memory.store import AnswerMemory
from bot.conversation.memory.words import FollowUpReader
from bot.conversation.refusals import refusal_actions, refusal_text, refusal_tone
from bot.conversation.staleness import ABOUT_TIMETABLES, with_staleness_note
from bot.login.chat_link import login_link_reply
from bot.login.email_addresses import is_same_address, spellings
from bot.pictures.audience import public_picture
from bot.redaction import without_text
from bot.services import Services
from core.directory import Account, Directory
from core.errors import Invalid, NotAuthenticated, RoomieError
from core.model import Building, Identity, PersonId, Room

logger = logging.getLogger(__name__)

_MAX_LINE = 2_000
_MAX_VALUE = 100
_MAX_NAME_WORDS = 6
_MAX_COMMAND_WORDS = 3
MAX_ACTION_NAME = 20
"""Platforms allow little room beside the value."""
_SPACES = re.compile(r"\s+")


class Dispatcher:
    """Answers requests from all platforms. Never raises.

    Raises `ValueError` when built with two handlers for one action, or none for an action that buttons share.
    """

    def __init__(
        self, services: Services, commands: Sequence[Command], memory: AnswerMemory | None = None
    ) -> None:
        self._services = services
        self._listed_commands = tuple(commands)
        self._commands = {
            tuple(name.split()): command for command in commands for name in (command.name, *command.aliases)
        }
        self._families = frozenset({name[0] for name in self._commands if len(name) > 1} | _PLURALS)
        self._actions = self._collect_actions(commands)
        self._memory = memory or AnswerMemory(services)
        self._follow_ups = FollowUpReader(self._memory)
        self._quoted = {each.name: each.quoted for each in commands if each.quoted is not None}

    def _collect_actions(self, commands: Sequence[Command]) -> dict[str, ButtonAction]:
        """All button actions by name; those of `BUTTON_COMMANDS` run a command without arguments."""
        actions = [action for command in commands for action in command.actions]
        actions += [ButtonAction(name, self._command(line).handle) for name, line in BUTTON_COMMANDS.items()]
        counts = Counter(str(action.name) for action in actions)
        problems = [f"{name} has {count} handlers" for name, count in counts.items() if count > 1]
        problems += [f"{action} has no handler" for action in Action if action not in counts]
        problems += [f"{name} is too long" for name in counts if len(name) > MAX_ACTION_NAME]
        if problems:
            raise ValueError(f"button actions: {'; '.join(problems)}")
        return {str(action.name): action for action in actions}

    @property
    def action_names(self) -> frozenset[str]:
        return frozenset(self._actions)

    @property
    def commands(self) -> tuple[Command, ...]:
        return self._listed_commands

    async def dispatch(self, request: ChatRequest) -> Reply:
        """The reply to a request."""
        reply = self._record(await self._answer(request), request.requester)
        return hide_identities(reply, self._services.read_model.directory)

    def _record(self, reply: Reply, requester: Requester) -> Reply:
        """Records the refusal that a reply words: every refusal in chat passes here."""
        if reply.refusal is not None:
            self._services.refusals.note(reply.refusal, requester.platform)
        return reply

    async def _answer(self, request: ChatRequest) -> Reply:
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
                    f"Sorry, something went wrong (fault {fault}). Check ",
                    Code("/rooms mine"),
                    " before you try again.",
                ),
                tone=Tone.FAILED,
            )

    async def offer(self, message: QuotedMessage) -> Reply:
        """Offers rooms for a quoted message. Its text is parsed, and never run as a command."""
        return self._record(await self._offer(message), message.requester)

    async def _offer(self, message: QuotedMessage) -> Reply:
        requester, text = message.requester, _storable(message.text)
        try:
            request = ChatRequest(requester, delivery_id=message.delivery_id, channel=message.channel)
            account = await self._account_of(request)
            await self._services.prepared_names()
            context = CommandContext(request, self._services, account, commands=self._listed_commands)
            reply = await self._quoted["rooms form" if message.wants_form else "rooms free"](context, text)
            return _for_everybody(reply) if message.in_public else reply
        except RoomieError as refusal:
            return self._refusal_reply(refusal)
        except Exception as error:
            fault = secrets.token_hex(4)
            logger.exception("fault %s while reading a message", fault, exc_info=without_text(error))
            return Reply((f"Sorry, something went wrong (fault {fault}).",), tone=Tone.FAILED)

    def _subject(self, request: ChatRequest) -> str:
        """Name of the action or command for the log, without any text of the requester."""
        if request.action:
            return request.action if request.action in self._actions else "an unknown action"
        try:
            command, _ = self._find(request)
        except RoomieError:
            command = None
        return f"/{command.name}" if command is not None else "words"

    async def _dispatch(self, request: ChatRequest) -> Reply:
        """The reply, which is remembered for words that refer to it."""
        account = await self._account_of(request)
        context = CommandContext(
            request, self._services, account, value=request.value, commands=self._listed_commands
        )
        match await self._follow_ups.read(context):
            case Reply() as answer:
                reply = _for_everybody(answer) if request.in_public and answer.items else answer
            case ChatRequest() as meant:
                reply = await self._run(replace(context, request=meant, value=meant.value))
            case _:
                reply = await self._run(context)
        await self._memory.remember(context, reply)
        return reply

    async def _run(self, context: CommandContext) -> Reply:
        """The reply of a button's action or a command."""
        request = context.request
        if request.action:
            action = self._actions.get(request.action)
            if action is None or not _is_button_value(request.value):
                raise Invalid("This button has expired. Please ask again.")
            if request.is_read_only and request.action not in READ_ONLY_ACTIONS:
                raise ConfirmationRequired
            return await action.handle(context)
        command, text = self._find(request)
        if command is None:
            return self._unknown(request)
        if request.is_read_only and _may_change(command, text):
            raise ConfirmationRequired
        await self._services.prepared_names()
        options = request.options
        reply = await command.handle(
            replace(context, text=text, options=options, parameters=command.parameters)
        )
        if command.name in ABOUT_TIMETABLES:
            reply = with_staleness_note(reply, self._services)
        is_public = request.in_public and command.name in _ABOUT_ROOMS
        return _for_everybody(reply, command.name) if is_public else reply

    async def _invite_to_log_in(self, request: ChatRequest, refusal: NotAuthenticated) -> Reply:
        """Replies with a personal login link; the request continues after the login."""
        if request.requester.platform is PlatformName.TERMINAL:
            return self._refusal_reply(refusal)
        try:
            return await login_link_reply(self._services, request, waits=True)
        except RoomieError as error:
            return self._refusal_reply(error)

    async def _account_of(self, request: ChatRequest) -> Account | None:
        """The account linked to the requester, from a synced read model.

        Terminals may give any username, and `bot.web` the person of a session.
        """
        directory = (await self._services.synced_read_model()).directory
        identity = request.requester.identity
        if request.requester.platform is PlatformName.TERMINAL:
            return directory.by_name(identity.removeprefix(f"{PlatformName.TERMINAL}:"))
        if request.requester.platform is PlatformName.WEB:
            return _account_of_browser(directory, identity)
        return directory.by_identity(identity) or await self._match_by_email(request.requester)

    async def _match_by_email(self, requester: Requester) -> Account | None:
        """Links the account with the e-mail address that the platform vouches for."""
        directory = self._services.read_model.directory
        found = (directory.by_name(each) for each in spellings(requester.email))
        account = next(
            (each for each in found if each and is_same_address(each.person.email, requester.email)), None
        )
        if account is None or not requester.vouched_by:
            return None
        await self._services.accounts.link_vouched(
            account.person.id, account.person.email, requester.identity, requester.vouched_by
        )
        return directory.by_identity(requester.identity)

    def _find(self, request: ChatRequest) -> tuple[Command | None, str]:
        """The command with the longest matching name, and the text after it."""
        if max(map(len, (request.text, *request.options.values()))) > _MAX_LINE:
            raise Invalid(f"That's too long. Please keep it under {_MAX_LINE:,} characters.")
        line = request.text.strip().removeprefix("/").strip()
        words = _SPACES.split(line) if line else []
        for length in (_MAX_COMMAND_WORDS, 2, 1):
            command = self._commands.get(tuple(word.casefold() for word in words[:length]))
            if command is not None and len(words) >= length:
                return self._with_help(command, _after(line, length), has_options=bool(request.options))
        if request.is_free_text and words:
            name, rest = detect_intent(line)
            return self._command(name), rest
        if not words or (
            len(words) <= 2 and words[0].casefold() in self._families and _asks_for_help(words[1:])
        ):
            return self._command("help"), "" if _is_about_rooms(words) else words[0]
        return None, line

    def _with_help(self, command: Command, text: str, *, has_options: bool) -> tuple[Command, str]:
        """`/logout help` and `/book G01 3pm help` explain the command and do nothing else."""
        if text and command.name != "help" and not command.explains_itself and self._ends_in_help(text):
            return self._command("help"), command.name
        if not text and command.without_text and not has_options:
            return self._command(command.without_text), ""
        return command, text

    def _ends_in_help(self, text: str) -> bool:
        """Whether the last word asks for help, and does not belong to a name such as “IT Help”."""
        words = text.casefold().split()
        if _asks_for_help(words):
            return True
        return words[-1].lstrip("-/") == "help" and not self._ends_in_name(" ".join(words))

    def _ends_in_name(self, text: str) -> bool:
        """Whether the text ends in a whole name of a room, building or society."""
        catalogue = self._services.read_model.catalogue
        rooms: Iterable[Room | Building] = chain(catalogue.rooms.values(), catalogue.buildings.values())
        names = (name for each in rooms for name in (each.id, each.name, *each.aliases))
        societies = (each.name for each in self._services.read_model.directory.societies.values())
        return any(f" {text}".endswith(f" {name.casefold()}") for name in chain(names, societies) if name)

    def _command(self, name: str) -> Command:
        return self._commands[tuple(name.split())]

    def _unknown(self, request: ChatRequest) -> Reply:
        """Suggests the commands with the most similar names."""
        line = request.text.strip().removeprefix("/")
        head = " ".join(line.casefold().split()[:2])
        names = [each.name for each in self._listed_commands]
        near = difflib.get_close_matches(head, names, n=2, cutoff=0.5)
        family = head.split(" ")[0]
        near = near or [name for name in names if name.split(" ")[0] == family][:2]
        _, _, rest = line.partition(" ")
        if family == "rooms" and self._begins_with_place(rest):
            near = [f"rooms status {rest[:60]}", f"rooms timetable {rest[:60]}"]
        if not near:
            return Reply(
                ("Sorry, I don't know that command. ", Code("/help"), " shows what I can do."),
                tone=Tone.UNCLEAR,
                actions=(Button(Action.HELP, "Help"),),
            )
        suggestions = " or ".join(f"/{name}" for name in near)
        return Reply(
            (f"Sorry, I don't know “{line[:60]}”. Did you mean {suggestions}?",),
            tone=Tone.UNCLEAR,
            actions=(Button(Action.HELP, "Help"),),
        )

    def _begins_with_place(self, text: str) -> bool:
        """Whether the first words of a text are a room or a building."""
        names, words = self._services.names.get(self._services.read_model), text.split()[:_MAX_NAME_WORDS]
        found = (names.lookup(" ".join(words[:end])) for end in range(len(words), 0, -1))
        return any(each is not None and each.name_type in {"room", "building"} for each in found)

    def _refusal_reply(self, refusal: RoomieError) -> Reply:
        text, tone = refusal_text(refusal, self._services), refusal_tone(refusal)
        actions = refusal_actions(refusal)
        return Reply(text, tone=tone, actions=actions, code=refusal.code, refusal=refusal)


_ABOUT_ROOMS = frozenset({"rooms free", "rooms status", "rooms timetable", "help"})
"""Commands whose replies say nothing about the requester."""


def _for_everybody(reply: Reply, command: str = "rooms free") -> Reply:
    """The reply for the whole channel, unless it says why the requester can't book the rooms in it."""
    is_personal = command == "rooms free" and reply.items and not any(each.buttons for each in reply.items)
    if is_personal:
        return reply
    return replace(reply, audience=Audience.CHANNEL, picture=public_picture(reply.picture))


_SHOWN_WITHOUT_TEXT = frozenset({"rooms form", "settings", "tokens"})
_PLURALS = {"room", "societies"}
"""Other words for families of commands."""
_HELP_WORDS = {"help", "?", "h"}
BUTTON_COMMANDS = {
    Action.FREE_NOW: "rooms free",
    Action.MY_BOOKINGS: "rooms mine",
    Action.MY_QUOTA: "rooms quota",
    Action.WAITING: "rooms waiting",
    Action.WHO_AM_I: "whoami",
}
"""Buttons that run a command without arguments."""


def _asks_for_help(words: Sequence[str]) -> bool:
    return not words or (len(words) == 1 and words[0].casefold().lstrip("-/") in _HELP_WORDS)


def _is_about_rooms(words: Sequence[str]) -> bool:
    return not words or words[0].casefold() in {"rooms", "room"}


def _is_button_value(value: str) -> bool:
    """Whether a button of Roomie could carry this value."""
    return len(value) <= _MAX_VALUE and value.isascii() and (value.isprintable() or not value)


def _sanitize(request: ChatRequest) -> ChatRequest:
    """Replaces lone surrogates and NULs, which no database stores."""
    if not (request.form or request.options) and _storable(request.text) == request.text:
        return request
    form = {name: _storable(text) for name, text in request.form.items()}
    options = {name: _storable(text) for name, text in request.options.items() if text.strip()}
    return replace(request, text=_storable(request.text), form=form, options=options)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _may_change(command: Command, text: str) -> bool:
    """Whether a command could change something; some only show what there is unless text follows."""
    return command.is_mutating and (bool(text) or command.name not in _SHOWN_WITHOUT_TEXT)


def _account_of_browser(directory: Directory, identity: Identity) -> Account | None:
    """The person of a browser's session; None for a visitor who is not logged in."""
    number = identity.removeprefix(f"{PlatformName.WEB}:")
    return directory.people.get(PersonId(int(number))) if number.isdecimal() else None


def _after(line: str, words: int) -> str:
    """The text after the first words of a line."""
    parts = line.split(None, words)
    return parts[words] if len(parts) > words else ""
