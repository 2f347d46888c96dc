"""Who hears how much of a booking's history."""

import pytest

from core.errors import UnknownBooking
from core.model import Guest, Identity, PersonId, Role, SocietyId
from core.policy.disclosure import Disclosure, Viewer, disclosure
from tests.builders import a_booking

CHESS = SocietyId("CHESS")
OWNER, MEMBER, PRESIDENT, GUEST, OTHER = map(PersonId, range(1, 6))
CHAT = Identity("slack:T1:U1")
ADMIN = Viewer(PersonId(9), is_administrator=True)
VIEWERS = {
    "owner": Viewer(OWNER, roles={CHESS: Role.MEMBER}),
    "member": Viewer(MEMBER, roles={CHESS: Role.MEMBER}),
    "president": Viewer(PRESIDENT, roles={CHESS: Role.PRESIDENT}),
    "guest": Viewer(GUEST),
    "guest without an account": Viewer(None, (CHAT,)),
    "member of another society": Viewer(OTHER, roles={SocietyId("GO"): Role.PRESIDENT}),
    "somebody": Viewer(OTHER, (Identity("slack:T1:U2"),)),
    "nobody": Viewer(None),
    "administrator": ADMIN,
}
GUESTS = (Guest(GUEST), Guest(identity=CHAT))
_PERSONAL = {
    "owner": Disclosure.OWNER,
    "guest": Disclosure.GUEST,
    "guest without an account": Disclosure.GUEST,
    "administrator": Disclosure.ADMINISTRATOR,
}
_SOCIETY = _PERSONAL | {"member": Disclosure.SOCIETY, "president": Disclosure.SOCIETY}
_BY_TOKEN = _SOCIETY | {"owner": Disclosure.SOCIETY, "president": Disclosure.OWNER}


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize(
    ("by", "society", "expected"),
    [(OWNER, None, _PERSONAL), (OWNER, CHESS, _SOCIETY), (None, CHESS, _BY_TOKEN)],
)
def test_everybody_hears_their_part_and_others_nothing(
    who: str, by: PersonId | None, society: SocietyId | None, expected: dict[str, Disclosure]
):
    booking = a_booking(by=by, society_id=society, guests=GUESTS)

    if who in expected:
        assert disclosure(booking, VIEWERS[who]) is expected[who]
    else:
        with pytest.raises(UnknownBooking):
            disclosure(booking, VIEWERS[who])
