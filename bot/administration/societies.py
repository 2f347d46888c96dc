"""Verbs for societies."""

from bot.administration.texts import counted, done, person_text
from bot.administration.values import read_limit, read_person, read_society, read_society_id
from bot.administration.verb import AdminParameter, AdminRequest, AdminVerb, text, word
from bot.chat.command import ParameterType
from bot.chat.reply import Bold, Reply, ReplyItem
from core.errors import Invalid
from core.model import Role, Society
from core.services.administration.confirmation import CANCEL
from core.services.administration.societies import HAND_OVER, SocietyDetails

_SOCIETY = AdminParameter(
    "society",
    ParameterType.SOCIETY,
    "The society, by its id",
    required=True,
    is_positional=True,
    is_word=True,
)
_NAME = AdminParameter(
    "name", ParameterType.TEXT, "Its name", required=True, is_positional=True, takes_quotes=True
)


async def list_all(request: AdminRequest) -> Reply:
    records = await request.administration.societies.all(request.by)
    if not records:
        return Reply(("No societies yet. Add one: /admin society add CHESS Chess Society",))
    return Reply((f"{counted(len(records), 'society', 'societies')}:",), items=tuple(map(_item, records)))


def _item(record: SocietyDetails) -> ReplyItem:
    society = record.society
    presidents = [person.name for person, role in record.people if role is Role.PRESIDENT]
    parts = [
        f"president {', '.join(presidents)}" if presidents else "no president",
        counted(len(record.people), "member"),
        f"{counted(record.bookings, 'booking')} ahead",
        f"series {society.series_hours} h a week" if society.series_hours is not None else "",
        f"{society.weekly_minutes} min a week" if society.weekly_minutes is not None else "",
    ]
    return ReplyItem((Bold(society.name), f" ({society.id})"), (" · ".join(filter(None, parts)),))


async def add(request: AdminRequest) -> Reply:
    society_id = read_society_id(request.get("id"))
    name = request.require("name", "What is the society called? For example: CHESS Chess Society")
    president = read_person(request, "president", "wil") if request.get("president") else None
    society = await request.administration.societies.add(request.by, Society(society_id, name), president)
    hint = "" if president else f" Give it a president: /admin society president {society.id} USERNAME"
    return done("Added ", Bold(society.name), f" ({society.id}).{hint}")


async def rename(request: AdminRequest) -> Reply:
    before = _society(request)
    name = request.require("name", "What is it called from now on?")
    after = await request.administration.societies.rename(request.by, before.id, name)
    return done(f"{before.name} is now called ", Bold(after.name), ".")


async def appoint(request: AdminRequest) -> Reply:
    society = _society(request)
    who = read_person(request, "person", f"/admin society president {society.id} wil")
    _, person = await request.administration.societies.appoint(request.by, society.id, who)
    return done(f"{person.username} is now president of ", Bold(society.name), ".")


async def dismiss(request: AdminRequest) -> Reply:
    society = _society(request)
    who = read_person(request, "person", f"/admin society dismiss {society.id} wil")
    _, person = await request.administration.societies.dismiss(request.by, society.id, who)
    return done(
        *person_text(person), " is no longer president of ", Bold(society.name), ", but still a member."
    )


async def limit(request: AdminRequest) -> Reply:
    """Limits that are not named stay."""
    society = _society(request)
    hours, minutes = request.get("series-hours"), request.get("weekly-minutes")
    if not hours and not minutes:
        raise Invalid(
            f"Which limit? For example: /admin society limit {society.id} series-hours 6 weekly-minutes 600"
        )
    series_hours = read_limit(hours, "hours") if hours else society.series_hours
    weekly_minutes = read_limit(minutes, "minutes") if minutes else society.weekly_minutes
    _, after = await request.administration.societies.limit(
        request.by, society.id, series_hours, weekly_minutes
    )
    of_all = (
        "as many minutes as it likes" if after.weekly_minutes is None else f"{after.weekly_minutes} minutes"
    )
    campus = request.services.rules.society_series_hours
    of_series = after.series_hours if after.series_hours is not None else campus
    series = "without a limit of their own" if of_series is None else f"up to {of_series} hours"
    return done(Bold(after.name), f" may book {of_all} a week, series {series}.")


async def dissolve(request: AdminRequest) -> Reply:
    society = _society(request)
    to = read_society(request, request.get("to")).id if request.get("to") else None
    result = await request.administration.societies.dissolve(request.by, society.id, to, request.answered)
    parts = [f"{counted(result.members, 'member')} left it"]
    if result.cancelled:
        parts.append(f"{counted(result.cancelled, 'booking')} cancelled")
    if result.handed_over:
        parts.append(f"{counted(result.handed_over, 'booking')} given to {to}")
    return done(Bold(society.name), f" is dissolved: {', '.join(parts)}.")


def _society(request: AdminRequest) -> Society:
    return read_society(request, request.require("society", "Which society? List them: /admin society list"))


SOCIETY_VERBS = (
    AdminVerb("society list", "List societies", list_all),
    AdminVerb(
        "society add",
        "Add a society",
        add,
        (
            word("id", "Its id, such as CHESS"),
            _NAME,
            text("president", "Username of the president", keywords=("by",)),
        ),
        ('/admin society add CHESS "Chess Society" president wil',),
    ),
    AdminVerb(
        "society rename",
        "Rename a society",
        rename,
        (_SOCIETY, _NAME),
        ("/admin society rename CHESS Chess Club",),
    ),
    AdminVerb(
        "society president",
        "Make a person president of a society",
        appoint,
        (_SOCIETY, word("person", "Username, e-mail address or mention")),
        ("/admin society president CHESS wil",),
    ),
    AdminVerb(
        "society dismiss",
        "Make a president an ordinary member",
        dismiss,
        (_SOCIETY, word("person", "Username, e-mail address or mention")),
        ("/admin society dismiss CHESS wil",),
    ),
    AdminVerb(
        "society limit",
        "Limit how much a society books a week",
        limit,
        (
            _SOCIETY,
            AdminParameter(
                "series-hours",
                ParameterType.TEXT,
                "Hours of series a week, or none",
                is_word=True,
                keywords=("series",),
            ),
            AdminParameter(
                "weekly-minutes",
                ParameterType.TEXT,
                "Minutes of all bookings a week, or none",
                is_word=True,
                keywords=("minutes",),
            ),
        ),
        ("/admin society limit CHESS series-hours 6 weekly-minutes 600",),
    ),
    AdminVerb(
        "society dissolve",
        "Dissolve a society",
        dissolve,
        (
            _SOCIETY,
            AdminParameter("to", ParameterType.SOCIETY, "Society that gets its bookings", is_word=True),
        ),
        ("/admin society dissolve CHESS", "/admin society dissolve CHESS to GO"),
        answers=(CANCEL, HAND_OVER),
    ),
)
