"""Phrases of small talk: those that say all by themselves, and those that a time may follow."""

from bot.language.lexicon import split_phrases, word_set

PHRASES = {
    "thanks": split_phrases(
        """
        thanks | thank you | thank u | thankyou | thx | thnx | thanx | ty | tysm | tyvm | cheers | ta
        | much appreciated | appreciate it | appreciated | thanks a lot | thanks a bunch
        | thanks a million
        | many thanks | thanks in advance | big thanks | thanks for the help | thanks for your help
        | thanks for that | thanks for helping | thank you for your help | thank you for the help
        | thank you for that | thank god | nice one | you are a star | youre a star | legend
        | you legend
        | lifesaver | youre a lifesaver | good bot | well done | youre the best | you are the best
        | ur the best | you rock | love it | love this | love you | thats great | that is great
        | thats perfect
        """
    ),
    "greeting": split_phrases(
        """
        hi | hii | hiii | hey | heya | heyy | hiya | hello | helo | hallo | yo | oi | greetings | howdy
        | gday | good morning | good afternoon | good evening | good day | morning all
        | morning everyone
        | morning team | morning folks | afternoon all | afternoon everyone | evening all
        | evening everyone
        | evening folks | alright mate | sup | wassup | whats up | wazzup | gm | welcome | welcome back
        | nice to meet you | pleased to meet you
        """
    ),
    "farewell": split_phrases(
        """
        bye | bye bye | byee | goodbye | cya | cu | see ya | see you | see u | cu later | later | laters
        | good night | goodnight | gn | night | nite nite | night night | take care | have fun
        | farewell
        | ciao | ttyl | gtg | g2g | gotta go | got to go | im off | signing off | peace
        """
    ),
    "acknowledgement": split_phrases(
        """
        ok | okay | okey | okie | oki | okey dokey | okie dokie | k | kk | kay | cool | nice | great
        | perfect | awesome | brilliant | sweet | excellent | fantastic | wonderful | lovely
        | amazing | fab
        | wicked | sick | superb | super | fine | good | sound | noted | sounds good | sounds great
        | sounds fine | all good | got it | gotcha | got you | understood | roger | roger that
        | copy that
        | fair enough | makes sense | alright | all right | righto | sure | sure thing | of course
        | yes | yep | yeah | yup | ya | yh | yeh | aye | no | nope | nah | never mind | nevermind | nvm
        | forget it | its fine | thats fine | no worries | no problem | np | no prob | no bother
        | youre welcome | works for me | that works | done | sorry | sorry about that | my bad
        | oops | whoops
        | hmm | hmmm | hm | um | umm | uh | er | wow | omg | wtf | lol | lmao | rofl | lolz | idk
        | dunno
        | i dont know | not sure | maybe | interesting | really | i see | oh | ah | aha | yay
        | woo | woohoo
        | hooray | ugh | meh | exactly | indeed | agreed | same | true | please | pls | good to know
        | thats all | that is all | nothing | nothing else | all done | im good | were good | congrats
        | congratulations
        """
    ),
    "question about the bot": split_phrases(
        """
        how are you | how are you doing | how r u | how are u | how are things | hows it going
        | how is it going | how do you do | how are you today | you ok | you okay | you good | u ok
        | you there | u there | is anyone there | is anybody there | anyone there | anybody there
        | anyone here | anybody here | anyone around | anybody around | anybody home | anyone home
        | are you there | are you awake | are you alive | are you a bot | are you human
        | are you a human
        | are you real | are you a robot | is this a bot | is this a robot | who are you | who r u
        | what are you | what is this | whats this | whats your name | hello world | test | testing
        | just testing | test test | testing testing | testing 123 | ping | is this thing on
        | does this work | do you have a minute | do you have a min | do you have a sec
        | do you have a second | do you have a moment | do you have time | got a minute | got a min
        | got a sec | got a moment | have you got a minute | have you got a sec | have you got a moment
        | can i ask you something | can i ask a question | can i ask you a question | quick question
        | is this working | are you working | are you online
        """
    ),
}
"""Phrases without apostrophes, as the tokenizer writes words."""

REMARKS = {
    "thanks": split_phrases(
        """
        thanks for | thank you for | thank u for | cheers for | ta for | thx for | ty for
        """
    ),
    "question about the bot": split_phrases(
        """
        did you have a good | did you have a nice | how was your | hows your | how is your
        | whats the weather like | what is the weather like | hows the weather | whats the weather
        """
    ),
    "farewell": split_phrases(
        """
        see you | see ya | see u | cya | cu | catch you | catch ya | catch u | see you all
        | see you guys
        | see u all | see ya all | talk to you | speak to you | have a good | have a great | have a nice
        | have a lovely | have a safe | have fun | enjoy | enjoy your | enjoy the | good luck
        | goodnight
        | good night | talk later | talk soon | speak soon | speak later | talk tomorrow
        | speak tomorrow
        """
    ),
    "remark": split_phrases(
        """
        get back to you | will get back to you | ill get back to you | i will get back to you
        | well get back to you | we will get back to you | let you know | will let you know
        | ill let you know | i will let you know | well let you know | we will let you know
        | keep you posted | will keep you posted | ill keep you posted | ill be in touch
        | will be in touch | ill come back to you | will come back to you | ill think about it
        | let me think about it | let me check | let me get back to you | ill confirm | will confirm
        | hope you | hope your | hope youre | hope everyone | happy | merry | brb | back in
        | be back | be right back | bbl | afk | this may take
        | this might take | this will take | this could take | it may take | it might take
        | give me | gimme
        | one sec | one second | one moment | just a sec | just a second | just a moment | just a minute
        | hang on | hold on | wait | wait a | running late | im running late | running | on my way | omw
        | im on my way | ill be there | be there | ill be late | im late | long time no see | its been a
        | sorry for | sorry im | congrats on | congratulations on | happy birthday
        | what a | cant wait | cant wait for | looking forward to | its friday | i had a | had a
        """
    ),
}
"""How remarks begin that a time may follow: `see you tomorrow`, `brb 5 mins`."""

VOCATIVES = word_set(
    """
    there all everyone everybody every1 team guys folks roomie mate m8 mates bot pal buddy dear both
    yall people lads ladies friends again so much loads lots very too man dude bro babe love x xx xxx xo
    and but oh ah well just then now really once more im
    """
)
"""Words of address and emphasis that may follow a phrase."""

REMARK_WORDS = word_set(
    """
    a an the at on in by for of to until till with then and or up it me you u ya ur your my we us our be
    is are was will may might could not no day time one ok okay thanks thank cheers please pls pub party
    birthday weekend reply delay confusion mess
    social lecture class talk gig game match training rehearsal exam exams tutorial seminar drinks
    dinner coffee home campus uni bus train luck trip holiday holidays break happy great good nice
    lovely fun rest ahead have hope hopefully back away long forever late well fine with off
    """
)
"""Words other than times that may follow the beginning of a remark."""
