"""Everything people can type, a file a command."""

from bot.command import Command
from bot.commands import (
    book_form,
    rooms_book,
    rooms_cancel,
    rooms_extend,
    rooms_free,
    rooms_here,
    rooms_mine,
    rooms_move,
    rooms_notices,
    rooms_quota,
    rooms_status,
    rooms_timetable,
    settings,
    share,
    society_add,
    society_members,
    society_remove,
    society_token,
    whoami,
)
from bot.commands import (
    help as help_command,
)

COMMANDS: tuple[Command, ...] = (
    rooms_free.COMMAND,
    rooms_status.COMMAND,
    rooms_timetable.COMMAND,
    rooms_book.COMMAND,
    book_form.COMMAND,
    rooms_mine.COMMAND,
    rooms_cancel.COMMAND,
    rooms_extend.COMMAND,
    rooms_move.COMMAND,
    rooms_here.COMMAND,
    rooms_quota.COMMAND,
    rooms_notices.COMMAND,
    settings.COMMAND,
    share.COMMAND,
    society_add.COMMAND,
    society_remove.COMMAND,
    society_members.COMMAND,
    society_token.COMMAND,
    whoami.COMMAND,
    help_command.COMMAND,
)
