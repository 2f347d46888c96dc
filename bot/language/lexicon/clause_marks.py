"""Words that open or close a clause, by what they do to the words about them."""

from bot.language.lexicon import word_set

CLAUSE_PHRASES = {
    "retraction": """
        scratch that|scratch all that|scrap that|scrap all that|strike that|ignore that|ignore all that
        ignore the above|ignore the last message|ignore my last message|ignore my last|ignore what i said
        ignore what i just said|disregard that|disregard|forget that|forget it|forget all that
        forget what i said|forget what i just said|never mind|never mind that|nevermind|nevermind that|nvm|nm
        cancel that|undo that|delete that|let me start again|let me start over|lets start again
        lets start over|start over|let me try again|let me try that again|let me rephrase|let me rephrase that
        """,
    "correction": """
        actually|well actually|no actually|actually no|i actually meant|make it|make that|lets make it
        lets make that|let us make it|can we make it|could we make it|can you make it|could you make it
        can we do|can you do|could we do|or rather|instead
        on second thought|on second thoughts|second thought|second thoughts
        change it to|change that to|change this to|please change to|change to|switch it to|switch that to
        switch to|swap it to|swap to|move it to|move that to|move to|bump it to|push it to|shift it to
        better make it|better make that|lets say|lets do|lets go for|lets go with|lets have
        changed my mind|change of plan|change of plans|new plan|amend that to|amend to|amended to|i now need
        id rather have|id rather do|would rather have|id prefer|more like|or better|or better yet|better yet
        """,
    "negation": "not|but not|and not|isnt|is not|arent|aint|neither|nor",
    "exception": """
        except|except for|excepting|expect for|except on|excluding|exclude|excl|apart from|aside from
        other than|save for|with the exception of|avoid|avoiding|skip|skipping|omit|omitting
        leave out|leaving out|ruling out|rule out|forget|forget about|instead of|rather than|as opposed to
        anything but|anywhere but|never|never on|without|steer clear of|stay away from|ignoring|any but
        all but|barring|outside of|not including|but not including|not counting
        """,
    "refusal": """
        dont|do not|doesnt|does not|cant|can not|cannot|couldnt|could not|wont|will not|wouldnt|would not
        shouldnt|should not|mustnt|must not|please no|unable to|rather not|not able to|dont think|do not think
        cant make it|cannot make it|can not make it|couldnt make it|wont make it|not able to make it
        not free|not available|not around|not here|not in on|not there|unavailable|im away|im busy|were busy
        were away|im off|we cant do|not on any
        wont be able to make it|wont be able to|unable to make it|cant do it|cannot do it|not make it
        """,
    "doubt": """
        doesnt have to be|does not have to be|dont have to be|do not have to be|need not be|neednt be
        doesnt need to be|does not need to be|not necessarily|not only|not just|not always|not every
        not all|not any old|isnt necessarily|not sure about|unsure about|not certain about|not even
        """,
    "rejection": """
        doesnt work|does not work|dont work|do not work|wont work|will not work|didnt work|wouldnt work
        cant work|isnt going to work|not going to work|not gonna work|doesnt suit|does not suit|dont suit
        wont do|isnt good|isnt great|isnt possible|is not possible|not possible|isnt ideal|is no good|no good
        is impossible|impossible|is out|are out|is off|is a no|is a no go|no go|is out of the question
        out of the question|isnt an option|is not an option|isnt on|isnt available|is not available
        isnt free|isnt ok|isnt okay|is bad|is bad for me|is no use|is useless|cant be done|is wrong|was wrong
        was a mistake|was a typo|i cant do|i cant make|we cant do|we cant make
        """,
}
REPAIR_PHRASES = """
    no wait|no no|wait no|wait|hang on|hold on|nope|nah|no sorry|sorry no|sorry|soz|i mean|i meant|meant
    meant to say|i meant to say|my bad|my mistake|oops|whoops|woops|ooops|oh no|ah no|uh no|um no|er no
    err no|no i mean|no i meant|no thats wrong|thats wrong|sorry i mean|sorry i meant|sorry make that
    should be|should have been|shouldve been|should say|should read|that should be|i should say
    correction|wrong|wrong day|wrong time|wrong date|wrong room|supposed to be|let me correct that
    correct that to|corrected to|rather|excuse me|pardon|pardon me|i beg your pardon|apologies
    err|er|erm|no make it|no make that
    """
CORRECTION_LABELS = """
    correction|corrections|edit|edited|typo|fix|update|updated|errata|corrected|ps edit
    """
HARMLESS_AFTER_NEGATION = word_set(
    """
    sure fussed bothered too very really quite that much many only just necessarily yet ok okay great bad
    mind know care matter find see get got have had help remember believe understand worry worries
    rush idea one body problem problems prob probs fewer less more longer doubt way there here long big
    small large huge enough far over exceeding picky urgent wait waiting tell figure seem afford login log
    forget hesitate all even so
    """
)
OPEN_WORDS = word_set(
    """
    any anything anytime anywhere every everyday everything all each always whenever wherever days
    week weekend day weekday month
    """
)
NUMBER_LABELS = word_set(
    """
    room rm flat house number student phone tel track bus gate door table seat row case item exercise ex
    question platform locker bay unit building floor level bed ticket invoice order ref
    """
)
