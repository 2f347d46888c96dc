"""Rules of a site's robots.txt."""

from urllib.robotparser import RobotFileParser

from msgspec import Struct
from yarl import URL

ROBOT_NAME = "Roomie"
_MAX_CRAWL_DELAY_SECONDS = 60.0


class RobotsRules(Struct, frozen=True):
    """One robots.txt, evaluated for our user agent."""

    parser: RobotFileParser | None = None
    """None when the site has no robots.txt."""

    @classmethod
    def parse(cls, content: bytes) -> "RobotsRules":
        rules = RobotFileParser()
        rules.parse(content.decode("utf-8", "replace").removeprefix("\ufeff").splitlines())
        rules.modified()  # otherwise an empty file, which allows everything, would count as never read
        return cls(rules)

    def allows(self, url: URL) -> bool:
        return self.parser is None or self.parser.can_fetch(ROBOT_NAME, str(url.relative()))

    @property
    def crawl_delay(self) -> float:
        """Seconds between two requests, at most 60."""
        delay = self.parser.crawl_delay(ROBOT_NAME) if self.parser else None
        return min(float(delay or 0), _MAX_CRAWL_DELAY_SECONDS)
