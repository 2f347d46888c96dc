"""The commands that people can type, one file each."""

from bot.chat.command import Command
from bot.commands import (
    help as help_command,
)
from bot.commands import (
    login,
    logout,
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
    society_add,
    society_members,
    society_remove,
    society_token,
    timetable_accept,
    tokens,
    whoami,
)
from bot.commands import rooms_form as book_form
from bot.commands import rooms_share as share

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
    timetable_accept.COMMAND,
    login.COMMAND,
    logout.COMMAND,
    tokens.COMMAND,
    whoami.COMMAND,
    help_command.COMMAND,
)
