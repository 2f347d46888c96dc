"""Shortcuts to administer the campus, and to read what was written."""

from core.model import (
    AuditEntry,
    MessageState,
    PersonId,
)
from core.ports import UnitOfWork
from core.services.administration import Administration, Administrator
from tests.builders import a_person
from tests.contracts.campus import Campus

CONSOLE = Administrator()


async def _hash(password: str) -> str:
    return f"hash of {len(password)}"


def administration_of(campus: Campus) -> Administration:
    return Administration(campus.storage, campus.rules, campus.clock, _hash)


async def an_administrator(campus: Campus, name: str) -> PersonId:
    added = await campus.storage.write(lambda unit: unit.people.add(a_person(name, is_admin=True), None))
    return added.id


async def audit_of(campus: Campus) -> list[AuditEntry]:
    return await campus.storage.read(lambda unit: list(unit.history.audit()))


async def messages_of(campus: Campus) -> dict[PersonId | None, list[str]]:
    def read(unit: UnitOfWork) -> dict[PersonId | None, list[str]]:
        found: dict[PersonId | None, list[str]] = {}
        for each in unit.outbox.entries(tuple(MessageState), 1_000):
            found.setdefault(each.message.person_id, []).append(each.message.kind)
        return found

    return await campus.storage.read(read)
