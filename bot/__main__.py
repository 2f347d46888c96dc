"""`roomie`, or `python -m bot`: the one place where an event loop is started."""

import sys

HELP = """\
Roomie finds and books campus rooms: in Slack, in Discord, at a terminal and over HTTP.

  roomie run                 start everything that is configured; chat here when this is a terminal
  roomie chat ["/rooms …"]   one command an argument, or a line of standard input
  roomie parse [TEXT]        show how a phrase is read
  roomie import FILE…        bring buildings, rooms or timetables in (JSON or CSV)
  roomie sample              load a small campus to try things on
  roomie user …              add, list, password, groups
  roomie society …           add, list, president
  roomie link PERSON ID      let a chat account (slack:T1:U1, discord:2) stand for a person
  roomie db …                upgrade, check, backup FILE
  roomie slack manifest      the Slack app's manifest, ready to paste
  roomie discord sync        announce the Discord commands now
  roomie scrape [SOURCE]     read timetable sources now (--dry-run); accept SOURCE
  roomie outbox …            list, retry ID, give-up ID
  roomie jobs                what is done again and again: last, next, trouble
  roomie check               read the configuration and say what is set up

  roomie COMMAND --help      more about one of them
  --config FILE              settings other than config.toml (or ROOMIE_CONFIG)
"""


def main() -> int:
    """Carry out the command line; its exit status."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        sys.stdout.write(HELP)
        return 0
    if arguments[0] == "--version":
        from importlib.metadata import version

        sys.stdout.write(f"roomie {version('roomie')}\n")
        return 0

    import asyncio

    from bot.cli import main

    return main(arguments, asyncio.run)


if __name__ == "__main__":
    sys.exit(main())
