"""`/why` and `/rooms why`: the history of a booking, or why the last request was refused."""

from msgspec.structs import replace

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Code, Reply, Tone
from bot.conversation.intents import detect_intent
from bot.conversation.own_bookings import find_booking
from bot.explaining import Explanations, story_reply
from bot.explaining.questions import is_booking_id
from bot.explaining.service import viewer_of


async def handle(context: CommandContext) -> Reply:
    viewer = viewer_of(context.account, context.request.requester.identity)
    explanations = Explanations(context.services)
    text = context.argument("booking").strip()
    if is_booking_id(text):
        return story_reply(await explanations.booking(text, viewer))
    if text and detect_intent(f"why {text}") != ("why", ""):
        booking = find_booking(replace(context, text=text, options={}), text)
        return story_reply(await explanations.booking(booking.id, viewer))
    refused = await explanations.last_refusal(context.person.id)
    if refused is None:
        example = Code("/rooms why 21cf0a17")
        return Reply(
            ("Nothing of yours was refused lately. Ask about a booking by its id, such as ", example, "."),
            tone=Tone.UNCLEAR,
        )
    return story_reply(explanations.refusal(refused, viewer))


COMMAND = Command(
    name="why",
    summary="See what happened to a booking, or why a request was refused",
    usage="/why [ID]",
    handle=handle,
    parameters=(CommandParameter("booking", ParameterType.BOOKING, "The booking's id (see /rooms mine)"),),
    aliases=("rooms why",),
    examples=("/why", "/rooms why 21cf0a17"),
)
