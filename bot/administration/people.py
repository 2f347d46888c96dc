"""Verbs for people."""

import secrets
from datetime import timedelta

from bot.administration.texts import MAX_SHOWN, counted, done, person_text
from bot.administration.values import (
    read_end,
    read_groups,
    read_minutes,
    read_moment,
    read_person,
    read_yes,
)
from bot.administration.verb import AdminParameter, AdminRequest, AdminVerb, text, word
from bot.chat.command import ParameterType
from bot.chat.formatting import format_minutes
from bot.chat.reply import Code, Reply, ReplyField, ReplyItem, Timestamp
from core.errors import Invalid, UnknownPerson
from core.localtime import EPOCH
from core.model import Identity, Person, PersonId, Role, UserGroup
from core.policy.blocking import is_blocked
from core.policy.quota import has_quota, quota_week
from core.services.administration.confirmation import CANCEL, KEEP
from core.services.administration.people import PersonDetails

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike."""
_PARTS, _PART_LENGTH = 4, 4
_PERSON = word("person", "Username, e-mail address or mention", keywords=())
_REASON = text("reason", "Why; the person reads it", takes_quotes=True, keywords=("because",))
_GROUP_NAMES = {
    UserGroup.STAFF: "staff",
    UserGroup.STUDENT: "student",
    UserGroup.SOCIETY_MEMBER: "society member",
    UserGroup.PRESIDENT: "president",
}


async def find(request: AdminRequest) -> Reply:
    """One person in full, or the list of several."""
    who = read_person(request, "text", "/admin user find wil")
    found = await request.administration.people.find(request.by, who)
    if not found:
        raise UnknownPerson(who)
    exact = [each for each in found if who.casefold() in {each.username.casefold(), each.email.casefold()}]
    if len(found) == 1 or exact:
        return _record(
            request, await request.administration.people.record(request.by, (exact or found)[0].username)
        )
    return Reply(
        (f"{counted(len(found), 'person', 'people')} found:",),
        items=tuple(ReplyItem(person_text(each), (each.email,)) for each in found[:MAX_SHOWN]),
        footer=(f"And {len(found) - MAX_SHOWN} more. Type more of the name.",)
        if len(found) > MAX_SHOWN
        else (),
    )


def _record(request: AdminRequest, record: PersonDetails) -> Reply:
    person, quota = record.person, record.quota
    societies = ", ".join(
        f"{each.society.name}{' (president)' if each.role is Role.PRESIDENT else ''}"
        for each in record.memberships
    )
    left = f"{format_minutes(quota.left)} of {quota.weekly_quota} left this week"
    fields = [
        ReplyField("E-mail", (person.email,)),
        ReplyField("Groups", (groups_text(person.groups),)),
        ReplyField("Linked", (", ".join(record.identities) or "no chat account",)),
        ReplyField("Societies", (societies or "none",)),
        ReplyField("Quota", (left if has_quota(person) else "none needed",)),
        ReplyField("Bookings", (f"{len(record.bookings)} ahead",)),
    ]
    if person.is_admin:
        fields.append(ReplyField("Administrator", ("yes",)))
    if person.block is not None and is_blocked(person, request.services.clock.now()):
        why = f" ({person.block.reason})" if person.block.reason else ""
        fields.append(ReplyField("Blocked", ("until ", Timestamp(person.block.until), why)))
    return Reply(person_text(person), fields=tuple(fields))


def groups_text(groups: frozenset[UserGroup]) -> str:
    return ", ".join(_GROUP_NAMES[each] for each in sorted(groups)) or "no groups"


async def add(request: AdminRequest) -> Reply:
    username = request.require("username", "Which username? For example: /admin user add wil wil@example.org")
    email = request.require("email", "Which e-mail address do they have?")
    groups = read_groups(request.get("groups")) or frozenset({UserGroup.STUDENT})
    new = Person(PersonId(0), username, email, request.get("name") or username, groups)
    person = await request.administration.people.add(request.by, new)
    return done("Added ", *person_text(person), f": {groups_text(person.groups)}.")


async def groups(request: AdminRequest) -> Reply:
    who = read_person(request, "person", "/admin user groups wil staff")
    wanted = read_groups(request.get("groups"))
    if wanted:
        person = await request.administration.people.set_groups(request.by, who, wanted)
        return done(f"{person.username}: {' '.join(sorted(person.groups)) or 'no groups'}")
    record = await request.administration.people.record(request.by, who)
    return Reply((f"{record.person.username}: {' '.join(sorted(record.person.groups)) or 'no groups'}",))


async def link(request: AdminRequest) -> Reply:
    who = read_person(request, "person", "/admin user link wil slack:T0123:U0456")
    identity = _identity(request)
    person = await request.administration.people.link(request.by, who, identity)
    return done(Code(identity), " is now linked to ", *person_text(person), ".")


async def unlink(request: AdminRequest) -> Reply:
    identity = _identity(request)
    person = await request.administration.people.unlink(request.by, identity)
    return done(Code(identity), " is no longer linked to ", *person_text(person), ".")


def _identity(request: AdminRequest) -> Identity:
    """A chat account, as it is written or mentioned."""
    return Identity(read_person(request, "identity", "slack:T0123:U0456 or discord:8034, or a mention"))


async def password(request: AdminRequest) -> Reply:
    """Shown once, to the administrator alone, who hands it on."""
    if request.is_in_public:
        raise Invalid("Ask me for that in a direct message, where nobody else reads along.")
    who = read_person(request, "person", "/admin user password wil")
    new = generate_password()
    person = await request.administration.people.set_password(request.by, who, new)
    return done(
        "New password of ",
        *person_text(person),
        ": ",
        Code(new),
        ". It is shown only this once. All their logins have ended.",
    )


def generate_password() -> str:
    """Some 79 bits, in groups that can be read out: `k7mf-wq3p-…`."""
    parts = ("".join(secrets.choice(_ALPHABET) for _ in range(_PART_LENGTH)) for _ in range(_PARTS))
    return "-".join(parts)


async def quota(request: AdminRequest) -> Reply:
    who = read_person(request, "person", "/admin user quota wil +120 for the conference")
    minutes = read_minutes(request.require("minutes", "How many minutes? For example: +120"))
    week = read_moment(request, request.get("week")) if request.get("week") else None
    person, status = await request.administration.people.grant(
        request.by, who, minutes, request.get("reason"), week
    )
    rules = request.services.rules
    monday = EPOCH + timedelta(days=quota_week(week or request.services.clock.now(), rules))
    when = f"in the week of {monday.day} {monday:%B}" if week else "this week"
    return done(
        *person_text(person),
        f" now has {status.weekly_quota} minutes {when} ({minutes:+}), {status.left} of them left.",
        " I told them.",
    )


async def block(request: AdminRequest) -> Reply:
    example = '/admin user block wil until friday "broke the projector"'
    who = read_person(request, "person", example)
    until = read_end(request, request.require("until", f"Until when? For example: {example}"))
    result = await request.administration.people.block(
        request.by, who, until, request.get("reason").removeprefix("of "), request.answered
    )
    parts: list[str] = []
    if result.cancelled:
        parts.append(f" {counted(result.cancelled, 'booking')} cancelled.")
    if result.kept:
        parts.append(f" {counted(result.kept, 'booking')} kept.")
    person, stop = result.person, Timestamp(until)
    unblock = (f"/admin user unblock {person.username} lifts it.",)
    return done(
        *person_text(person), " can't book until ", stop, ".", *parts, " I told them.", footer=unblock
    )


async def unblock(request: AdminRequest) -> Reply:
    who = read_person(request, "person", "/admin user unblock wil")
    person = await request.administration.people.unblock(request.by, who)
    return done(*person_text(person), " can book again. I told them.")


async def administrator(request: AdminRequest) -> Reply:
    if not request.get("person"):
        people = await request.administration.people.administrators(request.by)
        return Reply(("Administrators:",), items=tuple(ReplyItem(person_text(each)) for each in people))
    who = read_person(request, "person", "/admin user admin wil on")
    is_admin = read_yes(request.require("switch", "Say on or off: /admin user admin wil on"), "administrator")
    person = await request.administration.people.set_administrator(request.by, who, is_admin=is_admin)
    return done(
        *person_text(person), " is now an administrator." if is_admin else " is no longer an administrator."
    )


_IDENTITY = word("identity", "A chat account: slack:T0123:U0456, discord:8034 or a mention")
_ALL_WORDS = AdminParameter(
    "text",
    ParameterType.TEXT,
    "A part of their name, username, e-mail address or chat account",
    required=True,
    is_positional=True,
    takes_quotes=True,
)

PEOPLE_VERBS = (
    AdminVerb(
        "user find", "Find people", find, (_ALL_WORDS,), ("/admin user find wil",), shortcuts=("find",)
    ),
    AdminVerb(
        "user add",
        "Add a person",
        add,
        (
            word("username", "One word"),
            word("email", "E-mail address"),
            text("name", "Their name", takes_quotes=True, keywords=("called",)),
            text("groups", "staff, student", keywords=("group",)),
        ),
        ('/admin user add kim kim@example.org "Kim Lee" group staff',),
    ),
    AdminVerb(
        "user groups",
        "Show or set a person's groups",
        groups,
        (_PERSON, text("groups", "staff, student", is_positional=True)),
        ("/admin user groups wil staff",),
    ),
    AdminVerb(
        "user link",
        "Link a chat account to a person",
        link,
        (_PERSON, _IDENTITY),
        ("/admin user link wil slack:T0123:U0456",),
    ),
    AdminVerb(
        "user unlink",
        "Remove the link of a chat account",
        unlink,
        (_IDENTITY,),
        ("/admin user unlink slack:T0123:U0456",),
    ),
    AdminVerb(
        "user password",
        "Set a new password, which is shown once",
        password,
        (_PERSON,),
        ("/admin user password wil",),
    ),
    AdminVerb(
        "user quota",
        "Add minutes to a person's quota, or take some away",
        quota,
        (
            _PERSON,
            word("minutes", "+120, or -60 to take some away"),
            text(
                "reason",
                "Why; the person reads it",
                takes_quotes=True,
                keywords=("for", "because", "reason"),
                is_positional=True,
            ),
            text("week", "A day of another week"),
        ),
        ("/admin user quota wil +120 for the conference", '/admin user quota wil +60 week 23 march "exams"'),
        shortcuts=("quota",),
    ),
    AdminVerb(
        "user block",
        "Keep a person from booking for a while",
        block,
        (
            _PERSON,
            text(
                "until",
                "friday, 20 march, 2 weeks",
                required=True,
                keywords=("for", "until", "till"),
                is_positional=True,
            ),
            _REASON,
        ),
        ('/admin user block wil until friday "broke the projector"', "/admin user block wil for 2 weeks"),
        answers=(KEEP, CANCEL),
        shortcuts=("block",),
    ),
    AdminVerb(
        "user unblock",
        "Let a person book again",
        unblock,
        (_PERSON,),
        ("/admin user unblock wil",),
        shortcuts=("unblock",),
    ),
    AdminVerb(
        "user admin",
        "List administrators, make one, or unmake one",
        administrator,
        (
            word("person", "Username, e-mail address or mention", required=False),
            word("switch", "on or off", required=False, choices=("on", "off")),
        ),
        ("/admin user admin dana on",),
    ),
)
