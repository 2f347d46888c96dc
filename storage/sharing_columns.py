"""Columns of a booking's guests and its transfer: text, one value a line."""

from collections.abc import Iterable
from datetime import UTC, datetime

from core.model import BookingId, Guest, Identity, PersonId, Transfer, TransferState


def to_guests(stored: str) -> tuple[Guest, ...]:
    """The guests of a column that is not empty."""
    return tuple(map(_to_guest, stored.split("\n")))


def _to_guest(line: str) -> Guest:
    """`5` is the person with this id, `slack:T1:U1 Ann` a chat account and its name."""
    if line.isdecimal():
        return Guest(PersonId(int(line)))
    identity, _, name = line.partition(" ")
    return Guest(identity=Identity(identity), name=name)


def guest_lines(guests: Iterable[Guest]) -> str:
    return "\n".join(_line(each) for each in guests)


def _line(guest: Guest) -> str:
    return " ".join(f"{guest.key} {guest.name}".split())


def to_transfer(stored: str) -> Transfer:
    transfer_id, to, expires_at, state, swap_with, swap_place, place = stored.split("\n")
    return Transfer(
        transfer_id,
        PersonId(int(to)),
        datetime.fromtimestamp(int(expires_at), UTC),
        place,
        BookingId(swap_with) if swap_with else None,
        swap_place,
        TransferState(state),
    )


def transfer_lines(transfer: Transfer | None) -> str | None:
    if transfer is None:
        return None
    expires_at = str(int(transfer.expires_at.timestamp()))
    swap = (transfer.swap_with or "", transfer.swap_place)
    return "\n".join((transfer.id, str(transfer.to), expires_at, transfer.state, *swap, transfer.place))
