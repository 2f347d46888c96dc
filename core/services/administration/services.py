"""The services of administration, together."""

from collections.abc import Awaitable, Callable

from core.clock import Clock
from core.policy.rules import Rules
from core.ports import Storage
from core.services.administration.announcements import AnnouncementService
from core.services.administration.operations import OperationsService
from core.services.administration.people import PeopleAdministration
from core.services.administration.rooms import RoomAdministration
from core.services.administration.societies import SocietyAdministration
from core.services.administration.waits import WaitAdministration


class Administration:
    """`hash_password` is slow, and runs outside of transactions."""

    def __init__(
        self, storage: Storage, rules: Rules, clock: Clock, hash_password: Callable[[str], Awaitable[str]]
    ) -> None:
        self.rooms = RoomAdministration(storage, rules, clock)
        self.people = PeopleAdministration(storage, rules, clock, hash_password)
        self.societies = SocietyAdministration(storage, rules, clock)
        self.waits = WaitAdministration(storage, clock)
        self.announcements = AnnouncementService(storage, clock)
        self.operations = OperationsService(storage, clock)
