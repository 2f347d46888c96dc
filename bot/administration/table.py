"""All verbs of administration. Chat, Discord's options, the command line and the tests read this table."""

from bot.administration.operations import OPERATION_VERBS
from bot.administration.people import PEOPLE_VERBS
from bot.administration.reports import REPORT_VERBS
from bot.administration.rooms import ROOM_VERBS
from bot.administration.societies import SOCIETY_VERBS
from bot.administration.verb import AdminVerb
from bot.administration.webhooks import WEBHOOK_VERBS

VERBS: tuple[AdminVerb, ...] = (
    *ROOM_VERBS,
    *PEOPLE_VERBS,
    *SOCIETY_VERBS,
    *OPERATION_VERBS,
    *WEBHOOK_VERBS,
    *REPORT_VERBS,
)
