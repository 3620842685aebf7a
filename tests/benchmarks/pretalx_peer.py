"""An agenda of ours as an event of pretalx, from our ``agenda.json``: run by pretalx's own interpreter.

``PRETALX_CONFIG_FILE=… venv/bin/python pretalx_peer.py agenda.json``; the README beside this file has the whole sitting.
"""

import json
import os
import sys
from datetime import datetime
from typing import Any

SLUG = "peer"


def main(path: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pretalx.settings")
    import django

    django.setup()
    from django_scopes import scope, scopes_disabled
    from pretalx.event.models import Event
    from pretalx.event.utils import create_organiser_with_team
    from pretalx.person.models import SpeakerProfile, User
    from pretalx.schedule.models import Room
    from pretalx.submission.models import Submission

    with open(path) as file:
        programme = json.load(file)
    told = programme["event"]
    with scopes_disabled():
        user = User.objects.create_user(name="Bench", email="bench@bench.example", password="bench-bench-bench")
        organiser, _team = create_organiser_with_team(name="Bench", slug="bench", users=[user])
        event = Event.objects.create(
            name=told["name"], slug=SLUG, organiser=organiser, is_public=True, timezone=told["timezone"],
            date_from=datetime.fromisoformat(told["starts_on"]).date(),
            date_to=datetime.fromisoformat(told["ends_on"]).date(),
            email="bench@bench.example", locale_array="en", locale="en",
        )  # fmt: skip
    with scope(event=event):
        event.build_initial_data()
        kind = event.submission_types.first()
        rooms = {one["slug"]: Room.objects.create(event=event, name=one["name"]) for one in programme["rooms"]}
        speakers: dict[str, Any] = {}
        for one in programme["sessions"]:
            talk = Submission.objects.create(
                event=event,
                title=one["title"],
                abstract=one["abstract"] or "",
                submission_type=kind,
                content_locale="en",
            )
            for name in one["people"]:
                if name not in speakers:
                    speakers[name] = User.objects.create_user(name=name, email=f"speaker-{len(speakers)}@bench.example")
                    SpeakerProfile.objects.create(user=speakers[name], event=event, biography="")
                talk.speakers.add(speakers[name])
            talk.accept()
            talk.confirm()
            slot = talk.slots.get(schedule=event.wip_schedule)
            slot.start, slot.end = (datetime.fromisoformat(one[name]) for name in ("starts_at", "ends_at"))
            slot.room = rooms[one["room"]]
            slot.save()
        event.release_schedule("1", user=user, notify_speakers=False)
        print(event.submissions.count(), "sessions,", event.rooms.count(), "rooms,", len(speakers), "speakers")


if __name__ == "__main__":
    main(sys.argv[1])
