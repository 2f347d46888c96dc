"""Fills tables with rows by one statement each."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from core.policy.rules import Rules
from tests.contracts.raw import ask

_HASHES = {"sqlite": "CAST('{word} ' || n AS BLOB)", "postgresql": "convert_to('{word} ' || n, 'UTF8')"}
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < {count}) "
    "SELECT n FROM t)",
    "postgresql": "(SELECT n FROM generate_series(1, {count}) AS t(n))",
}
BOOKED_BY_WIL = "(SELECT id FROM person WHERE username = 'wil')"


def kind_of(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


async def fill(url: str, table: str, count: int, values: Mapping[str, object], word: str = "row") -> None:
    """`count` rows. `{n}` in a value is the row's number, `{hash}` bytes of its own."""
    kind = kind_of(url)
    hashed = _HASHES[kind].format(word=word)
    expressions = [str(each).replace("{hash}", hashed).replace("{n}", "n") for each in values.values()]
    columns = ", ".join(f'"{name}"' for name in values)
    numbers = _NUMBERS[kind].format(count=count)
    await ask(url, f'INSERT INTO "{table}" ({columns}) SELECT {", ".join(expressions)} FROM {numbers} AS s')  # noqa: S608


def rows_of(table: str, at: datetime, word: str, rules: Rules) -> dict[str, object]:
    """What a row of a table may look like that was over at some moment."""
    second = int(at.timestamp())
    return {
        "change": {"origin": "'else'", "kind": "'room'", "key": "'K-J17-G01'", "at": second},
        "request": {"key": f"'{word} ' || {{n}}", "booking_id": "'b'", "at": second},
        "seen": {"key": f"'{word} ' || {{n}}", "at": second, "is_done": "true"},
        "tally": {"key": f"'{word} ' || {{n}}", "amount": 1, "at": second},
        "oauth_state": {"hash": "{hash}", "until": second},
        "login_session": {
            "hash": "{hash}",
            "expires_at": second,
            "state": 0,
            "asked": "''",
            "message": "''",
        },
        "token": {
            "hash": "{hash}",
            "person_id": BOOKED_BY_WIL,
            "created_at": int((at - timedelta(days=1)).timestamp()),
            "label": "'http'",
            "last_used_at": second,
        },
        "refused_request": {
            "at": second,
            "person_id": BOOKED_BY_WIL,
            "action": "'book'",
            "seats": 0,
            "platform": "'slack'",
            "code": "'no_quota'",
            "rule": "''",
        },
        "series": {
            "id": f"'{word} ' || {{n}}",
            "version": 1,
            "room_id": "'K-J17-G01'",
            "booked_by": BOOKED_BY_WIL,
            "created_at": second - 3600,
            "title": "''",
            "notes": "''",
            "rule": "'FREQ=DAILY;COUNT=1'",
            "exceptions": "''",
            "starts_on": 0,
            "starts_at": 600,
            "length": 60,
            "ends_at": second,
        },
        "closure": {
            "start": 0,
            "end": second,
            "is_yearly": "false",
            "zone": "'Europe/London'",
            "reason": "'exam'",
            "created_by": "'person:1'",
            "created_at": 0,
        },
        "rating": {
            "key": "{hash}",
            "room_id": "'K-J17-G01'",
            "at": second,
            "cleanliness": 5,
            "location": 5,
            "quietness": 5,
            "overall": 5,
        },
        "wait": {
            "person_id": BOOKED_BY_WIL,
            "start": second - 3600,
            "end": second,
            "created_at": second - 7200,
            "room_id": "'K-J17-G01'",
            "query": "'{}'",
            "is_watch": "false",
            "state": 2,
        },
        "erasure": {"person_id": "1000 + {n} + " + str(second % 1000000), "requested_at": second},
        "quota_grant": {
            "person_id": BOOKED_BY_WIL,
            "week": 20000,
            "minutes": 60,
            "reason": "'conference'",
            "granted_by": "'person:1'",
            "at": second,
        },
        "webhook_event": {
            "id": f"'{word} ' || {{n}}",
            "type": "'quota.reset'",
            "at": second,
            "subject": "'quota'",
            "data": "'{}'",
            "is_new": "false",
        },
        "known_address": {"key": "{hash}", "person_id": BOOKED_BY_WIL, "at": second},
        "draft": {
            "id": f"'{word} ' || {{n}}",
            "person_id": BOOKED_BY_WIL,
            "payload": "'{}'",
            "expires_at": second,
        },
        "outbox": {
            "key": f"'{word} ' || {{n}}",
            "kind": "'reply'",
            "payload": "''",
            "due_at": second,
            "state": 2,
            "attempts": 1,
            "trouble": "''",
        },
        "audit": {
            "at": second,
            "actor": "'nobody'",
            "action": "'book'",
            "subject": "'b'",
            "details": "'{}'",
        },
        "booking": {
            "id": f"'{word} ' || {{n}}",
            "room_id": "'K-J17-G01'",
            "start": second - 3600,
            "end": second,
            "booked_by": BOOKED_BY_WIL,
            "created_at": second - 7200,
            "title": "''",
            "notes": "''",
            "state": 0,
            "version": 1,
        },
    }[table]
