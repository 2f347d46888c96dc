"""Parameters and schemas that several routes of the Roomie API share."""

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import MAX_TEXT_LENGTH, parse_day, parse_id
from bot.web.framework.route import Parameter

TEXT = {"type": "string"}
SHORT_TEXT = {"type": "string", "maxLength": MAX_TEXT_LENGTH}
DAY_SCHEMA = {"type": "string", "pattern": "^[0-9]{6,8}$"}
DENIED = {401: schemas.DENIED, 403: schemas.DENIED}

ROOM = Parameter("room_id", parse_id, TEXT, "The room's id (not its name).", required=True, example="RO-POO")
DAY = Parameter("date", parse_day, DAY_SCHEMA, "The day, `YYYYMMDD`.", required=True, example="20160808")
