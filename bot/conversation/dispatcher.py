"""Finding the command someone means, running it, and turning whatever goes wrong into a kind reply."""

import difflib
import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.chat.command import Action, Call, Command
from bot.chat.reply import Button, Code, Reply, Tone
from bot.chat.request import Asked, Asker, Door, QuotedMessage
from bot.conversation.intents import command_for
from bot.conversation.refusals import kindly, tone_of, ways_on
from bot.conversation.staleness import ABOUT_TIMETABLES, marked
from bot.login.chat_link import invite
from bot.login.email_addresses import is_same_address, spellings
from bot.redaction import without_text
from bot.services import Desk
from core.directory import Known
from core.errors import Invalid, NotSignedIn, RoomieError

logger = logging.getLogger(__name__)

_LONGEST_LINE = 2_000
_LONGEST_VALUE = 100
_SPACES = re.compile(r"\s+")


class Dispatcher:
    """Answers everything asked, through whichever door. Never raises."""

    def __init__(self, desk: Desk, commands: Sequence[Command]) -> None:
        self._desk = desk
        self._menu = tuple(commands)
        self._commands = {
            tuple(name.split()): command for command in commands for name in (command.name, *command.also)
        }
        self._actions: dict[str, Action] = {
            action.name: action for command in commands for action in command.actions
        }
        self._quoted = {each.name: each.quoted for each in commands if each.quoted is not None}
        self._actions |= {
            name: Action(name, self._command(words).answer) for name, words in _PRESSED_COMMANDS.items()
        }

    @property
    def menu(self) -> tuple[Command, ...]:
        return self._menu

    async def answer(self, asked: Asked) -> Reply:
        """The reply to one thing asked."""
        try:
            return await self._answer(_cleaned(asked))
        except NotSignedIn as refusal:
            return await self._invited(asked, refusal)
        except RoomieError as refusal:
            return self._refused(refusal)
        except Exception as error:
            fault = secrets.token_hex(4)
            subject = self._subject(asked)
            logger.exception("fault %s while answering %s", fault, subject, exc_info=without_text(error))
            return Reply(
                (
                    f"Something went wrong here (fault {fault}). Look at ",
                    Code("/rooms mine"),
                    " before you retry.",
                ),
                tone=Tone.BROKEN,
            )

    async def offer(self, message: QuotedMessage) -> Reply:
        """Rooms for somebody else's message. It is read, and nothing in it is looked up among commands."""
        by, text = message.by, _storable(message.text)
        try:
            asked = Asked(by, key=message.key, channel=message.channel)
            call = Call(asked, self._desk, await self._known(asked), menu=self._menu)
            return await self._quoted["rooms form" if message.wants_form else "rooms free"](call, text)
        except RoomieError as refusal:
            return self._refused(refusal)
        except Exception as error:
            fault = secrets.token_hex(4)
            logger.exception("fault %s while reading a message", fault, exc_info=without_text(error))
            return Reply((f"Something went wrong here (fault {fault}).",), tone=Tone.BROKEN)

    def _subject(self, asked: Asked) -> str:
        """What was asked for, by a name of ours and never in the asker's words."""
        if asked.action:
            return asked.action if asked.action in self._actions else "an unknown action"
        try:
            command, _ = self._find(asked)
        except RoomieError:
            command = None
        return f"/{command.name}" if command is not None else "words"

    async def _answer(self, asked: Asked) -> Reply:
        call = Call(asked, self._desk, await self._known(asked), value=asked.value, menu=self._menu)
        if asked.action:
            action = self._actions.get(asked.action)
            if action is None or not _is_ours(asked.value):
                raise Invalid("This button is too old to understand. Please ask again.")
            return await action.answer(call)
        command, words = self._find(asked)
        if command is None:
            return self._unknown(asked)
        reply = await command.answer(replace(call, words=words))
        return marked(reply, self._desk) if command.name in ABOUT_TIMETABLES else reply

    async def _invited(self, asked: Asked, refusal: NotSignedIn) -> Reply:
        """Whoever is not known gets a link made for them alone; what they asked waits for it."""
        if asked.by.door is Door.TERMINAL:
            return self._refused(refusal)
        try:
            return await invite(self._desk, asked, waits=True)
        except RoomieError as trouble:
            return self._refused(trouble)

    async def _known(self, asked: Asked) -> Known | None:
        """The person behind an identity. A terminal is trusted with usernames."""
        directory = (await self._desk.fresh()).directory
        identity = asked.by.identity
        if asked.by.door is Door.TERMINAL:
            return directory.named(identity.removeprefix(f"{Door.TERMINAL}:"))
        return directory.identified(identity) or await self._matched(asked.by)

    async def _matched(self, asker: Asker) -> Known | None:
        """The person with an address that the platform vouches for, linked from now on."""
        directory = self._desk.picture.directory
        found = (directory.named(each) for each in spellings(asker.email))
        known = next(
            (each for each in found if each and is_same_address(each.person.email, asker.email)), None
        )
        if known is None or not asker.vouched_by:
            return None
        await self._desk.accounts.link_vouched(
            known.person.id, known.person.email, asker.identity, asker.vouched_by
        )
        return directory.identified(asker.identity)

    def _find(self, asked: Asked) -> tuple[Command | None, str]:
        """The command with the longest name that a line begins with, and the rest of the line."""
        if len(asked.words) > _LONGEST_LINE:
            raise Invalid(f"That is longer than {_LONGEST_LINE} characters. Say it shorter, please.")
        line = asked.words.strip().removeprefix("/").strip()
        words = _SPACES.split(line) if line else []
        for length in (2, 1):
            command = self._commands.get(tuple(word.casefold() for word in words[:length]))
            if command is not None and len(words) >= length:
                return command, _after(line, length)
        if asked.free:
            name, rest = command_for(line)
            return self._command(name), rest
        if not words or (len(words) == 1 and words[0].casefold() in _FAMILIES):
            return self._command("help"), "".join(words)
        return None, line

    def _command(self, name: str) -> Command:
        return self._commands[tuple(name.split())]

    def _unknown(self, asked: Asked) -> Reply:
        """The nearest commands, to type or press."""
        line = asked.words.strip().removeprefix("/")
        head = " ".join(line.casefold().split()[:2])
        names = [each.name for each in self._menu]
        near = difflib.get_close_matches(head, names, n=2, cutoff=0.5)
        family = head.split(" ")[0]
        near = near or [name for name in names if name.split(" ")[0] == family][:2]
        if not near:
            return Reply(
                ("I do not know that. ", Code("/help"), " shows what I do."),
                tone=Tone.CONFUSED,
                actions=(Button("help", "Help"),),
            )
        said = " or ".join(f"/{name}" for name in near)
        return Reply(
            (f"I do not know “{line[:60]}”. Did you mean {said}?",),
            tone=Tone.CONFUSED,
            actions=(Button("help", "Help"),),
        )

    def _refused(self, refusal: RoomieError) -> Reply:
        words, tone = kindly(refusal, self._desk), tone_of(refusal)
        return Reply(words, tone=tone, actions=ways_on(refusal), code=refusal.code)


_FAMILIES = {"rooms", "society", "room", "societies"}
_PRESSED_COMMANDS = {
    "free_now": "rooms free",
    "mine": "rooms mine",
    "quota": "rooms quota",
    "whoami": "whoami",
}


def _is_ours(value: str) -> bool:
    """Whether one of our buttons could carry this."""
    return len(value) <= _LONGEST_VALUE and value.isascii() and (value.isprintable() or not value)


def _cleaned(asked: Asked) -> Asked:
    """Without halves of characters and NULs, which no database takes."""
    form = {name: _storable(text) for name, text in asked.form.items()}
    return replace(asked, words=_storable(asked.words), form=form)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _after(line: str, words: int) -> str:
    parts = line.split(None, words)
    return parts[words] if len(parts) > words else ""
