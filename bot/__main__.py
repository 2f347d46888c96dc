"""Entry point of `roomie` and `python -m bot`."""

import sys

HELP = """\
Roomie finds and books campus rooms: in Slack, in Discord, at a terminal and over HTTP.

  roomie run                 start the server, chat platforms and background worker; chat in this terminal
  roomie chat ["/rooms …"]   answer commands given as arguments or on standard input
  roomie parse [TEXT]        show how a phrase is understood
  roomie import FILE…        import rooms, timetables, people, societies or closures (CSV, .xlsx, JSON)
  roomie export WHAT         write rooms, bookings, people, … to a file (CSV, .xlsx, JSON, iCalendar)
  roomie sample              load a small sample campus to try Roomie out
  roomie room …              list, add, edit, retire, restore
  roomie building …          list, add, edit, retire, restore
  roomie user …              add, list, find, groups, password, quota, block, tokens, export, erase
  roomie society …           add, list, rename, president, limit, dissolve
  roomie announce …          post a text in the channels that get notices
  roomie wait …, hold …      see and end places on the waiting list and held rooms
  roomie source …, job …     see and run timetable sources and periodic jobs
  roomie closure …           add, list, remove, import FILE: close rooms, buildings or the campus
  roomie link PERSON ID      link a chat account (slack:T1:U1, discord:2) to a person
  roomie db …                upgrade, check, seal, backup FILE, restore FILE
  roomie slack manifest      print the Slack app manifest
  roomie discord sync        register the commands with Discord
  roomie scrape [SOURCE]     read timetable sources now (--dry-run); accept SOURCE
  roomie outbox …            list, retry ID, give-up ID
  roomie webhook …           add, list, remove, pause, resume, rotate, test, deliveries, retry
  roomie jobs                list periodic jobs: last run, next run, last error
  roomie why …, who USER     what happened to a booking, a room or a person, and by which rule
  roomie usage [PERIOD]      occupancy, bookings, no-shows, refusals, waits
  roomie simulate [PERIOD]   replay a past period under other rules (--quota 120)
  roomie display PLACE       print the addresses of the displays of rooms
  roomie doctor              examine everything, and say what to do about what is wrong (--json)
  roomie check               check the configuration and show what is set up

  roomie COMMAND --help      show the options of a command
  --config FILE              configuration file (default: ROOMIE_CONFIG, config.toml)
"""


def main() -> int:
    """Runs the command line and returns its exit status."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        sys.stdout.write(HELP)
        return 0
    if arguments[0] == "--version":
        from importlib.metadata import version

        sys.stdout.write(f"roomie {version('roomie')}\n")
        return 0

    from core.memory import exempt_from_collection

    with exempt_from_collection():
        from bot.cli import main
        from bot.runtime import event_loop
    return main(arguments, event_loop.run)


if __name__ == "__main__":
    sys.exit(main())
