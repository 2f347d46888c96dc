"""Words the grammar knows, and words it must not mistake for names."""

from bot.language.lexicon import split_words, word_set
from bot.language.lexicon.common_words import COMMON_WORDS, FIRST_NAMES, GENERIC_WORDS

WEEKDAY_NUMBERS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon mondays mons",
            "tuesday tue tues tuesdays",
            "wednesday wed weds wednesdays",
            "thursday thu thur thurs thursdays",
            "friday fri fridays",
            "saturday sat saturdays",
            "sunday sun sundays",
        )
    )
    for name in names.split()
}
PLURAL_WEEKDAYS = frozenset(name for name in WEEKDAY_NUMBERS if name.endswith("days"))
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

MONTH_NUMBERS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb febuary",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
MONTH_NAMES = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

SMALL_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        split_words(
            """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
    """
        )
    )
}
TENS_WORDS = {
    word: number * 10
    for number, word in enumerate(
        split_words("twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
NUMBER_WORDS = SMALL_NUMBER_WORDS | TENS_WORDS
ORDINAL_WORDS = {
    word: number
    for number, word in enumerate(
        split_words(
            """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
    """
        ),
        start=1,
    )
} | {"thirtieth": 30}
ORDINAL_SUFFIXES = frozenset({"st", "nd", "rd", "th"})

MINUTE_WORDS = word_set("m min mins minute minutes minuts")
HOUR_WORDS = word_set("h hr hrs hour hours")
DAY_WORDS = word_set("day days")
WEEK_WORDS = word_set("wk wks week weeks")
FORTNIGHT_WORDS = frozenset({"fortnight", "fortnights"})
MONTH_WORDS = frozenset({"month", "months"})
YEAR_WORDS = frozenset({"year", "years"})
MERIDIEMS = frozenset({"am", "pm"})

DAY_PART_WORDS = {
    "morning": "morning",
    "mornings": "morning",
    "morn": "morning",
    "forenoon": "morning",
    "lunch": "lunch",
    "lunchtime": "lunch",
    "afternoon": "afternoon",
    "afternoons": "afternoon",
    "evening": "evening",
    "evenings": "evening",
    "eve": "evening",
    "night": "night",
    "nights": "night",
}

PEOPLE_WORDS = word_set(
    """
    people persons person ppl peeps pax seats seat seater seaters students student folks folk guys
    friends mates attendees members participants humans heads chairs spots places pers bodies guests
    kids lads girls blokes capacity cap peoples pple peopl players musicians dancers actors bods
    strong
    """
)

WORDS_AFTER_NUMBER = (
    MINUTE_WORDS
    | HOUR_WORDS
    | DAY_WORDS
    | WEEK_WORDS
    | MERIDIEMS
    | ORDINAL_SUFFIXES
    | PEOPLE_WORDS
    | word_set("a p ish pmish amish to til till until oclock noon x k z t on at for")
    | frozenset(MONTH_NUMBERS)
)
"""Words that may be attached to a number and still are words of their own."""

WORDS_BEFORE_NUMBER = (
    frozenset(WEEKDAY_NUMBERS)
    | frozenset(MONTH_NUMBERS)
    | word_set("at to til till until from for in on by before after past half and between")
    | word_set("today tomorrow tonight tmrw tmr tmw")
)
"""Words that a number may be attached to without making a code of the two."""

RANGE_BOUND_WORDS = (
    frozenset(WEEKDAY_NUMBERS)
    | frozenset(NUMBER_WORDS)
    | MERIDIEMS
    | word_set(
        """
    noon midday midnight now today tomorrow a p h jan feb mar apr may jun jul aug sep oct nov dec
    """
    )
    | word_set("st nd rd th morning afternoon evening night lunch hrs ish oclock half quarter closing close")
)
"""Words that a dash may join to a range."""

CANONICAL_WORDS = {
    variant: word
    for word, variants in {
        "tomorrow": "tmrw tmr tmw tmro tomo tomoz tomoro tomorow tommorow tommorrow 2moro 2morrow 2mrw 2mro "
        "morrow tomorro tomorrw tmoro tmorrow tomorrows tomoro tmmrw tomz",
        "today": "2day tdy 2dy tody todays",
        "tonight": "2nite 2night tonite tnite 2nyt tonights tn",
        "afternoon": "arvo arv arvos avo arvy aft afternoons afternon aftie avvo",
        "morning": "mornin morn mornings",
        "evening": "evenin evo eves evng evening's",
        "weekend": "wkend wknd wkd weekends",
        "weekday": "weekdays wkday wkdays",
        "until": "til till untill untl",
        "before": "b4 bfore",
        "next": "nxt nex",
        "every": "evry ev each",
        "midday": "midd noonish middayish",
        "midnight": "midnightish",
        "pm": "pmish",
        "please": "pls plz plss",
        "people": "ppl peeps pple peopl pax",
        "with": "w wiv",
        "number": "num",
        "saturday": "satdy satday satdee",
        "sunday": "sundy sundee",
        "monday": "mondy mondee",
        "wednesday": "wensday wendesday wednsday wedneday",
        "february": "febuary",
        "half": "arf hlf",
        "quarter": "qtr quater qrtr",
        "hour": "hr",
        "hours": "hrs",
        "around": "arnd",
        "without": "wout",
        "minutes": "mins",
        "because": "cos cuz",
        "theatre": "theater theatr thtr theater's",
        "theatres": "theaters",
        "centre": "center cntr",
        "and": "&",
        "week": "wk",
        "weeks": "wks",
    }.items()
    for variant in variants.split()
    if variant not in {"n", "w"}
}
"""Shorthands and misspellings, each with its plain word."""

FILLER_WORDS = word_set(
    """
    a an the this that these those any some one is are am be been being was there here it its im ive
    id ill we were weve us our i me my mine you your u ya can could would will wanna want wants
    wanted need needs needed gotta going gonna like love looking look find get got getting give
    gimme grab have has had having book booking bookings reserve reserving hold show tell see check
    list search let lets do does did please thanks thank thx ta cheers mate hi hey hello hiya yo
    heya oi gday dear sir room rooms rm space spaces spot place somewhere anywhere something anything
    free available availability availabilities avail vacant empty open unoccupied unused for at on
    in to of by from with and or if so just maybe perhaps possibly preferably ideally possible
    kindly quick quickly ok okay yeah yes yep well um uh hmm also too then what whats which where
    wheres when whos who how about any1 anyone someone roomie bot help sort out big enough around
    over up into as per plus near thatd fits fit seating seat thats theres itll still else really
    only now-ish kind bit lot both all good great ideal should must may might able time times slot
    slots session-length day date during within starting start starts beginning begin begins till
    between ish sharp exactly approx approximately roughly circa via using use contains containing
    include includes including equipped preferred prefer required require requires @ - , . ! ? : ; /
    & + ( ) ' … * _ ~ | [ ] > < = # w n long walking
    lasts lasting runs running
    within campus onwards onward spare once sometime sometimes anytime same
    local repeat repeats repeating recurring recurrent regular regularly series single
    some1 no1 shall cos because lol haha xx x thankyou thanx tysm pretty much asap soon more than
    least less most max maximum minimum min
    """
)
"""Words that mean nothing to a search, wherever they stand."""


TIME_FIRST_WORDS = (
    frozenset(WEEKDAY_NUMBERS)
    | frozenset(MONTH_NUMBERS)
    | frozenset(NUMBER_WORDS)
    | frozenset(ORDINAL_WORDS)
    | frozenset(DAY_PART_WORDS)
    | word_set(
        """
    a an the this next last coming following past previous upcoming hour hours half quarter three
    few full solid today tomorrow tonight yesterday thisafternoon day overmorrow in same at week
    weeks fortnight end start beginning middle mid early late later weekend midweek noon midday
    midnight dozen couple hundred pair right straight just as now rn atm asap immediately currently
    straightaway nowish all whole entire full first allday eod close closing cob rest remainder
    after earliest latest late extra another
    midmorning midafternoon midevening when once top opening lock lockup kicking chucking you
    they it we u building library campus shut shuts closes locks
    w wc wb month current tom am pm
    every everyday nightly alternate alternating bi weekday
    daily weekly fortnightly biweekly monthly nye new australia valentines leap st april anzac
    halloween guy bonfire christmas xmas boxing good easter shrove pancake ash for
    """
    )
)
"""Words that an item of the time grammar may start with."""

CONNECTIVE_WORDS = word_set(
    """
    at @ from starting start beginning to through thru until ending finishing between btw btwn
    and & after past before by for or / in around about approx approximately roughly circa - on
    """
)
"""Connectives: the words between times."""

KNOWN_WORDS = (
    FILLER_WORDS
    | TIME_FIRST_WORDS
    | CONNECTIVE_WORDS
    | COMMON_WORDS
    | GENERIC_WORDS
    | PEOPLE_WORDS
    | WORDS_AFTER_NUMBER
    | FIRST_NAMES
    | RANGE_BOUND_WORDS
    | frozenset(CANONICAL_WORDS.values())
)
"""Words that are never corrected."""
