"""Parses the people that a command names, and the text about something else beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.command import CommandContext
from bot.chat.formatting import one_line
from core.errors import Invalid, UnknownPerson
from core.model import Guest, Identity, PersonId

_MENTION = re.compile(r"<@!?(?P<id>[A-Za-z0-9]+)(?:\|(?P<name>[^<>]*))?>")
_IDENTITY = re.compile(r"(?:slack|discord):[A-Za-z0-9:]+")
_WORDS = re.compile(r"[^\s,;]+")
_AND = frozenset({"and", "&", "+"})
_TO = frozenset({"to", "for", "on", "at", "in", "from", "with"})
_MAX_NAME = 60
_LINKABLE = frozenset({"slack", "discord"})


@dataclass(frozen=True, slots=True)
class PeopleArgument:
    """The people named, and the rest of the text."""

    people: tuple[Guest, ...]
    rest: str

    @property
    def account(self) -> PersonId:
        """The one person, who must have an account."""
        if len(self.people) != 1:
            raise Invalid("One person at a time, please: who is it for?")
        guest = self.people[0]
        if guest.person_id is None:
            raise UnknownPerson(guest.identity or "")
        return guest.person_id


def people_in(context: CommandContext, example: str) -> PeopleArgument:
    """Parses `@user [@user …] [to BOOKING]`, or a booking and then `[to] @user`.

    People are mentions, usernames, e-mail addresses or chat accounts; of chat accounts without an account of
    Roomie only those on the requester's own server or workspace. Raises `Invalid` with the `example` if there
    are none, and `UnknownPerson`.
    """
    if context.options:
        return _of_options(context, example)
    words = _WORDS.findall(_MENTION.sub(lambda found: f" {_token(context, found)} ", context.text))
    marked = [place for place, word in enumerate(words) if _is_marked(word)]
    chosen = marked or _known_names(context, words) or _first_run(words)
    people = tuple(dict.fromkeys(_person(context, words[place]) for place in chosen))
    if not people:
        raise Invalid(f"Who? Give a username, for example: {example}")
    return PeopleArgument(people, " ".join(_without(words, chosen)))


def _of_options(context: CommandContext, example: str) -> PeopleArgument:
    names = [each for key, each in context.options.items() if key.startswith("user") and each.strip()]
    tokens = [_MENTION.sub(lambda found: _token(context, found), each.strip()) for each in names]
    if not tokens:
        raise Invalid(f"Who? Give a username, for example: {example}")
    people = tuple(dict.fromkeys(_person(context, each) for text in tokens for each in _WORDS.findall(text)))
    return PeopleArgument(people, context.options.get("booking", "").strip())


def _token(context: CommandContext, mention: re.Match[str]) -> str:
    """The identity of a mentioned user, on the requester's platform and workspace."""
    return f"{_place(context)}:{mention['id']}"


def _place(context: CommandContext) -> str:
    return context.request.requester.identity.rpartition(":")[0]


def _is_marked(word: str) -> bool:
    """Whether a word is surely meant to be a person."""
    return word.startswith("@") or _IDENTITY.fullmatch(word) is not None or "@" in word[1:-1]


def _known_names(context: CommandContext, words: Sequence[str]) -> list[int]:
    """Usernames without a mark; a word before `to` may belong to the booking, one behind it may too."""
    directory = context.read_model.directory
    return [place for place, word in enumerate(words) if directory.by_name(word) is not None]


def _first_run(words: Sequence[str]) -> list[int]:
    """Without any known name: the last word behind `to`, else the first, so that the refusal names it."""
    behind = [place + 1 for place, word in enumerate(words[:-1]) if word.casefold() == "to"]
    return behind[-1:] or ([0] if words else [])


def _person(context: CommandContext, word: str) -> Guest:
    name, directory = word.removeprefix("@"), context.read_model.directory
    if _IDENTITY.fullmatch(name):
        account = directory.by_identity(Identity(name))
        if account is None and (
            name.rpartition(":")[0] != _place(context) or name.partition(":")[0] not in _LINKABLE
        ):
            raise UnknownPerson(name)
        return _without_account(context, Identity(name)) if account is None else Guest(account.person.id)
    account = directory.by_name(name)
    if account is None:
        raise UnknownPerson(name)
    return Guest(account.person.id)


def _without_account(context: CommandContext, identity: Identity) -> Guest:
    return Guest(identity=identity, name=one_line(context.request.names.get(identity, ""))[:_MAX_NAME])


def _without(words: Sequence[str], chosen: Sequence[int]) -> list[str]:
    """The words that are about no person, without those that join the two."""
    rest = [(place, word) for place, word in enumerate(words) if place not in chosen]
    joining = {
        place for place, word in rest if word.casefold() in _AND and {place - 1, place + 1} & set(chosen)
    }
    joining |= {place for place, word in rest if word.casefold() == "to" and place + 1 in chosen}
    kept = [word for place, word in rest if place not in joining]
    while kept and kept[0].casefold() in _TO:
        del kept[0]
    return kept
