"""The board: what is free, rooms, buildings and own bookings, in the browser."""

from bot.web.endpoints.board.answers import ANSWERS
from bot.web.endpoints.board.buildings import BUILDINGS
from bot.web.endpoints.board.changes import CHANGES
from bot.web.endpoints.board.live import LIVE
from bot.web.endpoints.board.own import OWN
from bot.web.endpoints.board.rooms import ROOMS
from bot.web.endpoints.board.start import START
from bot.web.framework.route import Route

BOARD: tuple[Route, ...] = (*START, *ROOMS, *BUILDINGS, *OWN, *CHANGES, *ANSWERS, *LIVE)
