"""Interactive prompt with history and completion."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app_session
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console

from bot.chat.command import Command
from bot.chat.reply import Button, Form, FormInput, FormInputKind, Option, Reply, Tone
from bot.platforms.terminal.session import TerminalSession, is_exit
from bot.platforms.terminal.text import strip_unsafe
from bot.platforms.text import clip
from core.clock import Clock

_MIN_WIDTH = 20


async def converse(
    session: TerminalSession, commands: Sequence[Command], clock: Clock, history: Path
) -> None:
    """Read and answer lines until end of input. Ctrl-C clears the line, or leaves when it is empty."""
    prompt = _create_prompt(commands, history)
    with patch_stdout(raw=True):
        while True:
            try:
                line = (await prompt.prompt_async(_prompt_text(session))).strip()
            except EOFError:
                return
            except KeyboardInterrupt:
                if prompt.default_buffer.text:
                    continue
                return
            if is_exit(line):
                return
            if line:
                _show(session, await _answer(session, line, prompt), clock)


def _create_prompt(commands: Sequence[Command], history: Path) -> "PromptSession[str]":
    """A prompt with completion, and a history in a private file; in memory where the file is not writable."""
    file_history: History = InMemoryHistory()
    with suppress(OSError):
        history.parent.mkdir(0o700, parents=True, exist_ok=True)
        history.touch(0o600)
        history.chmod(0o600)
        file_history = FileHistory(str(history))
    words = [f"/{each.name}" for each in commands]
    completer = WordCompleter(
        words, sentence=True, meta_dict={f"/{each.name}": each.summary for each in commands}
    )
    return PromptSession(history=file_history, completer=completer, complete_while_typing=False)


async def _answer(session: TerminalSession, line: str, prompt: "PromptSession[str]") -> Reply:
    button = session.button_for(line)
    if button is not None and button.confirm and not await _confirm(button.confirm, prompt):
        return Reply(("Nothing was changed.",))
    reply = await session.handle_line(line)
    return reply if reply.form is None else await _fill_in(session, reply.form, prompt)


async def _confirm(question: str, prompt: "PromptSession[str]") -> bool:
    try:
        return (await _ask(prompt, f"{strip_unsafe(question)} [y/N] ")).casefold() in {"y", "yes"}
    except (EOFError, KeyboardInterrupt):
        return False


async def _fill_in(session: TerminalSession, form: Form, prompt: "PromptSession[str]") -> Reply:
    """Prompt for each input of a form. An empty line keeps its value; Ctrl-C leaves the form."""
    _print(f"{strip_unsafe(form.title)}. Press Enter to keep the value in brackets, Ctrl-C to leave.")
    values = {each.name: each.value for each in form.inputs}
    try:
        for name in list(values):
            each = next((each for each in form.inputs if each.name == name), None)
            if each is not None:
                values[name] = await _prompt_input(each, prompt)
                if each.kind is FormInputKind.SEARCH:
                    form = await _narrow(session, form, each, values, prompt)
                if each.refreshes and each.value != values[name]:
                    form = await session.refresh(values) or form
    except (EOFError, KeyboardInterrupt):
        return Reply(("You left the form; nothing was booked.",))
    reply = await session.submit_form(form, values)
    if reply.form is None or not reply.form_errors:
        return reply
    again = Button("form", "Fill it in again", opens=True)
    return Reply((" ".join(reply.form_errors.values()),), tone=Tone.REFUSED, actions=(again, *reply.actions))


async def _narrow(
    session: TerminalSession,
    form: Form,
    each: FormInput,
    values: dict[str, str],
    prompt: "PromptSession[str]",
) -> Form:
    """Prompt for a match of the typed text until there is one, or text that nothing matches."""
    while all(option.value != values[each.name] for option in each.options):
        form = await session.refresh(values) or form
        found = next((one for one in form.inputs if one.name == each.name), None)
        if found is None or found.kind is not FormInputKind.CHOICE:
            break
        each = found
        values[each.name] = await _prompt_input(each, prompt)
    return form


async def _prompt_input(each: FormInput, prompt: "PromptSession[str]") -> str:
    """Prompt for a value until it is valid: any text, or one of the options."""
    for number, option in enumerate(each.options, 1):
        detail = f"  {strip_unsafe(option.detail)}" if option.detail else ""
        _print(_clip_to_screen(f"  {number:>2}) {strip_unsafe(option.label)}{detail}"))
    current = next((option.label for option in each.options if option.value == each.value), each.value)
    hint = f" ({each.placeholder})" if each.placeholder and not current else ""
    while True:
        typed = await _ask(
            prompt, f"{strip_unsafe(each.label)}{strip_unsafe(hint)} [{strip_unsafe(current)}]: "
        )
        if not typed and (each.value or not each.required):
            return each.value
        chosen = _find_option(each, typed)
        if chosen is not None:
            return chosen.value
        if typed and (not each.options or each.kind is FormInputKind.SEARCH):
            return typed
        _print(f"  Please choose 1 to {len(each.options)}." if each.options else "  Please type something.")


def _clip_to_screen(line: str) -> str:
    """Clip a line to the width of the screen."""
    return clip(line, max(_MIN_WIDTH, Console().width - 1))


def _find_option(each: FormInput, typed: str) -> Option | None:
    """An option by its number or value, or by the start of its label unless more than these may match."""
    if typed.isdecimal() and 1 <= int(typed) <= len(each.options):
        return each.options[int(typed) - 1]
    folded = "" if each.kind is FormInputKind.SEARCH else typed.casefold()
    named = (option for option in each.options if folded and option.label.casefold().startswith(folded))
    return next((option for option in each.options if option.value == typed), None) or next(named, None)


async def _ask(prompt: "PromptSession[str]", question: str) -> str:
    """Prompt for one value; it stays out of the history."""
    value_prompt: PromptSession[str] = PromptSession(
        history=InMemoryHistory(), input=prompt.input, output=prompt.output
    )
    return (await value_prompt.prompt_async(question)).strip()


def _show(session: TerminalSession, reply: Reply, clock: Clock) -> None:
    console = Console()
    rendered = session.show(reply, clock.now(), width=console.width, colour=not console.no_color)
    _print(rendered.text.removesuffix("\n"))


def _print(text: str) -> None:
    """Writes at once; `print` would write on a thread, and lose what is last when the conversation ends."""
    output = get_app_session().output
    output.enable_autowrap()
    output.write_raw(f"{text}\n")
    output.flush()


def _prompt_text(session: TerminalSession) -> FormattedText:
    return FormattedText([("bold", session.name or "you"), ("", " › ")])
