"""The question before something that cannot be undone, as a reply."""

from bot.administration.texts import MAX_SHOWN, booking_items, more_text
from bot.administration.verb import AdminRequest
from bot.chat.reply import Button, ButtonStyle, Reply, Tone
from core.services.administration.confirmation import ConfirmationNeeded


def question_reply(
    request: AdminRequest, question: ConfirmationNeeded, buttons: tuple[Button, ...], hint: str = ""
) -> Reply:
    """What will happen, the bookings it is about, and the answers."""
    more = more_text(len(question.bookings))
    return Reply(
        (question.question,),
        tone=Tone.REFUSED,
        items=booking_items(request, question.bookings[:MAX_SHOWN]),
        actions=buttons,
        footer=(*more, *((" " if more else "",) if hint else ()), *((hint,) if hint else ())),
        code=question.code,
    )


def danger(action: str, label: str, value: str) -> Button:
    return Button(action, label, value, ButtonStyle.DANGER)
