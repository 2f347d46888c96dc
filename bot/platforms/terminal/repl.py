"""Typing at Roomie: a prompt with history and completion, as long as somebody sits there."""

from collections.abc import Sequence
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console

from bot.command import Command
from bot.platforms.terminal.session import Session
from bot.reply import Form, Reply, Tone
from core.clock import Clock


async def converse(session: Session, menu: Sequence[Command], clock: Clock, history: Path) -> None:
    """Read lines and answer them until end of input or Ctrl-C."""
    console = Console()
    prompt: PromptSession[str] = PromptSession(
        history=FileHistory(str(history)), completer=_completer(menu), complete_while_typing=False
    )
    with patch_stdout(raw=True):
        while True:
            try:
                line = await prompt.prompt_async(_mark(session))
            except (EOFError, KeyboardInterrupt):
                return
            if line.strip() in {"/quit", "/exit", "quit", "exit"}:
                return
            if line.strip():
                reply = await session.say(line)
                if reply.form is not None:
                    reply = await _fill_in(session, reply.form, prompt)
                shown = session.show(reply, clock.now(), width=console.width, colour=not console.no_color)
                print(shown.text, end="")  # noqa: T201 - this is the terminal's own door


async def _fill_in(session: Session, form: Form, prompt: "PromptSession[str]") -> Reply:
    """Ask for a form line by line; an empty line keeps what is there."""
    values: dict[str, str] = {}
    try:
        for each in form.inputs:
            choices = ", ".join(f"{place}) {option.label}" for place, option in enumerate(each.options, 1))
            label = f"{each.label}{f' [{choices}]' if choices else ''} ({each.value}): "
            typed = (await prompt.prompt_async(label)).strip()
            if typed.isdecimal() and each.options and 1 <= int(typed) <= len(each.options):
                typed = each.options[int(typed) - 1].value
            values[each.name] = typed or each.value
    except (EOFError, KeyboardInterrupt):
        return Reply(("Left the form; nothing was booked.",), tone=Tone.CONFUSED)
    reply = await session.fill_in(form, values)
    if reply.form is not None and reply.form_errors:
        return Reply((" ".join(reply.form_errors.values()),), tone=Tone.REFUSED)
    return reply


def _mark(session: Session) -> FormattedText:
    return FormattedText([("bold", session.name or "you"), ("", " › ")])


def _completer(menu: Sequence[Command]) -> WordCompleter:
    return WordCompleter([f"/{each.name}" for each in menu], sentence=True)
