"""What happened to a society, and to whatever else the audit trail names: a webhook, a job, a wait, …"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.chat.formatting import join_with_and
from bot.chat.reply import Text
from bot.explaining.administered import details_text
from bot.explaining.story import MAX_EVENTS, Event, Names, Story
from core.model import AuditEntry, Membership, PersonId, Role, Society
from core.names import same_name
from core.ports import UnitOfWork

_KINDS = ("society", "webhook", "job", "source", "wait", "message", "announcement", "building")
_SUBJECT = re.compile(rf"(?P<kind>{'|'.join(_KINDS)})[\s:#]+(?P<key>\S.*)", re.IGNORECASE)
_REFRESH = "refresh "
"""Begin of the names of jobs that read a source."""
_ONE_WORD = re.compile(r"[A-Za-z0-9-]{1,24}")
_PERSON = {
    "appoint": "made {} president",
    "dismiss": "made {} an ordinary member",
    "add member": "added {}",
    "remove member": "removed {}",
}
_WORDS = {
    "add society": "added the society",
    "rename society": "renamed the society",
    "limit society": "changed how much the society may book",
    "dissolve society": "dissolved the society",
    "new society token": "made a new token for the society",
    "new calendar address": "made a new calendar address for the society",
    "run job": "ran it",
    "end wait": "ended it",
    "retry message": "had it sent again",
    "give up message": "gave it up",
    "announce": "announced it",
}
_COUNTS = ("members", "cancelled", "handed_over", "added", "changed", "removed", "failures", "rooms")


class SubjectFacts(Struct, frozen=True):
    """What the audit trail says of a subject, the newest; of a society that exists its members, too."""

    kind: str
    key: str
    entries: tuple[AuditEntry, ...] = ()
    society: Society | None = None
    members: tuple[Membership, ...] = ()


def read_subject(unit: UnitOfWork, text: str) -> SubjectFacts | None:
    """Facts of `CHESS` or `Chess Society`, also one dissolved, or of `webhook 1`; None without any."""
    if (named := _SUBJECT.fullmatch(text.strip())) is not None:
        kind, key = named["kind"].casefold(), named["key"].strip()
        if kind != "society":
            subjects = [f"{kind}:{key}", *([f"job:{_REFRESH}{key}"] if kind == "source" else ())]
            return _found(SubjectFacts(kind, key, tuple(unit.history.audit_about(subjects, MAX_EVENTS))))
        text = key
    return _read_society(unit, text.strip())


def _read_society(unit: UnitOfWork, text: str) -> SubjectFacts | None:
    known = [each for each in unit.societies.all() if same_name(text, each.id) or same_name(text, each.name)]
    if known:
        society = known[0]
        entries = unit.history.audit_about([f"society:{society.id}"], MAX_EVENTS)
        members = tuple(unit.societies.members(society.id))
        return SubjectFacts("society", society.id, tuple(entries), society, members)
    if _ONE_WORD.fullmatch(text) is None:
        return None
    entries = unit.history.audit_about({f"society:{text}", f"society:{text.upper()}"}, MAX_EVENTS)
    return _found(SubjectFacts("society", text, tuple(entries)))


def _found(facts: SubjectFacts) -> SubjectFacts | None:
    return facts if facts.entries else None


def subject_story(facts: SubjectFacts, names: Names) -> Story:
    events = tuple(_events(facts.entries, names))
    if facts.society is None:
        gone = "There is no such society any more. " if facts.kind == "society" else ""
        return Story(f"{facts.kind} {facts.key}", (f"{gone}What happened, as far as it is kept:",), events)
    society = facts.society
    return Story(f"{society.name} ({society.id})", (_limits(society),), events, _facts(facts.members, names))


def _limits(society: Society) -> str:
    minutes = "any number of" if society.weekly_minutes is None else society.weekly_minutes
    series = "" if society.series_hours is None else f", series {society.series_hours} hours"
    return f"May book {minutes} minutes a week{series}."


def _facts(members: Iterable[Membership], names: Names) -> tuple[tuple[str, Text], ...]:
    members = tuple(members)
    presidents = [names.person(each.person_id) for each in members if each.role is Role.PRESIDENT]
    return (
        ("Presidents", (join_with_and(presidents) if presidents else "none",)),
        ("Members", (str(len(members)),)),
    )


def _events(entries: Iterable[AuditEntry], names: Names) -> Iterator[Event]:
    for entry in entries:
        who = names.actor(entry.actor)
        counts = [
            f"{name.replace('_', ' ')} {value}" for name in _COUNTS if (value := entry.details.get(name))
        ]
        more = f", {', '.join(counts)}" if counts else ""
        text = f"{who[:1].upper()}{who[1:]} {_words(entry, names)}{details_text(entry)}{more}."
        yield Event(entry.at, (text,))


def _words(entry: AuditEntry, names: Names) -> str:
    action, person = entry.action, entry.details.get("person")
    if (sentence := _PERSON.get(action)) is not None and isinstance(person, int):
        return sentence.format(names.person(PersonId(person)))
    return _WORDS.get(action) or f"did this: {action}"
