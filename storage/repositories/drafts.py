"""Drafts of requests and remembered answers; a person has a limited number."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, select

from core.model import Draft, PersonId
from storage.mapping import instant, seconds
from storage.service_tables import draft
from storage.tables import is_present, person
from storage.upsert import upsert


class SqlDraftRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Draft, max_drafts: int) -> None:
        self.put([new])
        self._delete_surplus(new.person_id, max_drafts)

    def put(self, drafts: Sequence[Draft]) -> None:
        rows = [
            {
                "id": each.id,
                "person_id": each.person_id,
                "payload": each.payload,
                "expires_at": seconds(each.expires_at),
            }
            for each in self._of_present_people(drafts)
        ]
        upsert(self._connection, draft, rows)

    def _of_present_people(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Without those of people who have been erased since: others' are stored with them."""
        ids = {each.person_id for each in drafts}
        present = select(person.c.id).where(person.c.id.in_(ids), is_present)
        known = set(self._connection.execute(present).scalars())
        return [each for each in drafts if each.person_id in known]

    def _delete_surplus(self, person_id: PersonId, max_drafts: int) -> None:
        surplus = (
            select(draft.c.id)
            .where(draft.c.person_id == person_id)
            .order_by(draft.c.expires_at.desc(), draft.c.id)
            .offset(max_drafts)
        )
        if ids := self._connection.execute(surplus).scalars().all():
            self._connection.execute(delete(draft).where(draft.c.id.in_(ids)))

    def get(self, draft_id: str) -> Draft | None:
        row = self._connection.execute(select(draft).where(draft.c.id == draft_id)).one_or_none()
        return None if row is None else Draft(row[0], PersonId(row[1]), row[2], instant(row[3]))

    def remove(self, draft_ids: Collection[str]) -> None:
        self._connection.execute(delete(draft).where(draft.c.id.in_(draft_ids)))
