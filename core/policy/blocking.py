"""Blocks: for a while, a person may not book."""

from datetime import datetime

from core.errors import NotAllowed
from core.model import Block, Person


class Blocked(NotAllowed):
    """An administrator has blocked the person from booking."""

    code = "blocked"

    def __init__(self, block: Block) -> None:
        why = f" ({block.reason})" if block.reason else ""
        until = f"{block.until:%Y-%m-%d %H:%M} UTC"
        super().__init__(f"You can't book until {until}{why}. Ask an administrator if that is a mistake.")
        self.block = block


def is_blocked(person: Person, now: datetime) -> bool:
    return person.block is not None and person.block.until > now


def check_not_blocked(person: Person | None, now: datetime) -> None:
    if person is not None and person.block is not None and is_blocked(person, now):
        raise Blocked(person.block)
