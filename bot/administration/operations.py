"""Verbs for announcements, waiting list, holds, sources, jobs and outbox."""

from bot.administration.texts import MAX_SHOWN, counted, done, more_text, place_text
from bot.administration.values import read_id
from bot.administration.verb import AdminParameter, AdminRequest, AdminVerb, text, word
from bot.chat.command import ParameterType
from bot.chat.reply import Bold, Code, Inline, Reply, ReplyItem, Text, TimeRange, Timestamp
from core.catalogue import RoomQuery
from core.errors import NotFound
from core.model import MessageState, OutboxEntry, Wait
from core.services.administration.confirmation import YES
from core.services.administration.operations import REFRESH
from core.services.administration.waits import ListedWait
from core.services.waiting.queries import query_of

STATE_NAMES = {
    MessageState.WAITING: "waiting",
    MessageState.SENDING: "unclear",
    MessageState.SENT: "sent",
    MessageState.GIVEN_UP: "given up",
    MessageState.DROPPED: "dropped",
}


async def announce(request: AdminRequest) -> Reply:
    """Shown first: the question is the preview."""
    sent = await request.administration.announcements.send(
        request.by, request.get("text"), request.get("channel"), request.answered
    )
    return done(f"The announcement goes to {counted(sent, 'channel')} now.")


async def list_waits(request: AdminRequest) -> Reply:
    waits = await request.administration.waits.waits(request.by)
    if not waits:
        return Reply(("Nobody waits for a room.",))
    return Reply(
        (f"{counted(len(waits), 'entry', 'entries')} on the waiting list:",),
        items=tuple(_wait_item(request, each) for each in waits[:MAX_SHOWN]),
        footer=more_text(len(waits)) or ("/admin wait remove NUMBER takes one off.",),
    )


def _wait_item(request: AdminRequest, listed: ListedWait) -> ReplyItem:
    wait = listed.wait
    who = listed.person.name if listed.person is not None else "somebody"
    verb = "watches" if wait.is_watch else "waits for"
    society = f" for {wait.society_id}" if wait.society_id is not None else ""
    detail: list[Inline] = [TimeRange(wait.interval)]
    if listed.hold is not None:
        detail += [f", {place_text(request, listed.hold.room_id)} is held"]
        if listed.hold.held_until is not None:
            detail += [" until ", Timestamp(listed.hold.held_until)]
    title: Text = (f"{wait.id} · ", Bold(who), f"{society} {verb} {_wanted(request, wait)}")
    return ReplyItem(title, tuple(detail))


def _wanted(request: AdminRequest, wait: Wait) -> str:
    if wait.room_id is not None:
        return place_text(request, wait.room_id)
    query: RoomQuery = query_of(wait)
    seats = f"{query.capacity}+ seats" if query.capacity else ""
    return ", ".join(filter(None, ["any room", seats, query.building or query.near or ""]))


async def remove_wait(request: AdminRequest) -> Reply:
    number = read_id(request.get("number"), "entry")
    removed = await request.administration.waits.remove(request.by, number)
    who = removed.person.name if removed.person is not None else "somebody"
    return done(Bold(who), " is off the waiting list. I told them.")


async def list_holds(request: AdminRequest) -> Reply:
    holds = await request.administration.waits.holds(request.by)
    if not holds:
        return Reply(("No room is held for anybody.",))
    return Reply(
        (f"{counted(len(holds), 'room')} held:",),
        items=tuple(_wait_item(request, each) for each in holds[:MAX_SHOWN]),
        footer=more_text(len(holds)) or ("/admin hold free NUMBER frees one, and ends its offer.",),
    )


async def free_hold(request: AdminRequest) -> Reply:
    number = read_id(request.get("number"), "hold")
    holds: dict[int, ListedWait] = {
        each.wait.id: each for each in await request.administration.waits.holds(request.by)
    }
    if number not in holds:
        raise NotFound(f"Nothing is held under the number {number}. List them: /admin hold list")
    await request.administration.waits.remove(request.by, number)
    hold = holds[number].hold
    where = place_text(request, hold.room_id) if hold is not None else "The room"
    return done(Bold(where), " is free again. I told the person that the offer has ended.")


async def list_sources(request: AdminRequest) -> Reply:
    sources = await request.administration.operations.sources(request.by)
    if not sources:
        return Reply(("No timetable was read yet.",))
    items = []
    for each in sources:
        good: Text = ("good ", Timestamp(each.last_good_at)) if each.last_good_at else ("never good",)
        error = (f" · {each.last_error}",) if each.last_error else ()
        items.append(ReplyItem((Bold(each.name),), (*good, *error)))
    return Reply(("Timetable sources:",), items=tuple(items))


async def run_source(request: AdminRequest) -> Reply:
    name = request.require("source", "Which source? List them: /admin source list")
    jobs = {each.name for each in await request.administration.operations.jobs(request.by)}
    if f"{REFRESH}{name}" not in jobs:
        known = ", ".join(sorted(each.removeprefix(REFRESH) for each in jobs if each.startswith(REFRESH)))
        raise NotFound(f"There is no source called {name[:60]}. Sources: {known or 'none yet'}")
    await request.administration.operations.run_job(request.by, f"{REFRESH}{name}")
    return done(Bold(name), " will be read within seconds. /admin source list shows how it went.")


