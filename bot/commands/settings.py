"""`/settings`: how someone wants to be told of things, and in which time zone."""

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.reply import Button, Field, Form, Input, InputKind, Option, Reply, Tone
from bot.conversation.preferences import WORDS, Told, changed, read_habits, shown
from core.errors import Invalid
from core.services.reminders import change_habits

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


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    if not call.words.strip():
        return _listing(_told(call))
    return await _kept(call, read_habits(call.words, _told(call)))


async def form(call: Call) -> Reply:
    """The form, as things are."""
    await call.desk.fresh()
    return Reply(form=_form(call, shown(_told(call))))


async def send(call: Call) -> Reply:
    """The form sent in; what cannot be read is said beside its line."""
    await call.desk.fresh()
    told, errors = _told(call), dict[str, str]()
    for word in WORDS:
        try:
            told = changed(told, word, call.asked.form.get(word, shown(told)[word]))
        except Invalid as refusal:
            errors[word] = str(refusal)
    if errors:
        return Reply(form=_form(call, dict(call.asked.form)), form_errors=errors)
    return await _kept(call, told)


def _told(call: Call) -> Told:
    return Told(call.person.habits, call.person.zone)


async def _kept(call: Call, told: Told) -> Reply:
    now, person = call.desk.clock.now(), call.person
    await call.desk.storage.write(lambda unit: change_habits(unit, person.id, told.habits, told.zone, now))
    return _listing(told, "Your settings are now:", Tone.DONE)


def _listing(told: Told, lead: str = "Your settings:", tone: Tone = Tone.INFO) -> Reply:
    fields = tuple(Field(_NAMES[word], (value,)) for word, value in shown(told).items())
    return Reply((lead,), tone=tone, fields=fields, actions=(Button("settings", "Change…", opens=True),))


def _form(call: Call, values: dict[str, str]) -> Form:
    ways = dict.fromkeys(each.partition(":")[0] for each in (call.known.identities if call.known else ()))
    chosen = values.get("deliver", "")
    names = dict.fromkeys(["anywhere", *ways, *([chosen] if chosen else [])])
    options = {
        "notices": (Option("On", "on"), Option("Off", "off")),
        "deliver": tuple(Option(name.capitalize(), name) for name in names),
    }
    inputs = tuple(
        Input(
            word,
            _NAMES[word],
            InputKind.CHOICE if word in options else InputKind.TEXT,
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
    answer=answer,
    takes=tuple(
        Parameter(word, Takes.TEXT, describes, phrase=f"{word} {{}}")
        for word, describes in (
            ("reminders", "Minutes before a booking, several with commas, or off"),
            ("notices", "on or off: when your quota is fresh"),
            ("quiet", "When not to disturb you, such as 22:00-8:00, or off"),
            ("deliver", "Where messages go: slack, discord, terminal, anywhere"),
            ("timezone", "Such as Australia/Sydney, or campus"),
        )
    ),
    actions=(Action("settings", form), Action("settings_form", send)),
    examples=("/settings reminders 60, 10 quiet 22:00-8:00", "/settings notices on"),
    changes_things=True,
)
