"""Login sessions; transitions are compare-and-swap updates."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from core.model import Change, Identity, LoginSession, LoginState, PersonId
from core.policy.login import pick_evictable
from storage.mapping import Row, instant, seconds
from storage.service_tables import login_session

_col = login_session.c
_OPEN = (LoginState.OPEN.value, LoginState.REQUESTED.value)

_MAX_DELETED = 100


class SqlLoginSessionRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def add(self, session: LoginSession) -> None:
        self._connection.execute(insert(login_session).values(_row(session)))

    def get(self, sid_hash: bytes) -> LoginSession | None:
        row = self._connection.execute(select(login_session).where(_col.hash == sid_hash)).one_or_none()
        return None if row is None else _session_of(row)

    def swap(self, before: LoginSession, after: LoginSession) -> bool:
        is_before = (
            (_col.hash == before.hash)
            & (_col.state == before.state.value)
            & _col.nonce.is_not_distinct_from(before.nonce)
        )
        changed = self._connection.execute(update(login_session).where(is_before).values(_row(after)))
        if after.finished_at is not None:
            self._changes.add(Change("login"))
        return changed.rowcount == 1

    def finished_since(self, moment: datetime) -> Iterable[bytes]:
        return list(
            self._connection.execute(select(_col.hash).where(_col.finished_at >= seconds(moment))).scalars()
        )

    def many(self, hashes: Iterable[bytes]) -> list[LoginSession]:
        found = self._connection.execute(select(login_session).where(_col.hash.in_(list(hashes))))
        return [_session_of(row) for row in found]

    def waiting(self) -> list[LoginSession]:
        is_waiting: ColumnElement[bool] = (
            (_col.state == LoginState.DONE.value) & _col.identity.is_not(None) & (_col.asked != "")
        )
        return [_session_of(row) for row in self._connection.execute(select(login_session).where(is_waiting))]

    def consume_request(self, sid_hash: bytes) -> bool:
        taken = update(login_session).where(_col.hash == sid_hash, _col.asked != "").values(asked="")
        return self._connection.execute(taken).rowcount == 1

    def drop_open(self, identity: Identity) -> None:
        self._connection.execute(
            delete(login_session).where(_col.identity == identity, _col.state.in_(_OPEN))
        )

    def make_room(self, over_before: datetime, max_sessions: int) -> None:
        """Deletes sessions that ended by `over_before`; at the limit also open ones of the busiest network.

        Links of chat accounts, which a platform vouches for, are only deleted when no others are open.
        """
        is_over = _col.expires_at < seconds(over_before)
        self._delete_first(is_over & or_(_col.finished_at.is_(None), _col.finished_at < seconds(over_before)))
        if (
            self._connection.execute(select(func.count()).select_from(login_session)).scalar_one()
            >= max_sessions
        ):
            self._evict_open()

    def _evict_open(self) -> None:
        is_open = _col.state == LoginState.OPEN.value
        programs = (
            select(_col.hash, _col.asked).where(is_open, _col.identity.is_(None)).order_by(_col.expires_at)
        )
        open_requests = [(bytes(row[0]), str(row[1])) for row in self._connection.execute(programs)]
        if evicted := pick_evictable(open_requests, _MAX_DELETED):
            self._connection.execute(delete(login_session).where(_col.hash.in_(evicted)))
        else:
            self._delete_first(is_open)

    def _delete_first(self, condition: ColumnElement[bool]) -> None:
        first = select(_col.hash).where(condition).order_by(_col.expires_at).limit(_MAX_DELETED)
        self._connection.execute(delete(login_session).where(_col.hash.in_(first.scalar_subquery())))

    def erase_results(self, now: datetime, result_ttl: timedelta) -> None:
        is_expired = _col.finished_at < seconds(now - result_ttl)
        self._connection.execute(
            update(login_session).where(is_expired, _col.sealed.is_not(None)).values(sealed=None)
        )


def _row(session: LoginSession) -> dict[str, object]:
    return {
        "hash": session.hash,
        "expires_at": seconds(session.expires_at),
        "state": session.state.value,
        "identity": session.identity,
        "asked": session.request,
        "person_id": session.person_id,
        "nonce": session.nonce,
        "sealed": session.encrypted_result,
        "message": session.message,
        "finished_at": None if session.finished_at is None else seconds(session.finished_at),
    }


def _session_of(row: Row) -> LoginSession:
    return LoginSession(
        hash=bytes(row[0]),
        expires_at=instant(row[1]),
        state=LoginState(row[2]),
        identity=None if row[3] is None else Identity(row[3]),
        request=row[4],
        person_id=None if row[5] is None else PersonId(row[5]),
        nonce=None if row[6] is None else bytes(row[6]),
        encrypted_result=None if row[7] is None else bytes(row[7]),
        message=row[8],
        finished_at=None if row[9] is None else instant(row[9]),
    )
