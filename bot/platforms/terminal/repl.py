"""Typing at Roomie: a prompt with history and completion, as long as somebody sits there."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console

from bot.chat.command import Command
from bot.chat.reply import Button, Form, FormInput, Option, Reply, Tone
from bot.platforms.terminal.session import TerminalSession
from bot.platforms.terminal.text import safe
from core.clock import Clock

_MIN_WIDTH = 20
_EXIT_WORDS = {"/quit", "/exit", "quit", "exit"}


async def converse(session: TerminalSession, menu: Sequence[Command], clock: Clock, history: Path) -> None:
    """Read lines and answer them until end of input; Ctrl-C takes a line back, and on an empty one leaves."""
    prompt = _prompt(menu, history)
    with patch_stdout(raw=True):
        while True:
            try:
                line = (await prompt.prompt_async(_mark(session))).strip()
            except EOFError:
                return
            except KeyboardInterrupt:
                if prompt.default_buffer.text:
                    continue
                return
            if line in _EXIT_WORDS:
                return
            if line:
                _show(session, await _answer(session, line, prompt), clock)


def _prompt(menu: Sequence[Command], history: Path) -> "PromptSession[str]":
    """With a history and completion; without a history where none can be kept."""
    kept: History = InMemoryHistory()
    with suppress(OSError):
        history.parent.mkdir(0o700, parents=True, exist_ok=True)
        history.touch(0o600)
        history.chmod(0o600)
        kept = FileHistory(str(history))
    words = [f"/{each.name}" for each in menu]
    completer = WordCompleter(
        words, sentence=True, meta_dict={f"/{each.name}": each.summary for each in menu}
    )
    return PromptSession(history=kept, completer=completer, complete_while_typing=False)


async def _answer(session: TerminalSession, line: str, prompt: "PromptSession[str]") -> Reply:
    button = session.button_for(line)
    if button is not None and button.confirm and not await _is_sure(button.confirm, prompt):
        return Reply(("Left as it was.",))
    reply = await session.handle_line(line)
    return reply if reply.form is None else await _fill_in(session, reply.form, prompt)


async def _is_sure(question: str, prompt: "PromptSession[str]") -> bool:
    try:
        return (await _ask(prompt, f"{safe(question)} [y/N] ")).casefold() in {"y", "yes"}
    except (EOFError, KeyboardInterrupt):
        return False


async def _fill_in(session: TerminalSession, form: Form, prompt: "PromptSession[str]") -> Reply:
    """Ask for a form line by line; an empty line keeps what is there. Ctrl-C leaves it."""
    _print(f"{safe(form.title)}. Enter keeps what stands in brackets; Ctrl-C leaves.")
    values = {each.name: each.value for each in form.inputs}
    try:
        for name in list(values):
            each = next((each for each in form.inputs if each.name == name), None)
            if each is not None:
                values[name] = await _input(each, prompt)
                if each.refreshes and each.value != values[name]:
                    form = await session.refresh(values) or form
    except (EOFError, KeyboardInterrupt):
        return Reply(("Left the form; nothing was booked.",))
    reply = await session.submit_form(form, values)
    if reply.form is None or not reply.form_errors:
        return reply
    again = Button("form", "Fill it in again", opens=True)
    return Reply((" ".join(reply.form_errors.values()),), tone=Tone.REFUSED, actions=(again,))


async def _input(each: FormInput, prompt: "PromptSession[str]") -> str:
    """What was chosen or typed; asked again until an option is one of those shown."""
    for place, option in enumerate(each.options, 1):
        detail = f"  {safe(option.detail)}" if option.detail else ""
        _print(_cut(f"  {place:>2}) {safe(option.label)}{detail}"))
    held = next((option.label for option in each.options if option.value == each.value), each.value)
    hint = f" ({each.placeholder})" if each.placeholder and not held else ""
    while True:
        typed = await _ask(prompt, f"{safe(each.label)}{safe(hint)} [{safe(held)}]: ")
        if not typed and (each.value or not each.required):
            return each.value
        if not each.options and typed:
            return typed
        chosen = _option(each, typed)
        if chosen is not None:
            return chosen.value
        _print(f"  Choose 1 to {len(each.options)}." if each.options else "  Something is needed here.")


def _cut(line: str) -> str:
    """As much as fits into one line of the screen."""
    width = max(_MIN_WIDTH, Console().width - 1)
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _option(each: FormInput, typed: str) -> Option | None:
    """By number, by value, or by the beginning of its name."""
    if typed.isdecimal() and 1 <= int(typed) <= len(each.options):
        return each.options[int(typed) - 1]
    folded = typed.casefold()
    named = (option for option in each.options if folded and option.label.casefold().startswith(folded))
    return next((option for option in each.options if option.value == typed), None) or next(named, None)


async def _ask(prompt: "PromptSession[str]", question: str) -> str:
    """An answer that is not worth remembering among the lines that were typed."""
    asking: PromptSession[str] = PromptSession(
        history=InMemoryHistory(), input=prompt.input, output=prompt.output
    )
    return (await asking.prompt_async(question)).strip()


def _show(session: TerminalSession, reply: Reply, clock: Clock) -> None:
    console = Console()
    shown = session.show(reply, clock.now(), width=console.width, colour=not console.no_color)
    _print(shown.text.removesuffix("\n"))


def _print(text: str) -> None:
    print(text)  # noqa: T201 - this is the terminal's own door


def _mark(session: TerminalSession) -> FormattedText:
    return FormattedText([("bold", session.name or "you"), ("", " › ")])
