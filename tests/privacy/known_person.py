"""A person of whom every table knows something, with words that nobody else uses."""

from datetime import timedelta

from msgspec.structs import replace

from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import (
    AuditEntry,
    Closure,
    ClosureId,
    Draft,
    Guest,
    Identity,
    Installation,
    LoginSession,
    LoginToken,
    OutboxMessage,
    PersonId,
    Role,
    RoomId,
    UserGroup,
)
from core.ports import UnitOfWork
from core.services.waiting import WaitRequest
from tests.builders import NOW, a_person, a_slot
from tests.contracts.raw import ask
from tests.outbox.environment import CHESS, HALL, REMA, WIL, Environment, a_message

QUETZ = Identity("slack:TQUETZ:UQUETZ")
QUETZ_CHAT = Identity("chat:quetzcoatl")
DISCORD = Identity("discord:8034777")
WORDS = (
    "quetzmark",
    "Markworth",
    "TQUETZ:UQUETZ",
    "UQUETZ",
    "quetzcoatl",
    "zebrafish",
    "snorkel",
    "tapioca",
    "xylophone",
    "8034777",
)
"""Parts of their name, e-mail address and accounts, and what they have typed."""
_FREE_ROOMS = [RoomId(f"K-J17-{number}") for number in range(101, 111)]

_OTHER_TABLES = """
UPDATE person SET blocked_until = 1, block_reason = 'snorkel' WHERE id = {quetz};
INSERT INTO quota_grant (person_id, week, minutes, reason, granted_by, at)
    VALUES ({quetz}, 20000, 60, 'tapioca contest', 'person:3', 1);
INSERT INTO quota_grant (person_id, week, minutes, reason, granted_by, at)
    VALUES (1, 20000, 60, 'contest', 'person:{quetz}', 1);
INSERT INTO refused_request (at, person_id, action, seats, platform, code, rule)
    VALUES (1, {quetz}, 'book', 0, 'slack', 'slot_taken', '');
INSERT INTO webhook (url, events, secret, created_at, created_by, is_personal, state, reason, failures)
    VALUES ('https://example.org', '*', '', 1, 'person:{quetz}', false, 0, '', 0);
INSERT INTO webhook_event (id, type, at, subject, data, person_id, is_new)
    VALUES ('e1', 'booking.created', 1, 'booking', '{{}}', {quetz}, false)
"""


async def add_known_person(environment: Environment, url: str) -> PersonId:
    """Adds quetz, a student and president beside pres, with bookings of every kind; returns their number."""
    services, clock = environment.services, environment.clock
    quetz = await environment.storage.write(_add)
    environment.people = {**environment.people, QUETZ: quetz, QUETZ_CHAT: quetz}
    past = await environment.book(a_slot("11:00"), by=QUETZ, title="zebrafish anatomy", notes="bring snorkel")
    await services.sharing.invite(past.id, quetz, (Guest(environment.people[WIL]),))
    club = await environment.book(
        a_slot("11:00"), _FREE_ROOMS[0], by=QUETZ, society_id=CHESS, title="Chess of old"
    )
    clock.move(timedelta(hours=3))
    ahead = await environment.book(a_slot("11:00", days=1), by=QUETZ, title="zebrafish again")
    await services.sharing.invite(ahead.id, quetz, (Guest(environment.people[REMA]),))
    await environment.book(
        a_slot("11:00", days=1), _FREE_ROOMS[0], by=QUETZ, society_id=CHESS, title="Chess ahead"
    )
    theirs = await environment.book(
        a_slot("15:00", days=1), _FREE_ROOMS[1], by=WIL, title="Ask Quetz Markworth"
    )
    await services.sharing.invite(
        theirs.id, environment.people[WIL], (Guest(quetz), Guest(identity=QUETZ_CHAT, name="quetzmark"))
    )
    offered = await environment.book(a_slot("9:00", days=2), _FREE_ROOMS[2], by=WIL)
    await services.sharing.offer(offered.id, environment.people[WIL], quetz)
    answered = await environment.book(a_slot("12:00", days=2), _FREE_ROOMS[3], by=WIL)
    offer = await services.sharing.offer(answered.id, environment.people[WIL], quetz)
    assert offer.transfer is not None
    await services.sharing.decline(answered.id, offer.transfer.id, quetz)
    await environment.book(a_slot("13:00", days=3), _FREE_ROOMS[4], by=REMA)
    await services.waiting.ask(WaitRequest(quetz, a_slot("13:00", days=3), RoomQuery(room=_FREE_ROOMS[4])))
    await environment.storage.write(lambda unit: _write_the_rest(unit, quetz))
    await ask(url, f"UPDATE wait SET query = 'tapioca' WHERE person_id = {quetz}")  # noqa: S608
    for statement in _OTHER_TABLES.split(";"):
        await ask(url, statement.format(quetz=quetz))
    await services.storage.reload()
    assert club.society_id == CHESS
    return quetz


def _add(unit: UnitOfWork) -> PersonId:
    groups = (UserGroup.STUDENT, UserGroup.PRESIDENT)
    new = replace(a_person("quetzmark", *groups), email="quetzmark@markworth.example", name="Quetz Markworth")
    person_id = unit.people.add(new, "xylophone").id
    for identity in (QUETZ, QUETZ_CHAT):
        unit.people.link(person_id, identity)
    unit.societies.set_role(person_id, CHESS, Role.PRESIDENT)
    return person_id


def _write_the_rest(unit: UnitOfWork, quetz: PersonId) -> None:
    """What front ends write, and what older releases have left."""
    later = NOW + timedelta(days=30)
    unit.tokens.add(LoginToken(b"quetzmark token", quetz, NOW, "xylophone of quetzmark"))
    unit.people.remember_address(quetz, b"quetzmark's network", NOW)
    unit.drafts.put([Draft("answer-quetzcoatl", quetz, '{"text": "' + "tapioca " * 5_000 + '"}', later)])
    unit.login_sessions.add(LoginSession(b"session", later, identity=QUETZ, request="book tapioca"))
    workspace = Installation("TQUETZ", "token", "UBOT", "BBOT", "Workspace", (), "UQUETZ")
    unit.installations.put(workspace, NOW)
    unit.people.link(quetz, DISCORD)
    unit.set_setting("discord closed.8034777", "2026-03-12T00:00:00+00:00")
    unit.notice_channels.add(Identity("chat:channel"), QUETZ_CHAT, NOW)
    unit.closures.add(
        Closure(
            ClosureId(0),
            Interval(later, later + timedelta(hours=1)),
            "Exam of Quetz Markworth",
            NOW,
            f"person:{quetz}",
            "Europe/London",
            HALL,
        )
    )
    unit.outbox.add(
        [
            a_message("m quetzmark", identity=QUETZ, payload='{"text": ["tapioca"]}'),
            a_message("m other", identity=WIL, payload='{"text": ["From quetzmark@markworth.example"]}'),
            OutboxMessage("m sent", "reply", NOW, "xylophone", quetz),
        ]
    )
    for entry in (
        AuditEntry(NOW, f"person:{quetz}", "log in", "xylophone of quetzmark"),
        AuditEntry(NOW, f"person:{quetz}", "arrive", "eppn:quetzmark@markworth.example"),
        AuditEntry(NOW, QUETZ, "leave", "some booking"),
        AuditEntry(NOW, "administrator", "link", f"person:{quetz}", {"identity": QUETZ_CHAT}),
        AuditEntry(NOW, "person:1", "add member", "society:CHESS", {"person": quetz, "name": "quetzmark"}),
    ):
        unit.audit(entry)
