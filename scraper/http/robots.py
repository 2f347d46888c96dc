"""What a site's robots.txt wishes of us."""

from dataclasses import dataclass
from urllib.robotparser import RobotFileParser

from yarl import URL

ROBOT_NAME = "Roomie"
_LONGEST_CRAWL_DELAY = 60.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """One robots.txt, read for our name."""

    rules: RobotFileParser | None = None
    """None when the site has no wishes."""

    @classmethod
    def read(cls, content: bytes) -> "Wishes":
        rules = RobotFileParser()
        rules.parse(content.decode("utf-8", "replace").removeprefix("\ufeff").splitlines())
        rules.modified()  # otherwise an empty file, which allows everything, would count as never read
        return cls(rules)

    def allow(self, url: URL) -> bool:
        return self.rules is None or self.rules.can_fetch(ROBOT_NAME, str(url.relative()))

    @property
    def crawl_delay(self) -> float:
        """Seconds wished for between two requests."""
        delay = self.rules.crawl_delay(ROBOT_NAME) if self.rules else None
        return min(float(delay or 0), _LONGEST_CRAWL_DELAY)
