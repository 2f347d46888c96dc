"""Permission to book a room."""

from datetime import datetime

from core.errors import NotAuthenticated, NotBookable, NotPermitted, SocietyOnly, UnknownSociety
from core.localtime import epoch_day
from core.model import LoginToken, Person, Role, Room, Society, TokenTerm, UserGroup
from core.policy.rules import Rules


def check_personal_access(person: Person | None, room: Room) -> None:
    if person is None:
        raise NotAuthenticated("Please log in first to book a room.")
    if not person.groups & {UserGroup.STAFF, UserGroup.STUDENT}:
        raise NotPermitted("Your account can't book rooms. Ask an administrator for access.")
    if not room.bookable:
        raise NotBookable(room)
    if not room.individual_access:
        raise SocietyOnly(room)


def check_society_access(
    person: Person | None, society: Society | None, role: Role | None, room: Room
) -> None:
    """Members and presidents may book for their society."""
    if person is None:
        raise NotAuthenticated("Please log in first to book a room.")
    if UserGroup.SOCIETY_MEMBER not in person.groups:
        raise NotPermitted("Only members of a society can book for one. Ask its president to add you.")
    if society is None or role is None:
        raise UnknownSociety(society.id if society else "")
    if not room.bookable:
        raise NotBookable(room)


def check_token_access(
    presented: TokenTerm,
    society: Society | None,
    term: TokenTerm | None,
    room: Room,
    rules: Rules,
    now: datetime,
) -> None:
    """The bearer of a valid society token may book for that society."""
    if society is None:
        raise UnknownSociety
    if presented != term or token_has_expired(presented, rules, now):
        raise NotPermitted("This society token is no longer valid. Ask the president for a new one.")
    if not room.bookable:
        raise NotBookable(room)


def token_day(now: datetime, rules: Rules) -> int:
    """Today's campus date as a day of issue (days since 1970-01-01)."""
    return epoch_day(now.astimezone(rules.zone).date())


def token_has_expired(term: TokenTerm, rules: Rules, now: datetime) -> bool:
    return token_day(now, rules) >= term.issued_on + rules.society_token_days


def is_idle(login: LoginToken, rules: Rules, now: datetime) -> bool:
    """Whether a login has expired because it was not used."""
    return now - login.alive_at >= rules.token_idle


def check_president(person: Person, role: Role | None) -> None:
    """Requires Group_4 and the role of president in this society."""
    if UserGroup.PRESIDENT not in person.groups:
        raise NotPermitted("Only society presidents can do this.")
    if role is not Role.PRESIDENT:
        raise NotPermitted("Only a president of this society can do this.")
