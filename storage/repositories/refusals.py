"""Refused requests."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, insert, select

from core.interval import Interval
from core.model import AttemptedRequest, PersonId, RefusedRequest, RequestedAction, RoomId
from storage.mapping import Row, instant, seconds
from storage.service_tables import refused_request
from storage.tables import MAX_BOOKING_LENGTH
from storage.windows import overlaps

_col = refused_request.c
_ROWS_PER_FETCH = 1_000


class SqlRefusalRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, refused: Sequence[RefusedRequest]) -> None:
        if rows := [_values(each) for each in refused]:
            self._connection.execute(insert(refused_request), rows)

    def of_person(self, person_id: PersonId, limit: int) -> list[RefusedRequest]:
        return self._newest(limit, _col.person_id == person_id)

    def of_room(self, room_id: RoomId, slot: Interval, limit: int) -> list[RefusedRequest]:
        then = overlaps(refused_request, slot, MAX_BOOKING_LENGTH)
        return self._newest(limit, _col.room_id == room_id, *then)

    def during(self, window: Interval) -> Iterator[RefusedRequest]:
        found = (
            select(refused_request)
            .where(_col.at >= seconds(window.start), _col.at < seconds(window.end))
            .order_by(_col.at, _col.id)
        )
        rows = self._connection.execute(found, execution_options={"yield_per": _ROWS_PER_FETCH})
        return map(_to_refused, rows)

    def _newest(self, limit: int, *conditions: ColumnElement[bool]) -> list[RefusedRequest]:
        found = select(refused_request).where(*conditions).order_by(_col.at.desc(), _col.id.desc())
        return [_to_refused(row) for row in self._connection.execute(found.limit(limit))]


def _to_refused(row: Row) -> RefusedRequest:
    _id, at, person_id, action, room_id, start, end, seats, society_id, platform, code, rule = row
    slot = None if start is None else Interval(instant(start), instant(end))
    attempt = AttemptedRequest(RequestedAction(action), person_id, room_id, slot, society_id, seats)
    return RefusedRequest(instant(at), attempt, code, rule, platform)


def _values(refused: RefusedRequest) -> dict[str, object]:
    attempt = refused.attempt
    return {
        "at": seconds(refused.at),
        "person_id": attempt.by,
        "action": attempt.action.value,
        "room_id": attempt.room_id,
        "start": None if attempt.slot is None else seconds(attempt.slot.start),
        "end": None if attempt.slot is None else seconds(attempt.slot.end),
        "seats": attempt.seats,
        "society_id": attempt.society_id,
        "platform": refused.platform,
        "code": refused.code,
        "rule": refused.rule,
    }
