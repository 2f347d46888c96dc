"""Runs benchmarks by name, all of them when none is named, and prints their tables."""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.benchmarks.harness import table

_HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    short = False
    for name in options.names or _names():
        module = _module(name)
        if module is None:
            continue
        rows = module.run(options.quick)
        sys.stdout.write(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}\n{table(rows)}\n")
        sys.stdout.flush()
        short |= any(row.is_short for row in rows)
    return int(short and options.strict)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of: {', '.join(_names())}")
    parser.add_argument("--quick", action="store_true", help="short slices: a look, not a figure to keep")
    parser.add_argument("--strict", action="store_true", help="fail when a figure stays short of its target")
    return parser.parse_args(arguments)


def _names() -> list[str]:
    return sorted(
        path.stem
        for path in _HERE.glob("*.py")
        if not path.stem.startswith("_") and "\ndef run(" in path.read_text("utf-8")
    )


def _module(name: str) -> ModuleType | None:
    """A benchmark by name; None for one that cannot run here, after saying why."""
    try:
        return import_module(f"tests.benchmarks.{name}")
    except ImportError as error:
        sys.stdout.write(f"\n{name}: left out, {error}\n")
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
