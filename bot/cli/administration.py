"""`roomie room`, `building`, `user`, `society`, `wait`, … : the verbs of administration at the command line.

The parsers are made from the table of verbs, and a verb runs as it does in chat. Who can run the command line
has the database, so that its operator may do everything.
"""

import argparse
import sys

from bot.administration.grammar import read_words
from bot.administration.questions import question_reply
from bot.administration.table import VERBS
from bot.administration.verb import BOOKINGS, CONFIRM, AdminParameter, AdminRequest, AdminVerb
from bot.chat.reply import Reply, Tone
from bot.config import Settings
from bot.conversation.refusals import refusal_sentence
from bot.platforms.terminal.render import TerminalContext, render
from bot.runtime.app import open_services, upgrade
from bot.services import Services
from core.errors import RoomieError
from core.services.administration import Administrator
from core.services.administration.confirmation import YES, ConfirmationNeeded

_VERB = "admin_verb"


def add_verbs(parser: argparse.ArgumentParser, family: str) -> None:
    """Adds the verbs of a family to its parser, except for those that have a parser there."""
    verbs = [each for each in VERBS if each.name.split()[0] == family]
    if [each.name for each in verbs] == [family]:
        _add_parameters(parser, verbs[0])
        return
    parsers = _subparsers_of(parser)
    for verb in verbs:
        name = verb.name.partition(" ")[2]
        if name not in parsers.choices:
            help_line = f"{verb.summary[0].lower()}{verb.summary[1:]}"
            _add_parameters(parsers.add_parser(name, help=help_line), verb)


def _subparsers_of(
    parser: argparse.ArgumentParser,
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    """Those there are, or new ones."""
    for each in parser._actions:  # noqa: SLF001 - there is no other way to find them
        if isinstance(each, argparse._SubParsersAction):  # noqa: SLF001
            return each
    return parser.add_subparsers(dest="verb", required=True)


def _add_parameters(parser: argparse.ArgumentParser, verb: AdminVerb) -> None:
    parser.set_defaults(**{_VERB: verb.name})
    for each in verb.all_parameters:
        _add_parameter(parser, each)


def _add_parameter(parser: argparse.ArgumentParser, parameter: AdminParameter) -> None:
    """Words in place, and everything else (and optional words) by name."""
    metavar = None if parameter.choices else parameter.name.upper()
    shown = {"help": parameter.description.replace("%", "%%"), "metavar": metavar}
    if parameter.name == CONFIRM:
        help_line = "do it without asking"
        parser.add_argument(
            "--yes", dest=CONFIRM, action="store_const", const=YES, default="", help=help_line
        )
        return
    if parameter.is_positional:
        count = "?" if parameter.is_word else "*"
        needed = None if parameter.is_word else "+"
        parser.add_argument(_in_place(parameter), nargs=needed if parameter.required else count, **shown)  # type: ignore[arg-type]
    if not (parameter.is_positional and parameter.required):
        parser.add_argument(
            f"--{parameter.name}",
            dest=_by_name(parameter),
            default="",
            required=parameter.required,
            choices=parameter.choices or None,
            **shown,  # type: ignore[arg-type]
        )


def _in_place(parameter: AdminParameter) -> str:
    return f"{parameter.name}_in_place"


def _by_name(parameter: AdminParameter) -> str:
    return f"{parameter.name}_by_name"


def _values(arguments: argparse.Namespace, verb: AdminVerb) -> dict[str, str]:
    """The values by parameter. As in chat, a value in place may be followed by others after their names."""
    values = {each.name: _option(arguments, each) for each in verb.all_parameters}
    for each in verb.parameters:
        placed = getattr(arguments, _in_place(each), None)
        if isinstance(placed, list) and placed:
            read = read_words(verb, values, each, placed)
            values |= {name: value for name, value in read.items() if not values[name]}
        elif placed and not values[each.name]:
            values[each.name] = placed
    return values


def _option(arguments: argparse.Namespace, parameter: AdminParameter) -> str:
    return str(getattr(arguments, CONFIRM if parameter.name == CONFIRM else _by_name(parameter), ""))


async def administer(arguments: argparse.Namespace, settings: Settings) -> int:
    """Status 1 if the verb is refused, or asks a question that the arguments do not answer."""
    verb = next(each for each in VERBS if each.name == getattr(arguments, _VERB))
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        request = AdminRequest(
            services,
            Administrator(),
            services.rules.zone,
            _values(arguments, verb),
            place="terminal",
        )
        try:
            _show(await verb.run(request), services)
        except ConfirmationNeeded as question:
            _show(question_reply(request, question, (), _how_to_answer(question)), services)
            return 1
        except RoomieError as refusal:
            print(f"roomie: {_typable(refusal_sentence(refusal))}", file=sys.stderr)
            return 1
    return 0


def _how_to_answer(question: ConfirmationNeeded) -> str:
    options = " or ".join(f"--{BOOKINGS} {each.answer}" for each in question.choices)
    return f"Nothing has changed yet. To go on, add {options if len(question.choices) > 1 else '--yes'}."


def _show(reply: Reply, services: Services) -> None:
    """Prints a reply; questions go to standard error."""
    context = TerminalContext(services.rules.zone, services.clock.now())
    text = "".join(f"{line.rstrip()}\n" for line in render(reply, context).text.splitlines())
    print(_typable(text), end="", file=sys.stderr if reply.tone is Tone.REFUSED else sys.stdout)


def _typable(text: str) -> str:
    """Hints as they are typed here: `/admin room list` becomes `roomie room list`."""
    return text.replace("/admin ", "roomie ")
