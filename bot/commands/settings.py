"""`/settings`: shows and changes notification preferences and the time zone."""

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, Form, FormInput, FormInputKind, Option, Reply, ReplyField, Tone
from bot.chat.request import MESSENGERS
from bot.conversation.preferences import (
    SETTINGS,
    PreferenceValues,
    parse_preferences,
    preference_fields,
    with_value,
)
from core.errors import Invalid
from core.services.reminders import update_preferences

_NAMES = {
    "reminders": "Reminders before a booking",
    "notices": "Weekly quota notice",
    "quiet": "Quiet hours",
    "deliver": "Send messages to",
    "timezone": "Time zone",
    "confirmations": "A message about each booking",
}
_IN_WORDS = {
    ("deliver", "anywhere"): "wherever I can reach you first",
    ("timezone", "campus"): "the campus's",
}
"""Values in clear words, where what people type says too little."""
_HINTS = {
    "reminders": "Minutes or hours, such as 30, 10 or 2h; or off",
    "quiet": "Such as 22:00-8:00, or off",
    "timezone": "Such as Australia/Sydney, or campus",
}


async def handle(context: CommandContext) -> Reply:
    if context.options:
        return await _save(context, _with_options(context))
    if not context.text.strip():
        return _overview(_current(context))
    return await _save(context, parse_preferences(context.text, _current(context)))


def _with_options(context: CommandContext) -> PreferenceValues:
    values = _current(context)
    for word, text in context.options.items():
        values = with_value(values, word, text.strip(" ,;"))
    return values


async def handle_open_form(context: CommandContext) -> Reply:
    """Opens the form with the current settings."""
    return Reply(form=_form(context, preference_fields(_current(context))))


async def handle_form(context: CommandContext) -> Reply:
    """Saves the submitted form, or shows each problem beside its input."""
    values, errors = _current(context), dict[str, str]()
    for word in SETTINGS:
        try:
            values = with_value(values, word, context.request.form.get(word, preference_fields(values)[word]))
        except Invalid as refusal:
            errors[word] = str(refusal)
    if errors:
        return Reply(form=_form(context, dict(context.request.form)), form_errors=errors)
    return await _save(context, values)


def _current(context: CommandContext) -> PreferenceValues:
    return PreferenceValues(context.person.preferences, context.person.zone)


async def _save(context: CommandContext, values: PreferenceValues) -> Reply:
    now, person = context.services.clock.now(), context.person
    invited_to = [each.id for each in context.read_model.of_guest(person.id)]
    await context.services.storage.write(
        lambda unit: update_preferences(unit, person.id, values.preferences, values.zone, now, invited_to)
    )
    return _overview(values, "Saved. Your settings are now:", Tone.DONE)


def _overview(values: PreferenceValues, lead: str = "Your settings:", tone: Tone = Tone.INFO) -> Reply:
    fields = tuple(
        ReplyField(_NAMES[word], (_in_words(word, value),))
        for word, value in preference_fields(values).items()
    )
    return Reply(
        (lead,), tone=tone, fields=fields, actions=(Button("settings", "Change settings…", opens=True),)
    )


def _in_words(word: str, value: str) -> str:
    if word == "reminders" and value != "off":
        return f"{value} minutes before"
    return _IN_WORDS.get((word, value), value)


def _form(context: CommandContext, values: dict[str, str]) -> Form:
    platforms = dict.fromkeys(
        each.partition(":")[0] for each in (context.account.identities if context.account else ())
    )
    chosen = values.get("deliver", "")
    names = dict.fromkeys(["anywhere", *platforms, *([chosen] if chosen else [])])
    switch = (Option("On", "on"), Option("Off", "off"))
    options = {
        "notices": switch,
        "confirmations": switch,
        "deliver": tuple(
            Option("Wherever I can reach you first" if name == "anywhere" else name.capitalize(), name)
            for name in names
        ),
    }
    inputs = tuple(
        FormInput(
            word,
            _NAMES[word],
            FormInputKind.CHOICE if word in options else FormInputKind.TEXT,
            values.get(word, ""),
            options.get(word, ()),
            hint=_HINTS.get(word, ""),
            required=word != "confirmations",
        )
        for word in SETTINGS
    )
    return Form("settings_form", "Your settings", inputs, submit="Save")


COMMAND = Command(
    name="settings",
    summary="Change reminders, quiet hours and time zone",
    usage="/settings [reminders 30, 10] [notices on] [quiet 22:00-8:00] [deliver slack] [timezone ZONE] "
    "[confirmations off]",
    handle=handle,
    parameters=tuple(
        CommandParameter(word, takes, describes, choices=choices)
        for word, takes, describes, choices in (
            ("reminders", ParameterType.TEXT, "Minutes before a booking, separated by commas, or off", ()),
            ("notices", ParameterType.TEXT, "on or off: a message when your quota resets", ("on", "off")),
            ("quiet", ParameterType.TEXT, "No messages at these hours, such as 22:00-8:00, or off", ()),
            ("deliver", ParameterType.TEXT, "Where to send messages", ("anywhere", *MESSENGERS)),
            ("timezone", ParameterType.TIME_ZONE, "A city, such as Sydney, or campus", ()),
            ("confirmations", ParameterType.TEXT, "A message about each booking you make", ("on", "off")),
        )
    ),
    actions=(ButtonAction("settings", handle_open_form), ButtonAction("settings_form", handle_form)),
    examples=("/settings reminders 60, 10 quiet 22:00-8:00", "/settings notices on"),
    is_mutating=True,
)
