"""Rows that decisions write, table by table: those of a whole batch are written together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

from core.ports import WriteSet
from storage.mapping import audit_values, charge_values, message_values

Rows: TypeAlias = Sequence[Mapping[str, Any]]


class TimedWrite(NamedTuple):
    """A write set, and the time of its request (seconds)."""

    writes: WriteSet
    at: int


class DecisionRows(Struct, frozen=True):
    """All rows of a batch but those of bookings and series, whose order matters on SQLite."""

    charges: Rows
    audits: Rows
    requests: Rows
    changes: Rows
    messages: Rows
    withdrawals: Rows
    """The bookings whose unsent messages go, before `messages` are stored."""


def rows_of(batch: Sequence[TimedWrite], origin: str) -> DecisionRows:
    writes = [each.writes for each in batch]
    return DecisionRows(
        charges=[charge_values(charge) for each in writes for charge in each.charges],
        audits=[audit_values(each.audit) for each in writes if each.audit],
        requests=[_request_row(*each) for each in batch if each.writes.request],
        changes=_change_rows(batch, origin),
        messages=[message_values(message) for each in writes for message in each.messages],
        withdrawals=[
            {"booking_id": each.withdraw_messages_of} for each in writes if each.withdraw_messages_of
        ],
    )


def _request_row(writes: WriteSet, at: int) -> dict[str, Any]:
    booking = writes.insert or writes.update
    return {"key": writes.request, "booking_id": booking and booking.id, "at": at}


def _change_rows(batch: Iterable[TimedWrite], origin: str) -> list[dict[str, Any]]:
    """One for each room that changes, however often it does."""
    changed = {each: at for writes, at in batch for each in writes.changes}
    return [{"origin": origin, "kind": each.kind, "key": each.key, "at": at} for each, at in changed.items()]
