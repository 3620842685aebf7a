"""Every page of the demonstration, by the role that opens it, and those that the walks leave out."""

import re

E = "/e/bridge-2019"

PAGES = {
    "public": [
        E, f"{E}/agenda", f"{E}/agenda/opening", f"{E}/changes", f"{E}/cities", f"{E}/people", f"{E}/partnerships/2",
        f"{E}/register", f"{E}/nominate", f"{E}/register/individual", f"{E}/register/delegation",
        "/sign-in", "/sign-in/sent", "/sign-in/{token}", "/account",
        "/r/{token}", "/r/{token}/form", "/r/{token}/erasure", f"{E}/erased", "{own}", "/d/{token}", "/d/{token}/erasure", "/q/{token}", "/p/{token}", "/m/{token}",
        "/m/offers/{token}",
    ],
    "focal_point": [
        f"{E}/delegations/2", f"{E}/delegations/2/schedule", f"{E}/delegations/2/sheet", f"{E}/delegations/2/acting",
        f"{E}/delegations/2/calendar", f"{E}/cities/2/edit", "{dossier}",
        f"{E}/people/6/times", f"{E}/people/6/calendar",
    ],
    "delegate": [
        f"{E}/my", f"{E}/my/meetings", f"{E}/my/meetings/new?with=12", f"{E}/my/people", f"{E}/my/me",
        f"{E}/my/calendar", "/account", f"{E}/my/erasure", f"{E}/my/people/why?with=12", f"{E}/my/saved",
        "{own_meeting}", "{own_wish}",
    ],
    "desk": [
        f"{E}/manage/people", f"{E}/manage/people/1", f"{E}/manage/delegations", f"{E}/delegations/1/schedule",
        f"{E}/manage/print", f"{E}/manage/registrations", f"{E}/manage/registrations/47", f"{E}/manage/search?q=ma",
    ],
    "protocol": [f"{E}/manage/people/1", f"{E}/manage/people/1/passport", f"{E}/people/1/times"],
    "organiser": [
        f"{E}/manage", f"{E}/manage/counts", f"{E}/manage/search?q=ma",
        f"{E}/manage/people", f"{E}/manage/people/1", f"{E}/manage/cities", f"{E}/manage/cities/1",
        f"{E}/manage/delegations", f"{E}/delegations/1", f"{E}/cities/1/edit",
        f"{E}/manage/registrations", f"{E}/manage/registrations/39", f"{E}/manage/duplicates", "{twins}", f"{E}/manage/erasures",
        f"{E}/manage/import",
        f"{E}/manage/pairing", f"{E}/manage/partnerships/1", f"{E}/manage/pairing?view=table&city=1",
        f"{E}/manage/pairing/cities/1", f"{E}/manage/pairing/cities/8/why", f"{E}/manage/pairing/runs/1/plan",
        f"{E}/manage/pairing/what-if?pin=essen~gothenburg", f"{E}/manage/pairing/history",
        f"{E}/manage/pairing/compare?before=1&after=1", f"{E}/manage/pairing/report",
        f"{E}/manage/pairing?view=network&city=1", f"{E}/manage/pairing/consent",
        f"{E}/manage/pairing/facilitators", f"{E}/manage/pairing/parties/1",
        f"{E}/manage/agenda", f"{E}/manage/agenda?view=list", f"{E}/manage/agenda?view=people",
        f"{E}/manage/agenda?hold=23", f"{E}/manage/agenda/move/23", f"{E}/manage/agenda/release",
        f"{E}/manage/agenda/releases/1", f"{E}/manage/agenda/rules", f"{E}/manage/agenda/solve",
        f"{E}/manage/agenda/runs/2", f"{E}/manage/agenda/compare", f"{E}/manage/agenda/sessions/1",
        f"{E}/manage/agenda/sessions/new", f"{E}/manage/agenda/interpreters", f"{E}/manage/agenda/walks",
        f"{E}/manage/agenda/import", f"{E}/manage/agenda/rooms", f"{E}/people/1/schedule", "{seat}",
        f"{E}/manage/meetings", f"{E}/manage/meetings?view=list", f"{E}/manage/print", f"{E}/manage/meetings/plans",
        f"{E}/manage/meetings/fair", f"{E}/manage/meetings/tables", f"{E}/manage/meetings/rules", f"{E}/manage/meetings/why?a=1&b=12", f"{E}/manage/meetings/1",
        f"{E}/manage/meetings/wishes/1", f"{E}/manage/meetings/runs/3/plan",
        f"{E}/manage/runs", f"{E}/manage/runs/1", f"{E}/manage/outbox",
    ],
    "administrator": [
        "/account/second-step", "/admin/accounts", "/admin/accounts/1", "/admin/log", "/admin/privacy", f"{E}/manage/people/9/erase",
        f"{E}/manage/registrations/39/erase",
    ],
}  # fmt: skip
"""By role: every page, with the addresses of the demonstration. ``{token}`` is in a letter (fixture ``letters``)."""

UNSEEN = {
    "/account/second-step/app": "is there once somebody began; tests/browser/test_second_step.py opens it",
    "/sign-in/second-step": "is there after a spent link; tests/browser/test_second_step.py opens it",
    "/": "leads on to the event",
    "/e/{slug}/": "leads on to the event",
    "/e/{slug}/manage/pairing/cities/{city_id}/why/{run_id}": "is there once somebody asked; tests/app/pairing opens it",
    "/e/{slug}/b/{code}": "leads on to a person, or to one's own schedule",
    "/e/{slug}/manage/print/jobs/{job_id}": "is there once a print began; tests/app/printing/test_jobs.py opens it",
    "/e/{slug}/manage/print/jobs/{job_id}/file": "is a document or an archive",
    "/e/{slug}/manage/agenda/news": "answers in JSON; tests/app/agenda/test_board.py asks it",
    "/e/{slug}/manage/import/{upload}": "lasts an hour after a file came; tests/app/registration/importing opens it",
}
"""Pages that the walks leave out, each with the reason."""

NO_PAGE = re.compile(r"\.\w+$|\{format\}|/events$|/photos/|^/(static|healthz|metrics)")
"""Routes that answer with a file, a stream, a picture, or what machines ask for."""
