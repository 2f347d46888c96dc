"""How long a page that shows what is free stays valid: until something changes, or the minute is over."""

from bot.web.framework.response import IsValid
from bot.web.framework.route import RequestContext

_MINUTE = 60


def until_something_changes(context: RequestContext) -> IsValid:
    """Valid within this minute while no room, building or booking changes.

    To be asked for before anything is read: what changes while the page is made is not in it.
    """
    read_model = context.state.services.read_model
    availability, catalogue = read_model.availability, read_model.catalogue
    version, minute = availability.version, int(context.now.timestamp()) // _MINUTE

    def is_valid(instant: int) -> bool:
        return (
            instant // _MINUTE == minute
            and read_model.availability is availability
            and availability.version == version
            and read_model.catalogue is catalogue
        )

    return is_valid
