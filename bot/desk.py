"""Everything the core can do, in one hand: what commands and the HTTP API are given."""

from dataclasses import dataclass
from typing import Protocol

from core.clock import Clock
from core.picture import Picture
from core.policy.rules import Rules
from core.ports import Storage
from core.services.accounts import Accounts
from core.services.bookings import BookingDesk
from core.services.society import SocietyDesk


class Kept(Storage, Protocol):
    """Storage, and how old the picture beside it is."""

    def is_fresh(self) -> bool:
        """Whether nothing that others wrote is missing; looks at most every few milliseconds."""
        ...

    async def catch_up(self) -> None:
        """Read into the picture what other processes wrote."""
        ...

    async def loaded(self) -> None:
        """Wait until busy times and people are in the picture."""
        ...

    async def reload(self) -> None:
        """Read the whole picture anew."""
        ...

    async def probe(self) -> None:
        """Raise `Unavailable` unless something could be written now."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The picture to answer from, and the use cases that change it."""

    storage: Kept
    picture: Picture
    rules: Rules
    clock: Clock
    bookings: BookingDesk
    societies: SocietyDesk
    accounts: Accounts

    async def fresh(self) -> Picture:
        """The picture, complete and with what other processes wrote until a few milliseconds ago."""
        if not self.picture.is_complete:
            await self.storage.loaded()
        if not self.storage.is_fresh():
            await self.storage.catch_up()
        return self.picture
