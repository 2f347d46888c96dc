"""Names that people use for time zones, each with the IANA zone they mean."""

from functools import cache
from importlib.resources import files

ABBREVIATIONS = {
    **dict.fromkeys(("utc", "zulu"), "UTC"),
    "gmt": "GMT",
    "bst": "Europe/London",
    **dict.fromkeys(("cet", "cest", "mez", "mesz"), "Europe/Berlin"),
    **dict.fromkeys(("eet", "eest"), "Europe/Athens"),
    "msk": "Europe/Moscow",
    **dict.fromkeys(("est", "edt", "et"), "America/New_York"),
    **dict.fromkeys(("cst", "cdt", "ct"), "America/Chicago"),
    **dict.fromkeys(("mst", "mdt", "mt"), "America/Denver"),
    **dict.fromkeys(("pst", "pdt", "pt"), "America/Los_Angeles"),
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
    **dict.fromkeys(("acst", "acdt"), "Australia/Adelaide"),
    "awst": "Australia/Perth",
    **dict.fromkeys(("nzst", "nzdt"), "Pacific/Auckland"),
    "ist": "Asia/Kolkata",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
}
"""The zone of the people who say so, summer or winter: `EST` in July is New York's time."""

OFFSET_BASES = frozenset({"utc", "gmt"})

REGIONS = {
    **dict.fromkeys(("uk", "british", "britain", "england", "scotland", "wales", "gb"), "Europe/London"),
    **dict.fromkeys(("ireland", "irish"), "Europe/Dublin"),
    **dict.fromkeys(("germany", "german", "central european"), "Europe/Berlin"),
    **dict.fromkeys(("france", "french"), "Europe/Paris"),
    **dict.fromkeys(("spain", "spanish"), "Europe/Madrid"),
    **dict.fromkeys(("italy", "italian"), "Europe/Rome"),
    **dict.fromkeys(("china", "chinese", "beijing"), "Asia/Shanghai"),
    **dict.fromkeys(("india", "indian", "delhi", "mumbai", "bangalore"), "Asia/Kolkata"),
    **dict.fromkeys(("japan", "japanese"), "Asia/Tokyo"),
    **dict.fromkeys(("eastern", "us eastern", "nyc", "ny", "boston"), "America/New_York"),
    **dict.fromkeys(("central", "us central"), "America/Chicago"),
    **dict.fromkeys(("mountain", "us mountain"), "America/Denver"),
    **dict.fromkeys(("pacific", "us pacific", "san francisco", "seattle", "la"), "America/Los_Angeles"),
    **dict.fromkeys(("canberra", "nsw"), "Australia/Sydney"),
    "wellington": "Pacific/Auckland",
}

HALF_HOUR_OFFSETS = {
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    570: "Australia/Darwin",
    210: "Asia/Tehran",
    390: "Asia/Yangon",
    270: "Asia/Kabul",
}


@cache
def iana_names() -> dict[str, str]:
    """The names of the IANA database that have a region, by their lower-case form."""
    names = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return {name.lower(): name for name in names if "/" in name}


@cache
def zones_by_city() -> dict[str, str]:
    """The zone of each city that the IANA database names one after, by its lower-case name."""
    names = (name for name in iana_names().values() if not name.startswith("Etc/"))
    return {name.rpartition("/")[2].replace("_", " ").lower(): name for name in names}