async def accept_source(request: AdminRequest) -> Reply:
    name = request.require("source", "Which source? List them: /admin source list")
    await request.administration.operations.sources(request.by)
    accepted = await request.services.timetables.accept(name, request.by.actor)
    return done(f"The timetable of {name} is now in use. {accepted.summary}")


async def list_jobs(request: AdminRequest) -> Reply:
    jobs = await request.administration.operations.jobs(request.by)
    if not jobs:
        return Reply(("No jobs yet. They are created when Roomie runs.",))
    items = []
    for each in jobs:
        last: Text = ("last ", Timestamp(each.finished_at)) if each.finished_at else ("never run",)
        error = (f" · {each.last_error}",) if each.last_error else ()
        items.append(ReplyItem((Bold(each.name),), (*last, ", next ", Timestamp(each.due_at), *error)))
    return Reply(("Jobs:",), items=tuple(items))


async def run_job(request: AdminRequest) -> Reply:
    name = request.require("job", "Which job? List them: /admin job list")
    await request.administration.operations.run_job(request.by, name)
    return done(Bold(name), " runs within seconds. /admin job list shows how it went.")


async def list_outbox(request: AdminRequest) -> Reply:
    status = await request.administration.operations.outbox(request.by)
    backlog = status.backlog
    return Reply(
        (f"{backlog.waiting} waiting, {backlog.sending} unclear, {backlog.given_up} given up.",),
        items=tuple(_message_item(request, each) for each in status.entries[:MAX_SHOWN]),
        footer=more_text(len(status.entries)),
    )


def _message_item(request: AdminRequest, entry: OutboxEntry) -> ReplyItem:
    message = entry.message
    directory = request.services.read_model.directory
    to = message.identity or directory.name(message.person_id) or "nobody"
    error = (f" · {entry.error}",) if entry.error else ()
    title: Text = (f"{entry.id} · ", Bold(STATE_NAMES[entry.state]), f" · {message.kind} to ", Code(to))
    return ReplyItem(
        title, ("due ", Timestamp(message.due_at), f", {counted(entry.attempts, 'attempt')}", *error)
    )


async def retry_message(request: AdminRequest) -> Reply:
    number = read_id(request.get("number"), "message")
    await request.administration.operations.retry(request.by, number)
    return done(f"Message {number} will be sent, unless it turns out to have arrived already.")


async def give_up_message(request: AdminRequest) -> Reply:
    number = read_id(request.get("number"), "message")
    await request.administration.operations.give_up(request.by, number)
    return done(
        f"Message {number} will not be sent.", footer=(f"/admin outbox retry {number} sends it after all.",)
    )


_NUMBER = word("number", "Its number in the list")
_SOURCE = AdminParameter(
    "source", ParameterType.TEXT, "The name of the source", required=True, is_positional=True
)

OPERATION_VERBS = (
    AdminVerb(
        "announce",
        "Post a text in the channels that get notices",
        announce,
        (
            AdminParameter(
                "text",
                ParameterType.TEXT,
                "What to post",
                required=True,
                is_positional=True,
                takes_quotes=True,
            ),
            text("channel", "Only this one of the channels"),
        ),
        ('/admin announce "The library closes at 8 today."',),
        answers=(YES,),
    ),
    AdminVerb("wait list", "List who waits for what", list_waits),
    AdminVerb(
        "wait remove",
        "Take an entry off the waiting list",
        remove_wait,
        (_NUMBER,),
        ("/admin wait remove 12",),
    ),
    AdminVerb("hold list", "List the rooms held for people on the waiting list", list_holds),
    AdminVerb(
        "hold free", "Free a held room, and end its offer", free_hold, (_NUMBER,), ("/admin hold free 12",)
    ),
    AdminVerb("source list", "List timetable sources and how they are", list_sources),
    AdminVerb(
        "source run", "Read a timetable source now", run_source, (_SOURCE,), ("/admin source run unsw",)
    ),
    AdminVerb(
        "source accept",
        "Accept a rejected timetable",
        accept_source,
        (_SOURCE,),
        ("/admin source accept unsw",),
    ),
    AdminVerb("job list", "List periodic jobs", list_jobs),
    AdminVerb(
        "job run",
        "Run a job now",
        run_job,
        (AdminParameter("job", ParameterType.TEXT, "Its name", required=True, is_positional=True),),
        ("/admin job run purge",),
    ),
    AdminVerb("outbox list", "List messages that wait or failed", list_outbox),
    AdminVerb(
        "outbox retry",
        "Send a message that was given up",
        retry_message,
        (_NUMBER,),
        ("/admin outbox retry 7",),
    ),
    AdminVerb(
        "outbox give-up", "Stop sending a message", give_up_message, (_NUMBER,), ("/admin outbox give-up 7",)
    ),
)
