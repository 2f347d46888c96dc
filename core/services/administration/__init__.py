"""Administration: one service for each aggregate, with the rights checked in its transactions."""

from core.services.administration.announcements import AnnouncementService
from core.services.administration.operations import OperationsService
from core.services.administration.people import PeopleAdministration
from core.services.administration.rights import Administrator
from core.services.administration.rooms import RoomAdministration
from core.services.administration.services import Administration
from core.services.administration.societies import SocietyAdministration
from core.services.administration.waits import WaitAdministration

__all__ = [
    "Administration",
    "Administrator",
    "AnnouncementService",
    "OperationsService",
    "PeopleAdministration",
    "RoomAdministration",
    "SocietyAdministration",
    "WaitAdministration",
]
