"""`/settings`: how someone wants to be told of things, and in which time zone."""

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, Form, FormInput, FormInputKind, Option, Reply, ReplyField, Tone
from bot.conversation.preferences import (
    WORDS,
    PreferenceValues,
    parse_preferences,
    preference_fields,
    with_value,
)
from core.errors import Invalid
from core.services.reminders import update_preferences

_NAMES = {
    "reminders": "Reminders before a booking",
    "notices": "Notice of fresh quota on Mondays",
    "quiet": "Quiet hours",
    "deliver": "Messages go to",
    "timezone": "Time zone",
}
_HINTS = {
    "reminders": "Minutes, or 2h; several with commas; or off",
    "quiet": "Such as 22:00-8:00, or off",
    "timezone": "Such as Australia/Sydney, or campus",
}


async def handle(context: CommandContext) -> Reply:
    if not context.text.strip():
        return _listing(_told(context))
    return await _kept(context, parse_preferences(context.text, _told(context)))


async def handle_open_form(context: CommandContext) -> Reply:
    """The form, as things are."""
    return Reply(form=_form(context, preference_fields(_told(context))))


async def handle_form(context: CommandContext) -> Reply:
    """The form sent in; what cannot be read is said beside its line."""
    told, errors = _told(context), dict[str, str]()
    for word in WORDS:
        try:
            told = with_value(told, word, context.request.form.get(word, preference_fields(told)[word]))
        except Invalid as refusal:
            errors[word] = str(refusal)
    if errors:
        return Reply(form=_form(context, dict(context.request.form)), form_errors=errors)
    return await _kept(context, told)


def _told(context: CommandContext) -> PreferenceValues:
    return PreferenceValues(context.person.preferences, context.person.zone)


async def _kept(context: CommandContext, values: PreferenceValues) -> Reply:
    now, person = context.services.clock.now(), context.person
    await context.services.storage.write(
        lambda unit: update_preferences(unit, person.id, values.preferences, values.zone, now)
    )
    return _listing(values, "Your settings are now:", Tone.DONE)


def _listing(values: PreferenceValues, lead: str = "Your settings:", tone: Tone = Tone.INFO) -> Reply:
    fields = tuple(ReplyField(_NAMES[word], (value,)) for word, value in preference_fields(values).items())
    return Reply((lead,), tone=tone, fields=fields, actions=(Button("settings", "Change…", opens=True),))


def _form(context: CommandContext, values: dict[str, str]) -> Form:
    ways = dict.fromkeys(
        each.partition(":")[0] for each in (context.account.identities if context.account else ())
    )
    chosen = values.get("deliver", "")
    names = dict.fromkeys(["anywhere", *ways, *([chosen] if chosen else [])])
    options = {
        "notices": (Option("On", "on"), Option("Off", "off")),
        "deliver": tuple(Option(name.capitalize(), name) for name in names),
    }
    inputs = tuple(
        FormInput(
            word,
            _NAMES[word],
            FormInputKind.CHOICE if word in options else FormInputKind.TEXT,
            values.get(word, ""),
            options.get(word, ()),
            hint=_HINTS.get(word, ""),
        )
        for word in WORDS
    )
    return Form("settings_form", "Your settings", inputs, submit="Save")


COMMAND = Command(
    name="settings",
    summary="Reminders, notices, quiet hours, where messages go, time zone",
    usage="/settings [reminders 30, 10] [notices on] [quiet 22:00-8:00] [deliver slack] [timezone ZONE]",
    handle=handle,
    parameters=tuple(
        CommandParameter(word, ParameterType.TEXT, describes, template=f"{word} {{}}")
        for word, describes in (
            ("reminders", "Minutes before a booking, several with commas, or off"),
            ("notices", "on or off: when your quota is fresh"),
            ("quiet", "When not to disturb you, such as 22:00-8:00, or off"),
            ("deliver", "Where messages go: slack, discord, terminal, anywhere"),
            ("timezone", "Such as Australia/Sydney, or campus"),
        )
    ),
    actions=(ButtonAction("settings", handle_open_form), ButtonAction("settings_form", handle_form)),
    examples=("/settings reminders 60, 10 quiet 22:00-8:00", "/settings notices on"),
    is_mutating=True,
)
