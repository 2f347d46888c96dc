"""Which society and which person a line about societies means."""

import re
from dataclasses import dataclass

from bot.chat.command import CommandContext
from core.errors import Invalid, UnknownSociety
from core.model.entities import Identity, Role, Society, SocietyId
from core.names import same_name

_MENTION = re.compile(r"<@!?(?P<id>[A-Za-z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class MemberArgument:
    """Someone named in a line, and the society, None when only one can be meant."""

    who: str
    society_id: SocietyId | None


def member_in(context: CommandContext) -> MemberArgument:
    """Read `@user [SOCIETY]`: a mention, username or e-mail, then a society's id or name."""
    words = context.text.strip()
    if (mention := _MENTION.search(words)) is not None:
        who: str = _identity(context, mention["id"])
        rest = words[: mention.start()] + words[mention.end() :]
    else:
        who, _, rest = words.partition(" ")
        who = who.removeprefix("@")
    if not who:
        raise Invalid("Who? Name them by username or e-mail, as in: /society add rema")
    return MemberArgument(who, society_in(context, rest))


def society_in(context: CommandContext, words: str) -> SocietyId | None:
    """The society that words name by id or name, among those the asker belongs to first."""
    sought = words.strip().removeprefix("for ").removeprefix("to ").removeprefix("from ").strip().strip('"')
    if not sought:
        return _presided(context)
    societies = context.read_model.directory.societies
    if sought in societies:
        return SocietyId(sought)
    alike = [each.id for each in societies.values() if _is_called(each, sought)]
    if len(alike) > 1:
        raise Invalid(f"That could be {len(alike)} societies. Say which by its id: {', '.join(alike)}")
    if not alike:
        raise UnknownSociety(sought)
    return alike[0]


def _is_called(society: Society, words: str) -> bool:
    return same_name(society.id, words) or same_name(society.name, words)


def _presided(context: CommandContext) -> SocietyId | None:
    if context.account is None:
        return None
    presided = [each.society.id for each in context.account.memberships if each.role is Role.PRESIDENT]
    if len(presided) > 1:
        raise Invalid(f"You preside over {len(presided)} societies. Say which: {', '.join(presided)}")
    return presided[0] if presided else None


def belonging_in(context: CommandContext, words: str) -> SocietyId:
    """The society that words name or, without words, the only one the asker belongs to."""
    mine = [each.society.id for each in context.account.memberships] if context.account is not None else []
    if words.strip():
        named = society_in(context, words)
        return named if named is not None else SocietyId(words.strip())
    if not mine:
        raise Invalid("You do not belong to a society. Ask its president to add you.")
    if len(mine) > 1:
        raise Invalid(f"You belong to {len(mine)} societies. Say which: {', '.join(mine)}")
    return mine[0]


def _identity(context: CommandContext, platform_id: str) -> Identity:
    """The identity a mention stands for, on the asker's own platform and workspace."""
    mine = context.request.requester.identity
    return Identity(f"{mine.rpartition(':')[0]}:{platform_id}")
