"""Questions before what cannot be undone: what it will do, and the answers that may be given.

An answer holds for what was shown: if the facts have changed since, the question is asked again.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from msgspec import Struct

from core.errors import Conflict, Invalid
from core.model import Booking

YES = "yes"
CANCEL = "cancel"
KEEP = "keep"
_DIGEST_LENGTH = 12


class Answer(Struct, frozen=True):
    """One answer to a question; `label` is what a button says."""

    answer: str
    label: str


class Confirmation(Struct, frozen=True):
    """The answer to a question, and the digest of what was shown; empty for an answer given in advance."""

    answer: str
    digest: str = ""


class ConfirmationNeeded(Conflict):
    """Nothing was changed yet: the question, the bookings that it is about, and the possible answers."""

    code = "confirmation_needed"

    def __init__(self, question: str, choices: Sequence[Answer], bookings: Iterable[Booking] = ()) -> None:
        super().__init__(question)
        self.question, self.choices, self.bookings = question, tuple(choices), tuple(bookings)

    @property
    def digest(self) -> str:
        """Of everything that was shown."""
        facts = [self.question, *(f"{each.id} {each.version}" for each in self.bookings)]
        return sha256("\n".join(facts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


def confirm(given: Confirmation | None, question: ConfirmationNeeded) -> str:
    """The answer that was given to this very question; raises the question if there is none."""
    if given is None or (given.digest and given.digest != question.digest):
        raise question
    answers = [each.answer for each in question.choices]
    if given.answer == YES and len(answers) == 1:
        return answers[0]
    if given.answer not in answers:
        raise question if given.answer == YES else Invalid(f"Answer with {' or '.join(answers)}.")
    return given.answer


def count_bookings(count: int) -> str:
    return "1 booking" if count == 1 else f"{count} bookings"
