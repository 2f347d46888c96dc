"""The page from which people download what is known about them."""

from bot.web.pages.layout import form, page, paragraph


def download_page(path: str, campus: str) -> str:
    """Nothing personal is on it: to see more, a button must be pressed."""
    buttons = (
        '<button class="main" name="as" value="json">Download as JSON</button>'
        '<button name="as" value="text">Download as text</button>'
    )
    content = (
        paragraph("A file with everything that Roomie knows about you: account, bookings, messages, logins.")
        + paragraph("Don't pass this link on. It works for a quarter of an hour.")
        + form(path, buttons)
    )
    return page("Your data", content, campus=campus)
