"""The table of all routes, in the order of the API documentation."""

from bot.web.endpoints.administration import ADMINISTRATION
from bot.web.endpoints.assets import ASSETS
from bot.web.endpoints.board import BOARD
from bot.web.endpoints.calendars import CALENDARS
from bot.web.endpoints.check_in import CHECK_IN
from bot.web.endpoints.display import DISPLAY
from bot.web.endpoints.freerooms import FREEROOMS
from bot.web.endpoints.login_api import LOGIN
from bot.web.endpoints.login_pages import LOGIN_PAGES
from bot.web.endpoints.login_streams import STREAMS
from bot.web.endpoints.personal_data import PERSONAL_DATA
from bot.web.endpoints.pictures import PICTURES
from bot.web.endpoints.ratings import RATINGS
from bot.web.endpoints.roomie import ROOMIE
from bot.web.endpoints.service import SERVICE
from bot.web.endpoints.session_pages import SESSION_PAGES
from bot.web.endpoints.signs import SIGNS
from bot.web.endpoints.usage import USAGE
from bot.web.framework.route import Route

ROUTES: tuple[Route, ...] = (
    *FREEROOMS,
    *RATINGS,
    *ROOMIE,
    *CALENDARS,
    *PICTURES,
    *LOGIN,
    *STREAMS,
    *LOGIN_PAGES,
    *BOARD,
    *SESSION_PAGES,
    *CHECK_IN,
    *DISPLAY,
    *SIGNS,
    *USAGE,
    *ADMINISTRATION,
    *ASSETS,
    *PERSONAL_DATA,
    *SERVICE,
)
