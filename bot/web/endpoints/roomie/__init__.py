"""The Roomie McRoomFace API: accounts, rooms, bookings and societies."""

from bot.web.endpoints.roomie.accounts import ACCOUNTS
from bot.web.endpoints.roomie.bookings import BOOKINGS
from bot.web.endpoints.roomie.rooms import ROOMS
from bot.web.endpoints.roomie.series import SERIES
from bot.web.endpoints.roomie.societies import SOCIETIES
from bot.web.framework.route import Route

ROOMIE: tuple[Route, ...] = (*ACCOUNTS, *ROOMS, *BOOKINGS, *SERIES, *SOCIETIES)
