"""The words the grammar knows, and those it must not mistake for names."""

from bot.language.wordlist import wordlist, wordset

WEEKDAYS = {
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
PLURAL_WEEKDAYS = frozenset(name for name in WEEKDAYS if name.endswith("days"))
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAY_LONG_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = {
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

UNITS = {
    word: number
    for number, word in enumerate(
        wordlist(
            """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
    """
        )
    )
}
TENS = {
    word: number * 10
    for number, word in enumerate(wordlist("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
NUMBERS = UNITS | TENS
ORDINALS = {
    word: number
    for number, word in enumerate(
        wordlist(
            """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
    """
        ),
        start=1,
    )
} | {"thirtieth": 30}
ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})

MINUTE_WORDS = wordset("m min mins minute minutes minuts")
HOUR_WORDS = wordset("h hr hrs hour hours")
DAY_WORDS = wordset("day days")
WEEK_WORDS = wordset("wk wks week weeks")
FORTNIGHT_WORDS = frozenset({"fortnight", "fortnights"})
MONTH_WORDS = frozenset({"month", "months"})
YEAR_WORDS = frozenset({"year", "years"})
MERIDIEMS = frozenset({"am", "pm"})

PART_WORDS = {
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

PEOPLE_WORDS = wordset(
    """
    people persons person ppl peeps pax seats seat seater seaters students student folks folk guys
    friends mates attendees members participants humans heads chairs spots places pers bodies guests
    kids lads girls blokes capacity cap peoples pple peopl players musicians dancers actors bods
    strong
    """
)

FUSED_UNITS = (
    MINUTE_WORDS
    | HOUR_WORDS
    | DAY_WORDS
    | WEEK_WORDS
    | MERIDIEMS
    | ORDINAL_ENDINGS
    | PEOPLE_WORDS
    | wordset("a p ish to til till until oclock noon x k z t on at for")
    | frozenset(MONTHS)
)
"""What may be written straight after a number and is a word of its own."""

JOINERS = (
    frozenset(WEEKDAYS)
    | frozenset(MONTHS)
    | wordset("at to til till until from for in on by before after past half and between")
    | wordset("today tomorrow tonight tmrw tmr tmw")
)
"""What may stand straight before a number without making a code of the two."""

RANGE_WORDS = (
    frozenset(WEEKDAYS)
    | frozenset(NUMBERS)
    | MERIDIEMS
    | wordset(
        """
    noon midday midnight now today tomorrow a p h jan feb mar apr may jun jul aug sep oct nov dec
    """
    )
    | wordset("st nd rd th morning afternoon evening night lunch hrs")
)
"""What a dash may run between."""

CANON = {
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
        "midday": "midd noonish",
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
"""Shorthands and their plain words."""

PREPOSITIONS_OF_CLOCK = wordset(
    """
    at @ from until to before after by around about between circa roughly approx approximately past
    starting start beginning since
    """
)

FILLERS = wordset(
    """
    a an the this that these those any some one is are am be been being was there here it its im ive
    id ill we were weve us our i me my mine you your u ya can could would will wanna want wants
    wanted need needs needed gotta going gonna like love looking look find get got getting give
    gimme grab have has had having book booking bookings reserve reserving hold show tell see check
    list search let lets do does did please thanks thank thx ta cheers mate hi hey hello hiya yo
    heya oi gday dear sir room rooms space spaces spot place somewhere anywhere something anything
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
    within campus onwards onward spare once sometime sometimes anytime same
    some1 no1 shall cos because lol haha xx x thankyou thanx tysm pretty much asap soon more than
    least less most max maximum minimum min
    """
)
"""Words that may stand anywhere without meaning anything of their own to a search."""

GENERIC = wordset(
    """
    building bldg bld block centre center hall house wing tower room rooms rm theatre theater
    theatres lab labs laboratory lecture tutorial computer computing seminar meeting library studio
    auditorium office common the of and at school faculty department institute complex college
    campus precinct level lvl floor annexe annex comp cmlb lb lect lectr lec tut tute teach pc group
    shared general public club soc society association union team group learning teaching space
    study
    """
)
"""What places are rather than what they are called."""

BUILDING_SUFFIXES = wordset(
    """
    building bldg bld centre center hall house block wing tower complex
    """
)

FIRST_NAMES = wordset(
    """
    john june keith rex anita gordon patricia esme rupert wallace sir sam samuel james mary robert
    david michael william richard joseph thomas charles chris daniel matthew anthony mark paul
    steven andrew ken joshua kevin brian george edward ronald tim jason jeff ryan jacob gary nick
    eric jon stephen larry justin scott frank ben greg alex jack dennis jerry tyler aaron jose henry
    adam peter zac kyle ethan jeremy keith roger anna linda susan karen lisa nancy betty helen
    sandra donna carol ruth sharon laura emma olivia amy kate jane grace rose alice julia marie ada
    morven max leo tom lucy ella mia zoe ruby lily joan jean ann anne elizabeth victoria margaret
    dorothy
    """
)

ORDINARY = wordset(
    """
    worth borrow borrows borrowed printed prints painting pointing planting projected projection projections
    compute computed compiler global globals macro controls control stats records record production protection
    interactive interaction exercise exercises lynch midway ruler dixon vowel forte alot camps
    free tree trees three there these those where here have house horse course source force south
    north east west law laws main old new small big large huge tiny nice cool quiet loud long short
    high low early late last first science sciences business physics chemistry biology maths math
    history civil electrical mechanical chemical material materials energy health medical medicine
    creative practice practise arts art music drama dance film chess debate debating rehearsal
    rehearse meeting meetings meet meetup study studying revision revise exam exams test tests class
    classes lecture lectures tutorial tutorials tute seminar workshop workshops lab labs project
    projects group groups team teams club clubs society societies committee board game games gaming
    match matches training train social party dinner lunch breakfast food pizza tea cake event
    events talk talks presentation interview interviews interviewing call calls zoom video audio
    sound light lights screen screens table tables chair chairs desk desks door doors window windows
    floor floors level levels upper lower ground campus near nearby nearest close closest next side
    beside opposite around behind front back left right centre center middle building buildings
    block blocks hall halls library libraries theatre theatres theater studio studios auditorium
    office offices school schools college faculty department university uni student students staff
    teacher teachers tutor tutors lecturer lecturers professor doctor friend friends mate mates
    girlfriend boyfriend brother sister mother father family people person persons everyone
    everybody anyone someone nobody thing things stuff place places space spaces spot spots seat
    seats number numbers phone phones mobile email mail post letter letters word words name names
    time times hour hours minute minutes second seconds week weeks month months year years date
    dates today tomorrow tonight morning afternoon evening night nights noon midday midnight weekend
    weekday spring summer autumn winter term semester holiday holidays break breaks start starts
    starting begin begins end ends ending finish finishes stop stops open opens close closes closed
    busy full empty available book books booked booking bookings cancel change move moved switch
    swap share shared other others another same different more less most least many much few several
    some every each all both none only also just really very quite about above after again against
    along already although always among another because been before being below better between
    beyond bring brings brought came come comes coming could does doing done down during either
    enough even ever example feel felt find finds found from gave give given gives goes going gone
    good great group hand hands happen happens hard hear heard help held hold holds home hope idea
    important inside instead into its keep keeps kept kind knew know known knows laptop laptops
    later learn least leave left less life like likely line little live lived living local look
    looked looking looks lose lost love made make makes making maybe mean means might mind miss
    money monitor monitors mouse keyboard computer computers printer printers printing paper papers
    coffee water whiteboard whiteboards projector projectors wheelchair access accessible must need
    needed needs never nothing often once open order orders outside over paid part parts pass past
    pay per perhaps place plan plans play player players please point points power present price
    prices problem put question questions quick quickly quite rather read reading ready real reason
    report reports request room rooms round rows rule run running said sale saw say says seem seems
    seen sell send sent serve service set shop should show shown sign since single site sites size
    sleep slot slots soon sorry sort speak special spend stand stay step still story street strong
    such support sure take taken takes taking talk tell text than thank thanks that their them then
    they think thought through thus till together told took toward town trip true try trying turn
    type under until upon used useful uses using usual view visit visits wait waiting walk wall want
    wanted wants watch ways wear well went were what when which while white black green blue yellow
    red pink brown grey gold golden silver whole whose wide wish with within without woman women
    work working works world would write writing wrong yard yes yesterday young your bus buses car
    cars bike bikes cycle cycling road roads park parking gate gates bridge river lake hill field
    fields garden gardens court courts gym pool bar cafe shops store stores market bank station stop
    corner lounge kitchen common kiln forge mill star stars moon apple orange lemon berry cherry
    rose lily block sintering heat treat teaching learning translation hub annex annexe tower wing
    house international research development technology technologies engineering engineer computing
    software hardware data design designs model models system systems network networks security
    language languages english french german spanish chinese japanese politics economics economy
    finance accounting marketing management psychology philosophy sociology anthropology geography
    geology optics optometry anatomy nursing dental education fitness yoga choir band orchestra
    guitar piano drum drums bass oboe flute harp organ lute brass string strings voice singing
    central integrated services service acute union chemical debater debates debaters rowing rugby
    football soccer tennis cricket hockey netball basketball volleyball swimming running climbing
    hiking martial karate judo boxing fencing archery shooting badminton squash table anime manga
    comics cosplay comedy improv poetry writers readers readings reader debrief catchup catch
    standup stand scrum sprint retro planning crit review reviews demo demos showcase launch opening
    closing ceremony rest during across library-ish mock court moot soils multi media multimedia
    digital north bio green biological physical social clinical museum theory tour tours thesis
    thrust month monthly daily weekly fortnight forts march marsh larch batch patch hatch latch
    catch pitch witch ditch beach peach reach teach touch couch poster posters pointer pointers
    planner planners painter painters winter filter water later eater meter waiter matter butter
    better letter litter bitter sitter seater heater theater master monster minister monitor
    people's peoples couple couples hourly houses hoarse tours yours ours fours pours sours noon
    soon moon weeks weeds seeks leeks geeks reels wheels wheel minutes minute mints minus menus
    minor major mayor sundae sunny funny money honey monkey donkey mondays thirsty thirty thirsty
    third thirds fifth fifths friday friend fries frisbee fridge fried sweets sheets seated streets
    lights tonights knight knights nightly sights rights fights todays toddy teddy ready body study
    sturdy sandy candy handy windy cloudy warning warming mourning boring morning moving mooring
    evenings events elevens leaving even every everything anyway any anything april apron aprons
    august gust guest guests ghost host hosts hosting octave october sober december member members
    embers november novel novels january february quarter quarters quarterly quartet half halves
    calf halfway after afters rafter before beforehand firm form forms former forum forums from
    front studios audio
    """
)
"""Words that are never a name by themselves, nor a slip for one."""

TIMELY = (
    frozenset(WEEKDAYS)
    | frozenset(MONTHS)
    | frozenset(NUMBERS)
    | frozenset(ORDINALS)
    | frozenset(PART_WORDS)
    | wordset(
        """
    a an the this next last coming following past previous upcoming hour hours half quarter three
    few full solid today tomorrow tonight yesterday thisafternoon day overmorrow in same at week
    weeks fortnight end start beginning middle mid early late later weekend midweek noon midday
    midnight dozen couple hundred pair right straight just as now rn atm asap immediately currently
    straightaway nowish all whole entire full first allday eod close closing cob rest remainder
    every daily weekly fortnightly biweekly monthly nye new australia valentines leap st april anzac
    halloween guy bonfire christmas xmas boxing good easter shrove pancake ash for
    """
    )
)
"""What a turn of speech about time may begin with."""

LINK_WORDS = wordset(
    """
    at @ from starting start beginning to through thru until ending finishing between btw btwn
    and & after past before by for or / in around about approx approximately roughly circa - on
    """
)
"""The little words between times."""

KNOWN = (
    FILLERS
    | TIMELY
    | LINK_WORDS
    | ORDINARY
    | GENERIC
    | PEOPLE_WORDS
    | FUSED_UNITS
    | FIRST_NAMES
    | RANGE_WORDS
    | frozenset(CANON.values())
)
"""Words that are never a slip for another."""
