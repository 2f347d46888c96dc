"""Who may book which room, and for whom."""

from datetime import date, datetime

from core.errors import BadSociety, NotBookable, NotEntitled, NotSignedIn, SocietyOnly
from core.model.entities import Group, Person, Role, Room, Society, TokenTerm
from core.policy.rules import Rules
from core.ports.storage import Login

_EPOCH = date(1970, 1, 1)


def check_personal_access(person: Person | None, room: Room) -> None:
    if person is None:
        raise NotSignedIn("Log in first: only people we know can book.")
    if not person.groups & {Group.STAFF, Group.STUDENT}:
        raise NotEntitled("Your account may not book rooms. Ask an administrator for access.")
    if not room.bookable:
        raise NotBookable(room)
    if not room.individual_access:
        raise SocietyOnly(room)


def check_society_access(
    person: Person | None, society: Society | None, role: Role | None, room: Room
) -> None:
    """Members and presidents book for their society; anybody else is told so."""
    if person is None:
        raise NotSignedIn("Log in first: only people we know can book.")
    if Group.SOCIETY_MEMBER not in person.groups:
        raise NotEntitled("Only members of a society can book for one. Ask its president to add you.")
    if society is None or role is None:
        raise BadSociety(society.id if society else "")
    if not room.bookable:
        raise NotBookable(room)


def check_token_access(
    shown: TokenTerm, society: Society | None, term: TokenTerm | None, room: Room, rules: Rules, now: datetime
) -> None:
    """The bearer of a society's valid token books for that society, and that is all."""
    if society is None:
        raise BadSociety
    if shown != term or token_has_expired(shown, rules, now):
        raise NotEntitled("This society token is not valid any more. Ask the president for a new one.")
    if not room.bookable:
        raise NotBookable(room)


def token_day(now: datetime, rules: Rules) -> int:
    """The campus day on which a token issued now counts as issued, as days since 1970-01-01."""
    return (now.astimezone(rules.zone).date() - _EPOCH).days


def token_has_expired(term: TokenTerm, rules: Rules, now: datetime) -> bool:
    return token_day(now, rules) >= term.issued_on + rules.society_token_days


def is_idle(login: Login, rules: Rules, now: datetime) -> bool:
    """Whether nobody has used a login for so long that it is over."""
    return now - login.alive_at >= rules.token_idle


def check_president(person: Person, role: Role | None) -> None:
    """Refuse anyone but a president of the society at hand (Group_4 and president of that very one)."""
    if Group.PRESIDENT not in person.groups:
        raise NotEntitled("Only society presidents can do this.")
    if role is not Role.PRESIDENT:
        raise NotEntitled("Only a president of this society can do this.")
