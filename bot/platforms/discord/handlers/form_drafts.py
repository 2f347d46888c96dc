"""Caches open forms, so that a refused form can be opened again with what was typed."""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2s

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.reply import Button, ButtonStyle, Form, Reply, ReplyField
from bot.platforms.discord.render.custom_id import MAX_LENGTH
from bot.platforms.discord.render.forms import fill_in, form_values, submitted_values
from core.bounded_cache import LruCache

REOPEN = "discord.form"
"""Action of buttons that reopen a form; it never reaches the dispatcher."""
DRAFT_EXPIRED = "I no longer have what was typed there. Start again, please."
_MAX_DRAFTS = 5000
_CUSTOM_ID = re.compile(r"f:(?P<key>[0-9a-f]{6}):(?P<action>[^:]*):(?P<state>.*)", re.DOTALL)


class SubmittedForm(Struct, frozen=True):
    """Submitted modal: its action, state and values; `form` if it is still cached."""

    action: str
    state: str
    inputs: Mapping[str, str]
    form: Form | None = None


class FormDrafts:
    """LRU cache of forms by user. An evicted form still comes back with action, state and visible inputs."""

    def __init__(self) -> None:
        self._forms: LruCache[str, Form] = LruCache(_MAX_DRAFTS)

    def save(self, user: str, form: Form) -> str:
        """Cache a form; returns the key for `find`."""
        key = blake2s(f"{form.id}\n{form.state}".encode(), digest_size=3).hexdigest()
        self._forms.put(f"{user} {key}", form)
        return key

    def find(self, user: str, key: str) -> Form | None:
        return self._forms.get(f"{user} {key}")

    def custom_id(self, user: str, form: Form) -> str:
        """Cache a form; returns the custom id for its modal, with action and state where they fit."""
        key = self.save(user, form)
        custom_id = f"f:{key}:{form.id}:{form.state}"
        return custom_id if len(custom_id) <= MAX_LENGTH and ":" not in form.id else f"f:{key}::"

    def read(
        self, user: str, custom_id: str, components: Sequence[Mapping[str, object]]
    ) -> SubmittedForm | None:
        """Parse a submitted modal and cache what was typed; None when its form is unknown."""
        match = _CUSTOM_ID.fullmatch(custom_id)
        if match is None:
            return None
        typed = submitted_values(components)
        form = self.find(user, match["key"])
        if form is None:
            return SubmittedForm(match["action"], match["state"], typed) if match["action"] else None
        form = fill_in(form, typed)
        self.save(user, form)
        return SubmittedForm(form.id, form.state, form_values(form), form)

    def with_button(self, user: str, reply: Reply, submitted: Form | None = None) -> Reply:
        """Replace a form that cannot be opened now by a button that opens it; list errors by input."""
        form = reply.form or (submitted if reply.form_errors else None)
        if form is None:
            return reply
        label = "Try again" if submitted is not None else form.title or "Open the form"
        button = Button(REOPEN, label, self.save(user, form), ButtonStyle.PRIMARY, opens=True)
        errors = tuple(
            ReplyField(_label(form, name), (sentence,)) for name, sentence in reply.form_errors.items()
        )
        return replace(reply, form=None, fields=(*reply.fields, *errors), actions=(button, *reply.actions))


def with_prefill(reply: Reply, prefill: Mapping[str, str]) -> Reply:
    """Fill empty inputs of the reply's form."""
    if reply.form is None or not prefill:
        return reply
    inputs = (replace(each, value=each.value or prefill.get(each.name, "")) for each in reply.form.inputs)
    return replace(reply, form=replace(reply.form, inputs=tuple(inputs)))


def _label(form: Form, name: str) -> str:
    return next((each.label for each in form.inputs if each.name == name), name)
