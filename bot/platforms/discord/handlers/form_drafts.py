"""Forms that are open on somebody's screen, so that nothing typed is lost when it must be typed again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s

from bot.chat.reply import Button, ButtonStyle, Form, Reply, ReplyField
from bot.platforms.discord.handlers.recent import LruCache
from bot.platforms.discord.render.custom_id import MAX_LENGTH
from bot.platforms.discord.render.forms import fill_in, submitted_values, values

REOPEN = "discord.form"
"""The action of buttons that open a form again; it never reaches the dispatcher."""
DRAFT_EXPIRED = "I no longer have what was typed there. Start again, please."
_MAX_DRAFTS = 5000
_CUSTOM_ID = re.compile(r"f:(?P<key>[0-9a-f]{6}):(?P<action>[^:]*):(?P<state>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SubmittedForm:
    """A form that came back: the action it stands for, and what it holds."""

    action: str
    state: str
    inputs: Mapping[str, str]
    form: Form | None = None


class FormDrafts:
    """Forms by person. One that was forgotten still comes back with its action, state and what was shown."""

    def __init__(self) -> None:
        self._forms: LruCache[Form] = LruCache(_MAX_DRAFTS)

    def keep(self, user: str, form: Form) -> str:
        """Remember a form as it is now; the key finds it again."""
        key = blake2s(f"{form.id}\n{form.state}".encode(), digest_size=3).hexdigest()
        self._forms.put(f"{user} {key}", form)
        return key

    def find(self, user: str, key: str) -> Form | None:
        return self._forms.get(f"{user} {key}")

    def custom_id(self, user: str, form: Form) -> str:
        """What a form's modal is called, so that it can be read when it comes back."""
        key = self.keep(user, form)
        told = f"f:{key}:{form.id}:{form.state}"
        return told if len(told) <= MAX_LENGTH and ":" not in form.id else f"f:{key}::"

    def read(
        self, user: str, custom_id: str, components: Sequence[Mapping[str, object]]
    ) -> SubmittedForm | None:
        """A form that was sent in, remembered with what was typed; nothing when it was never ours."""
        match = _CUSTOM_ID.fullmatch(custom_id)
        if match is None:
            return None
        typed = submitted_values(components)
        form = self.find(user, match["key"])
        if form is None:
            return SubmittedForm(match["action"], match["state"], typed) if match["action"] else None
        form = fill_in(form, typed)
        self.keep(user, form)
        return SubmittedForm(form.id, form.state, values(form), form)

    def with_button(self, user: str, reply: Reply, sent: Form | None = None) -> Reply:
        """The reply with a button in place of the form that cannot be opened now; errors are told by name."""
        form = reply.form or (sent if reply.form_errors else None)
        if form is None:
            return reply
        label = "Try again" if sent is not None else form.title or "Open the form"
        button = Button(REOPEN, label, self.keep(user, form), ButtonStyle.PRIMARY, opens=True)
        errors = tuple(
            ReplyField(_label(form, name), (sentence,)) for name, sentence in reply.form_errors.items()
        )
        return replace(reply, form=None, fields=(*reply.fields, *errors), actions=(button, *reply.actions))


def with_known(reply: Reply, known: Mapping[str, str]) -> Reply:
    """The reply with what is known already put into the empty inputs of its form."""
    if reply.form is None or not known:
        return reply
    inputs = (replace(each, value=each.value or known.get(each.name, "")) for each in reply.form.inputs)
    return replace(reply, form=replace(reply.form, inputs=tuple(inputs)))


def _label(form: Form, name: str) -> str:
    return next((each.label for each in form.inputs if each.name == name), name)
