"""Argument parsers shared by all command lines of a test process, which takes half of running a short one.

A process builds one of two parsers: with the verbs of administration, or without.
"""

import argparse
from collections.abc import Sequence

from bot import cli
from bot.administration.table import VERBS

_FAMILIES = {verb.name.split()[0] for verb in VERBS} | {"user", "society"}
_parsers: dict[bool, argparse.ArgumentParser] = {}
_build = cli._parser


def share_parsers() -> None:
    """Lets command lines, from now on, use each other's parsers."""
    cli._parser = _build_once


def _build_once(arguments: Sequence[str]) -> argparse.ArgumentParser:
    has_verbs = not _FAMILIES.isdisjoint(arguments)
    if has_verbs not in _parsers:
        _parsers[has_verbs] = _build(arguments)
    return _parsers[has_verbs]
