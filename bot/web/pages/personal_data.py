"""The page from which people download what is known about them."""

from bot.web.pages.templating import Frame, render


def download_page(path: str, campus: str) -> str:
    """Nothing personal is on it: to see more, a button must be pressed."""
    return render("personal_data.html", Frame(campus), action=path)
