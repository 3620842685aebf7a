"""Why a file was not read, in a sentence that says what to do."""

from app.platform.i18n import gettext as _
from app.registration.importing.reading.limits import Unreadable


def why_unreadable(refused: Unreadable) -> str:
    """One sentence or two for whoever sent the file."""
    words = {
        "broken": _("This file is damaged or cut off. Open it, save it again, and send that."),
        "not_xlsx": _("This is no workbook of the kind XLSX. Save it as XLSX or CSV."),
        "old_office": _("This is a workbook of the old kind, or has a password. Save it as XLSX without a password."),
        "password": _("This file has a password. Save it without one."),
        "macros": _("This workbook holds macros, which are not read. Save it as XLSX without macros."),
        "entities": _("This workbook defines entities, which no list needs. Save it again as XLSX or CSV."),
        "entries": _("There are more than %(most)s files packed into this one. Save the list alone."),
        "unpacked": _("This unpacks to more than %(megabytes)s MB. Save the list alone, without pictures."),
        "bomb": _("This file unpacks to something else than it says. It was not opened."),
        "rows": _("There are more than %(most)s rows, and no more are read at once. Cut the list into parts."),
        "columns": _("There are %(found)s columns; at most %(most)s are read. Leave out what is not needed."),
        "cell": _("A cell of row %(row)s has more than %(most)s letters."),
        "letters": _("There are more than %(most)s letters in this list. Cut it into parts."),
        "line": _("A line of this file has more than %(most)s letters: it is no list. Save it as CSV again."),
        "quote": _("A quotation mark in this file has no end. Save it as XLSX, or as CSV again."),
        "web_page": _("This is a web page, whatever its name says. Open it and save it as XLSX or CSV."),
        "bytes": _("These bytes are no text in letters that we know. Save the list as XLSX, or as CSV in UTF-8."),
        "empty": _("There is no row in this file."),
        "memory": _("Reading this took more memory than a list needs. It was stopped."),
        "time": _("Reading this took more than %(seconds)s seconds. It was stopped."),
        "busy": _("Other lists are being read. Send this one again in a minute."),
    }
    return words[refused.code] % refused.figures
