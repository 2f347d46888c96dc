"""How what happens by itself is doing, for `/readyz`."""

from collections.abc import Mapping

from bot.desk import Desk


async def outbox_health(desk: Desk) -> Mapping[str, object]:
    """What waits to be sent, and how late the oldest of it is; lateness takes no API out of service."""
    backlog = await desk.storage.read(lambda unit: unit.outbox.backlog())
    due = backlog.oldest_due
    late = max(0, int((desk.clock.now() - due).total_seconds())) if due is not None else 0
    return {
        "ok": True,
        "oldest_due": due.isoformat() if due is not None else None,
        "late_seconds": late,
        "waiting": backlog.waiting,
        "sending": backlog.sending,
        "given_up": backlog.given_up,
    }
