"""Parses the society and person arguments of `/society` commands."""

import re

from msgspec import Struct

from bot.chat.command import CommandContext
from core.errors import Invalid, UnknownSociety
from core.model import Identity, Role, Society, SocietyId
from core.names import same_name

_PREPOSITION = re.compile(r"^(?:for|to|from)\s+", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;\s]+")
_IDENTITY = re.compile(r"(?:slack|discord|terminal):\S+")
_MENTION = re.compile(r"<@!?(?P<id>[A-Za-z0-9]+)(?:\|[^<>]*)?>")


class MembersArgument(Struct, frozen=True):
    """People by name, e-mail address or identity, at least one; and the society if one was given."""

    people: tuple[str, ...]
    society_id: SocietyId | None


def members_in(context: CommandContext) -> MembersArgument:
    """Parses `@user [@user …] [SOCIETY]`: mentions, usernames or e-mails, then a society's id or name."""
    if context.options:
        return _members_of_options(context)
    mentioned = [_identity(context, each["id"]) for each in _MENTION.finditer(context.text)]
    words = _SEPARATORS.sub(" ", _MENTION.sub(" ", context.text)).split()
    people: list[str] = [*mentioned]
    place = 0
    while place < len(words) and _is_person(context, words, place, is_first=not people):
        people += [] if _is_and(words[place]) else [words[place].removeprefix("@")]
        place += 1
    people = list(dict.fromkeys(filter(None, people)))
    if not people:
        raise Invalid("Who? Give a username or e-mail address, for example: /society add rema")
    return MembersArgument(tuple(people), society_in(context, " ".join(words[place:])))


def _members_of_options(context: CommandContext) -> MembersArgument:
    """The options `user` and `society`, where a platform has typed options."""
    user = context.argument("user")
    mention = _MENTION.fullmatch(user)
    who: str = _identity(context, mention["id"]) if mention is not None else user.removeprefix("@")
    if not who:
        raise Invalid("Who? Give a username or e-mail address, for example: /society add rema")
    return MembersArgument((who,), society_in(context, context.argument("society")))


def _is_person(context: CommandContext, words: list[str], place: int, *, is_first: bool) -> bool:
    """Whether a word names a person rather than beginning the society's name."""
    word = words[place]
    if is_first or word.startswith("@") or _IDENTITY.fullmatch(word) or "@" in word:
        return True
    if _is_and(word):
        return place + 1 < len(words)
    rest = " ".join(words[place:])
    is_society = any(_is_called(each, rest) for each in context.read_model.directory.societies.values())
    return not is_society and context.read_model.directory.by_name(word) is not None


def _is_and(word: str) -> bool:
    return word.casefold() in {"and", "&", "+"}


def society_in(context: CommandContext, text: str) -> SocietyId | None:
    """The society with this id or name; without text, the only one the requester presides over."""
    name = _PREPOSITION.sub("", text.strip(), count=1).strip().strip('"')
    if not name:
        return _presided(context)
    societies = context.read_model.directory.societies
    if name in societies:
        return SocietyId(name)
    matching = [each.id for each in societies.values() if _is_called(each, name)]
    if len(matching) > 1:
        raise Invalid(
            f"That could be any of {len(matching)} societies. Choose one by its id: {', '.join(matching)}"
        )
    if not matching:
        raise UnknownSociety(name)
    return matching[0]


def _is_called(society: Society, name: str) -> bool:
    return same_name(society.id, name) or same_name(society.name, name)


def _presided(context: CommandContext) -> SocietyId | None:
    if context.account is None:
        return None
    presided = [each.society.id for each in context.account.memberships if each.role is Role.PRESIDENT]
    if len(presided) > 1:
        raise Invalid(f"You're president of {len(presided)} societies. Choose one: {', '.join(presided)}")
    return presided[0] if presided else None


def belonging_in(context: CommandContext, text: str) -> SocietyId:
    """The society with this id or name; without text, the only one the requester belongs to."""
    own = [each.society.id for each in context.account.memberships] if context.account is not None else []
    if text.strip():
        society_id = society_in(context, text)
        return society_id if society_id is not None else SocietyId(text.strip())
    if not own:
        raise Invalid("You're not in a society yet. Ask its president to add you.")
    if len(own) > 1:
        raise Invalid(f"You're in {len(own)} societies. Choose one: {', '.join(own)}")
    return own[0]


def _identity(context: CommandContext, platform_id: str) -> Identity:
    """The identity of a mentioned user, on the requester's platform and workspace."""
    requester = context.request.requester.identity
    return Identity(f"{requester.rpartition(':')[0]}:{platform_id}")
