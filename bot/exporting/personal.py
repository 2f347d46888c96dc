"""All that is known about one person, as JSON for programs and as text for reading."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from core.model import PersonalData, PersonalFact

NOTES = (
    "Secrets are left out: of passwords, tokens and addresses of calendars only hashes are stored.",
    "Networks of earlier logins are keyed hashes, from which nobody can read the address.",
    "Ratings of rooms are anonymous: nobody can tell which are whose.",
    "Backups hold the same until they are deleted. Chat platforms keep the messages they have shown.",
)
_LABELS = {"at": "time", "is_watch": "told once when free", "wants_notices": "weekly notices"}


def to_json(known: PersonalData, now: datetime) -> str:
    """One object: `exported_at`, `notes`, and a list of rows for each section."""
    sections = {
        name.partition(" (")[0].replace(" ", "_").replace("'", ""): rows for name, rows in known.items()
    }
    document = {"exported_at": now.isoformat(), "notes": NOTES, **sections}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def to_text(known: PersonalData, now: datetime) -> str:
    """A heading for each section with anything in it, and a line for each row; then the notes."""
    return "\n".join(_lines(known, now)) + "\n"


def _lines(known: PersonalData, now: datetime) -> Iterator[str]:
    who = known["account"][0]["name"]
    yield f"All that Roomie knows about {who}, {now:%Y-%m-%d %H:%M} UTC"
    for name, rows in known.items():
        if rows:
            yield ""
            yield f"{name[:1].upper()}{name[1:]}: {len(rows)}"
            yield from (f"  {_row(each)}" for each in rows)
    empty = [name for name, rows in known.items() if not rows]
    if empty:
        yield ""
        yield f"Nothing is stored of: {', '.join(empty)}."
    yield ""
    yield from NOTES


def _row(row: Mapping[str, PersonalFact]) -> str:
    facts = (f"{_label(name)} {_text(value)}" for name, value in row.items() if value not in {None, ""})
    return " · ".join(facts)


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " "))


def _text(value: PersonalFact) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    printable = (each if each.isprintable() else " " for each in str(value))
    return " ".join("".join(printable).split())
