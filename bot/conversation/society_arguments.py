"""Parses the society and person arguments of `/society` commands."""

import re
from dataclasses import dataclass

from bot.chat.command import CommandContext
from core.errors import Invalid, UnknownSociety
from core.model import Identity, Role, Society, SocietyId
from core.names import same_name

_MENTION = re.compile(r"<@!?(?P<id>[A-Za-z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class MemberArgument:
    """A person's name or identity, and the society if one was given."""

    who: str
    society_id: SocietyId | None


def member_in(context: CommandContext) -> MemberArgument:
    """Parses `@user [SOCIETY]`: a mention, username or e-mail, then a society's id or name."""
    if context.options:
        return _member_of_options(context)
    text = context.text.strip()
    if (mention := _MENTION.search(text)) is not None:
        who: str = _identity(context, mention["id"])
        rest = text[: mention.start()] + text[mention.end() :]
    else:
        who, _, rest = text.partition(" ")
        who = who.removeprefix("@")
    return _member(context, who, rest)


def _member_of_options(context: CommandContext) -> MemberArgument:
    """The options `user` and `society`, where a platform has typed options."""
    user = context.argument("user")
    mention = _MENTION.fullmatch(user)
    who: str = _identity(context, mention["id"]) if mention is not None else user.removeprefix("@")
    return _member(context, who, context.argument("society"))


def _member(context: CommandContext, who: str, society: str) -> MemberArgument:
    if not who:
        raise Invalid("Who? Give a username or e-mail address, for example: /society add rema")
    return MemberArgument(who, society_in(context, society))


def society_in(context: CommandContext, text: str) -> SocietyId | None:
    """The society with this id or name; without text, the only one the requester presides over."""
    name = text.strip().removeprefix("for ").removeprefix("to ").removeprefix("from ").strip().strip('"')
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
