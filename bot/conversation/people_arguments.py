"""Parses the people that a command names, and the text about something else beside them."""

import re
from collections.abc import Sequence

from msgspec import Struct

from bot.chat.command import CommandContext
from core.errors import Invalid, UnknownPerson
from core.model import Guest, Identity, PersonId
from core.names import one_line

_MENTION = re.compile(r"<@!?(?P<id>[A-Za-z0-9]+)(?:\|(?P<name>[^<>]*))?>")
_IDENTITY = re.compile(r"(?:slack|discord):[A-Za-z0-9:]+")
_WORDS = re.compile(r"(?!@+(?:[\s,;]|$))[^\s,;]+")
"""All but an `@` without a name."""
_AND = frozenset({"and", "&", "+"})
_TO = frozenset({"to", "for", "on", "at", "in", "from", "with"})
_OF_BOOKINGS = frozenset({"my", "the", "this", "that", "it", "booking"})
"""Words with which a booking begins, so that they are no person's name unless somebody is called so."""
_MAX_NAME = 60
_LINKABLE = frozenset({"slack", "discord"})


class PeopleArgument(Struct, frozen=True):
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


def people_in(context: CommandContext, example: str, *, is_last: bool = False) -> PeopleArgument:
    """Parses `@user [@user …] [to BOOKING]`, or with `is_last` preferably `BOOKING to @user`.

    People are mentions, usernames, e-mail addresses or chat accounts; of chat accounts without an account of
    Roomie only those on the requester's own server or workspace. Raises `Invalid` with the `example` if there
    are none, and `UnknownPerson`.
    """
    if context.options:
        return _of_options(context, example)
    words = _WORDS.findall(_MENTION.sub(lambda found: f" {_token(context, found)} ", context.text))
    chosen = _with_neighbours(context, words, [at for at, word in enumerate(words) if _is_marked(word)])
    chosen = chosen or _without_marks(context, words, is_last=is_last)
    people = tuple(dict.fromkeys(_person(context, words[place]) for place in chosen))
    if not people:
        raise Invalid(f"Who? Give a username, for example: {example}")
    return PeopleArgument(people, " ".join(_without(words, chosen)))


def _of_options(context: CommandContext, example: str) -> PeopleArgument:
    names = [each for key, each in context.options.items() if key.startswith("user") and each.strip()]
    tokens = [_MENTION.sub(lambda found: _token(context, found), each.strip()) for each in names]
    people = tuple(dict.fromkeys(_person(context, each) for text in tokens for each in _WORDS.findall(text)))
    if not people:
        raise Invalid(f"Who? Give a username, for example: {example}")
    return PeopleArgument(people, context.options.get("booking", "").strip())


def _token(context: CommandContext, mention: re.Match[str]) -> str:
    """The identity of a mentioned user, on the requester's platform and workspace."""
    return f"{_place(context)}:{mention['id']}"


def _place(context: CommandContext) -> str:
    return context.request.requester.identity.rpartition(":")[0]


def _is_marked(word: str) -> bool:
    """Whether a word is surely meant to be a person."""
    return word.startswith("@") or _IDENTITY.fullmatch(word) is not None or "@" in word[1:-1]


def _with_neighbours(context: CommandContext, words: Sequence[str], marked: Sequence[int]) -> list[int]:
    """These people, and the usernames that stand beside them: `@rema and emily`."""
    chosen = set(marked)
    for step in (1, -1):
        for place in marked:
            at = place + step
            while 0 <= at < len(words) and (at in chosen or _joins(context, words[at])):
                if words[at].casefold() not in _AND:
                    chosen.add(at)
                at += step
    return sorted(chosen)


def _joins(context: CommandContext, word: str) -> bool:
    return word.casefold() in _AND or context.read_model.directory.by_name(word) is not None


def _without_marks(context: CommandContext, words: Sequence[str], *, is_last: bool) -> list[int]:
    """Usernames at the start, or behind the last `to`.

    Where there are none, the word that should be one, so that the refusal names it.
    """
    if not words:
        return []
    directory, last = context.read_model.directory, len(words) - 1
    at_start = _with_neighbours(context, words, [0]) if directory.by_name(words[0]) is not None else []
    behind_to = [last] if last and words[-2].casefold() == "to" else []
    if at_start and behind_to and directory.by_name(words[last]) is None:
        behind_to = []
    named = [] if words[0].casefold() in _OF_BOOKINGS else [0]
    return (behind_to or at_start or named) if is_last else (at_start or behind_to or named)


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
