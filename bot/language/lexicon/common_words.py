"""Common words, which are not names on their own, and the generic words that names are made with."""

from bot.language.lexicon import word_set

GENERIC_WORDS = word_set(
    """
    building bldg bld block centre center hall house wing tower room rooms rm theatre theater
    theatres lab labs laboratory lecture tutorial computer computing seminar meeting library studio
    auditorium office common the of and at school faculty department institute complex college
    campus precinct level lvl floor annexe annex comp cmlb lb lect lectr lec tut tute teach pc group
    shared general public club soc society association union team group learning teaching space
    study
    """
)
"""Words for what a place is rather than its name."""

BUILDING_SUFFIXES = word_set(
    """
    building bldg bld centre center hall house block wing tower complex
    """
)

FIRST_NAMES = word_set(
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

COMMON_WORDS = word_set(
    """
    job jobs bus bag bar bat bed bin bit box boy cab can cap cat cod cop cow cub cup cut dad dam dip
    dog ear eat egg end fan fat fed fee fig fin fit fix fly fun gap gas get gig god gum gun gut guy
    hat hen hip hit hot hub hug ice ill ink ion jam jar jaw jet key kid kit lad lap leg lid lip lot
    mad map men mix mob mop mud mug nap net nut oak oil owl own pal pan pat pea pen pet pie pig pin
    pit pop pot pub pup rag ram ran rap rat raw ray red rib rid rig rip rob rod rot row rub rug run
    sad sea sew sip sir sit ski sky sob son sow spa spy sum tag tan tap tax tie tin tip toe ton toy
    van vet wax web wet wig win wit zip zoo
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
"""Words that are never a name on their own, nor a misspelt one."""
