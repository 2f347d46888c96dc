"""Puts the times of all clauses together, and resolves them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from bot.language.clauses.exclusions import (
    ExcludedTimes,
    build_excluded,
    complete_request,
    leaves_nothing,
    resolve_excluded_days,
    resolve_excluded_hours,
    skip_excluded_weekday,
)
from bot.language.clauses.merge import complete_ellipsis, has_day, merge_correction
from bot.language.clauses.requests import expand_day_numbers, share_fields, split_requests
from bot.language.clauses.split import Clause, ClauseRole, Clauses
from bot.language.grammar.bare_numbers import resolve_bare_numbers
from bot.language.grammar.bounds import place_bounds
from bot.language.grammar.event_times import set_aside_event_times
from bot.language.grammar.phrase import build_phrase
from bot.language.grammar.scanner import scan
from bot.language.model.items import ClockTime, Connective, ContextWord, PlacedItem
from bot.language.model.reading import (
    NO_EXCLUSIONS,
    Exclusions,
    ParsedTime,
    ProblemReason,
    RecurrenceRule,
    RecurrenceUnit,
)
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.context import Resolution, ResolutionContext
from bot.language.resolve.hour_candidates import clock_time
from bot.language.resolve.typed_zone import resolve
from bot.language.resolve.wall import minutes_into_day
from bot.language.text.spans import CONTEXT
from bot.language.text.token_cursor import TokenCursor
from bot.language.text.tokenizer import Token


class RequestPhrases(Struct):
    """The times that a text requests, the main one first, as they were said."""

    main: TimePhrase = field(default_factory=TimePhrase)
    also: list[TimePhrase] = field(default_factory=list)
    alternatives: list[TimePhrase] = field(default_factory=list)
    excluded: ExcludedTimes = field(default_factory=ExcludedTimes)
    is_unplaced: bool = False
    items: list[PlacedItem] = field(default_factory=list)
    """All items that the phrases were built of."""


class ResolvedRequests(Struct, frozen=True):
    """The main time, the others that are wanted as well, and what is ruled out."""

    resolution: Resolution = field(default_factory=Resolution)
    also: tuple[ParsedTime, ...] = ()
    excluded: Exclusions = NO_EXCLUSIONS


def build_requests(clauses: Clauses, tokens: Sequence[Token], context: ResolutionContext) -> RequestPhrases:
    """The requests of all clauses, corrections merged in. The items that found a place are marked `when`."""
    requests = RequestPhrases(is_unplaced=clauses.is_unplaced)
    before: list[PlacedItem] = []
    for place, clause in enumerate(clauses.clauses):
        if clause.role is ClauseRole.EXCLUSION:
            _add_excluded(requests, clause)
            continue
        items = _scan_clause(clause, tokens, context)
        if clause.role is ClauseRole.CORRECTION:
            items = complete_ellipsis(items, before)
        before = items or before
        phrases = list(_build_phrases(items, tokens, requests.items))
        if place == 0 or not before:
            requests.main, requests.also, requests.alternatives = _sort(phrases)
        else:
            _merge(requests, phrases, clause, context)
    return requests


def _scan_clause(clause: Clause, tokens: Sequence[Token], context: ResolutionContext) -> list[PlacedItem]:
    start = clause.start_index
    items = set_aside_event_times(scan(TokenCursor(tokens[start : clause.end_index]), context.budget))
    if start:
        items = [
            replace(each, start_index=each.start_index + start, end_index=each.end_index + start)
            for each in items
        ]
    return [PlacedItem(clause.bound, start, start), *items] if clause.bound is not None else items


def _build_phrases(
    items: list[PlacedItem], tokens: Sequence[Token], built: list[PlacedItem]
) -> Iterator[tuple[TimePhrase, bool]]:
    """The phrase of each request, and whether it is an alternative to the one before."""
    items = resolve_bare_numbers(place_bounds(expand_day_numbers(items)))
    built.extend(items)
    requests = split_requests(items, tokens)
    phrases = [build_phrase(request.items) for request in requests]
    _mark(CONTEXT, (each for each in items if isinstance(each.item, ContextWord | Connective)), tokens)
    for phrase in phrases:
        _mark("when", phrase.used_items, tokens)
    shared = share_fields(phrases) if len(phrases) > 1 else phrases
    for phrase, request in zip(shared, requests, strict=True):
        yield phrase, request.is_alternative


def _mark(name: str, items: Iterable[PlacedItem], tokens: Sequence[Token]) -> None:
    for placed in items:
        for token in tokens[placed.start_index : placed.end_index]:
            token.field = name


def _sort(
    phrases: Sequence[tuple[TimePhrase, bool]],
) -> tuple[TimePhrase, list[TimePhrase], list[TimePhrase]]:
    main = phrases[0][0] if phrases else TimePhrase()
    also = [phrase for phrase, is_alternative in phrases[1:] if not is_alternative]
    alternatives = [phrase for phrase, is_alternative in phrases[1:] if is_alternative]
    return main, also, alternatives


def _add_excluded(requests: RequestPhrases, clause: Clause) -> None:
    if clause.negated is None or not clause.negated.items:
        return
    requests.excluded.phrases.extend(build_excluded(clause.negated.items))
    requests.excluded.is_open = requests.excluded.is_open or clause.is_open


def _merge(
    requests: RequestPhrases,
    phrases: Sequence[tuple[TimePhrase, bool]],
    clause: Clause,
    context: ResolutionContext,
) -> None:
    """Merges a later clause into the requests: one without a day into each, one with a day into the last."""

    def merge(base: TimePhrase, over: TimePhrase) -> TimePhrase:
        return merge_correction(
            base,
            over,
            context.defaults,
            is_repair=clause.is_repair,
            is_bound=clause.bound is not None,
        )

    over, more, alternatives = _sort(phrases)
    if more or alternatives:
        requests.also = [merge(requests.main, phrase) for phrase in more]
        requests.alternatives = [merge(requests.main, phrase) for phrase in alternatives]
        requests.main = merge(requests.main, over)
    elif requests.also and has_day(over):
        requests.also[-1] = merge(requests.also[-1], over)
    else:
        requests.main = merge(requests.main, over)
        requests.also = [merge(phrase, over) for phrase in requests.also]
        requests.alternatives = []


def resolve_requests(requests: RequestPhrases, context: ResolutionContext) -> ResolvedRequests:
    """Resolves the requests and what is ruled out; the problem is that of the first with one."""
    if requests.is_unplaced:
        return _UNPLACED
    excluded = NO_EXCLUSIONS
    if requests.excluded.phrases:
        requests.main = complete_request(requests.main, requests.excluded, context)
        requests.also = [complete_request(phrase, requests.excluded, context) for phrase in requests.also]
        days = resolve_excluded_days(requests.excluded, requests.main, context)
        if days is None:
            return _UNPLACED
        excluded = days
        context = replace(context, excluded=days)
        for phrase in (requests.main, *requests.also, *requests.alternatives):
            skip_excluded_weekday(phrase, context)
    resolution = resolve(requests.main, context)
    _pin_shared_hours(requests, resolution)
    if requests.excluded.phrases:
        hours = resolve_excluded_hours(requests.excluded, requests.main, resolution.time, context)
        if hours is None:
            return _UNPLACED
        excluded = replace(excluded, times=hours)
        resolution = _leave_out(resolution, excluded)
        if resolution.problem_reason is ProblemReason.EXCLUSION:
            return _UNPLACED
    return _resolve_others(requests, resolution, excluded, context)


_UNPLACED = ResolvedRequests(Resolution(problem_reason=ProblemReason.EXCLUSION))


def _pin_shared_hours(requests: RequestPhrases, resolution: Resolution) -> None:
    """Gives the hours of the main time to the requests that share its words: all of `mon, wed, fri at 9`."""
    start, end = requests.main.start, requests.main.end
    if resolution.time is None or not isinstance(start, ClockTime) or start.is_24_hour:
        return
    for phrase in (*requests.also, *requests.alternatives):
        if phrase.start is start and phrase.end is end:
            phrase.start = clock_time(minutes_into_day(resolution.time.start))
            if isinstance(end, ClockTime) and resolution.time.end is not None:
                phrase.end = clock_time(minutes_into_day(resolution.time.end))


def _leave_out(resolution: Resolution, excluded: Exclusions) -> Resolution:
    """The resolution without alternatives that are ruled out, and with the dates a recurrence leaves out."""
    if resolution.time is None:
        return resolution
    if leaves_nothing(resolution.time, excluded):
        return Resolution(problem_reason=ProblemReason.EXCLUSION)
    time = resolution.time
    if time.recurrence is not None:
        time = replace(time, recurrence=_leave_out_days(time.recurrence, time.start.date(), excluded))
    alternatives = tuple(other for other in resolution.alternatives if not leaves_nothing(other, excluded))
    return replace(resolution, time=time, alternatives=alternatives)


def _leave_out_days(rule: RecurrenceRule, start: date, excluded: Exclusions) -> RecurrenceRule:
    """The rule without dates and weekdays that are ruled out (`mon-fri 2-3 but not wednesday`)."""
    if not excluded.weekdays:
        return replace(rule, excluded=excluded.dates)
    weekdays = rule.weekdays
    if (rule.unit, rule.step, rule.nth) == (RecurrenceUnit.DAY, 1, ()):
        weekdays = tuple(day for day in range(7) if day not in excluded.weekdays)
        rule = replace(rule, unit=RecurrenceUnit.WEEK)
    if rule.until is not None:
        days = (rule.until - start).days + 1
        possible = {(start.weekday() + ahead) % 7 for ahead in range(min(days, 7))}
        weekdays = tuple(day for day in weekdays if day in possible)
    return replace(rule, weekdays=weekdays, excluded=excluded.dates)


def _resolve_others(
    requests: RequestPhrases, resolution: Resolution, excluded: Exclusions, context: ResolutionContext
) -> ResolvedRequests:
    also = [resolve(phrase, context) for phrase in requests.also]
    others = [resolve(phrase, context) for phrase in requests.alternatives]
    failed = next((one for one in also if one.problem_reason is not None), None)
    if failed is not None and resolution.problem_reason is None:
        resolution = failed
    times = [one.time for one in others if one.time is not None and one.problem_reason is None]
    if times and resolution.problem_reason is None:
        alternatives = dict.fromkeys((*times, *resolution.alternatives))
        alternatives.pop(resolution.time, None) if resolution.time is not None else None
        resolution = replace(resolution, alternatives=tuple(alternatives))
    return ResolvedRequests(resolution, tuple(one.time for one in also if one.time is not None), excluded)
