"""`roomie doctor`: what is wrong with this installation, and what to do about it."""

import argparse
import json

from bot.config import Settings
from bot.conversation.series_text import count_words
from bot.runtime.doctor import Finding, Severity, examine


async def doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    """Status 1 if there is a problem; warnings and what could not be checked do not count."""
    findings = await examine(settings)
    if arguments.json:
        print(json.dumps([each.to_json() for each in findings], indent=2, ensure_ascii=False))
    else:
        _print(findings)
    return int(any(each.severity is Severity.PROBLEM for each in findings))


def _print(findings: list[Finding]) -> None:
    for each in findings:
        print(f"{each.severity.upper() if each.remedy else each.severity:<12}{each.part}: {each.text}")
        if each.remedy:
            print(f"{'':<12}  {each.remedy}")
    counts = {severity: sum(each.severity is severity for each in findings) for severity in Severity}
    print(
        f"{count_words(counts[Severity.PROBLEM], 'problem')}, "
        f"{count_words(counts[Severity.WARNING], 'warning')}, {counts[Severity.UNKNOWN]} not checked"
    )
