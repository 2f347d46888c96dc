"""Parses people and societies from tables and JSON."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from core.errors import RoomieError
from core.model import Person, PersonId, Society, SocietyId, UserGroup
from core.services.accounts import validate_person
from scraper.files.documents import Document
from scraper.files.fields import PERSON_FIELDS, SOCIETY_FIELDS, with_unknown_fields
from scraper.files.records import ParsedFile, Record, parse_unique_records, quote_value

GROUP_WORDS = {
    "staff": UserGroup.STAFF,
    "student": UserGroup.STUDENT,
    "member": UserGroup.SOCIETY_MEMBER,
    "president": UserGroup.PRESIDENT,
}
_MAX_SOCIETY_ID = 24
_FIRST_NAMES = ("first_name", "given_name")
_LAST_NAMES = ("last_name", "surname", "family_name")


class SocietyRecord(Struct, frozen=True):
    """A society, and the usernames or addresses of its presidents and its other members."""

    society: Society
    presidents: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def parse_people(document: Document) -> ParsedFile[Person]:
    """Columns username or email, and perhaps name, groups, zone and admin. Ids are 0."""
    records = list(document.records("people"))
    parsed = parse_unique_records(records, _to_person, lambda person: person.username.casefold())
    return document.complete(with_unknown_fields(parsed, records, PERSON_FIELDS))


def parse_societies(document: Document) -> ParsedFile[SocietyRecord]:
    """Columns id, and perhaps name, presidents and members (usernames with `|` between them)."""
    records = list(document.records("societies"))
    parsed = parse_unique_records(records, _to_society, lambda each: each.society.id.casefold())
    return document.complete(with_unknown_fields(parsed, records, SOCIETY_FIELDS))


def _to_person(record: Record) -> Person:
    email, username = record.text(*PERSON_FIELDS["email"]), record.text(*PERSON_FIELDS["username"])
    if not email and not username:
        raise record.invalid("username is missing", PERSON_FIELDS["username"])
    apart = " ".join(filter(None, (record.text(*_FIRST_NAMES), record.text(*_LAST_NAMES))))
    name = record.text("name", "full_name") or apart or username or email
    person = Person(
        PersonId(0),
        username or email,
        email,
        name,
        _to_groups(record),
        _to_zone(record),
        record.flag(*PERSON_FIELDS["is_admin"], default=False),
    )
    try:
        return validate_person(person) if email else person
    except RoomieError as error:
        raise record.invalid(
            str(error).rstrip("."), ["email" if "e-mail" in str(error) else "username"]
        ) from error


def _to_groups(record: Record) -> frozenset[UserGroup]:
    """Being a member of a society is no group to set: it follows from the societies."""
    words = record.words(*PERSON_FIELDS["groups"])
    groups = {_to_group(record, each) for each in words} or {UserGroup.STUDENT}
    return frozenset(groups - {UserGroup.SOCIETY_MEMBER})


def _to_group(record: Record, word: str) -> UserGroup:
    name = word.casefold()
    known = {**GROUP_WORDS, **{f"{each}s": group for each, group in GROUP_WORDS.items()}}
    found = known.get(name) or next((each for each in UserGroup if each.casefold() == name), None)
    if found is None:
        names = ", ".join(GROUP_WORDS)
        raise record.invalid(f"groups {quote_value(word)} is not one of {names}", PERSON_FIELDS["groups"])
    return found


def _to_zone(record: Record) -> str | None:
    text = record.text(*PERSON_FIELDS["zone"])
    try:
        return ZoneInfo(text).key if text else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        reason = f"zone {quote_value(text)} is no time zone; write Australia/Sydney or leave it empty"
        raise record.invalid(reason, PERSON_FIELDS["zone"]) from error


def _to_society(record: Record) -> SocietyRecord:
    identifier = record.identifier(*SOCIETY_FIELDS["id"])
    plain = identifier.replace("-", "")
    if len(identifier) > _MAX_SOCIETY_ID or not identifier.isascii() or not plain.isalnum():
        raise record.invalid(
            f"id {quote_value(identifier)} must be up to {_MAX_SOCIETY_ID} letters, digits and hyphens,"
            " such as SOTECHSOC",
            SOCIETY_FIELDS["id"],
        )
    presidents = record.words(*SOCIETY_FIELDS["presidents"])
    return SocietyRecord(
        Society(SocietyId(identifier), record.text(*SOCIETY_FIELDS["name"], default=identifier)),
        presidents,
        tuple(each for each in record.words(*SOCIETY_FIELDS["members"]) if each not in presidents),
    )
