"""What a line of the log says, before it has its place there: names and values stand in it as keyed digests."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypedDict

from app.platform.actor import Actor

NAME = "name:"
SYSTEM = "system:"
_key: dict[str, bytes] = {}


class Said(TypedDict):
    """What a line is to say: who did what to which thing of which edition, and its fields before and after."""

    actor: Actor
    now: datetime
    event_id: int | None
    action: str
    entity: str
    entity_id: int | str
    changes: Mapping[str, tuple[Any, Any]]


class About(NamedTuple):
    """What a line is about: of which edition, what was done, and to what kind of thing."""

    event_id: int | None
    action: str
    entity: str


class Unwritten(NamedTuple):
    """A line without its place in the log, its values by field, and the names behind the keys that it carries."""

    line: Mapping[str, Any]
    about: About
    values: Mapping[str, tuple[str | None, str | None]]
    names: Mapping[str, str]


def use_key(key: bytes) -> None:
    """The key of digests, set once by whoever starts the program."""
    _key["key"] = key


def line_of(said: Said) -> Unwritten:
    """The line that says this."""
    actor, for_whom = said["actor"], said["actor"].acting_for
    actor_key, for_key = key_of_label(actor.label), for_whom and key_of_label(for_whom)
    values = {field: (_text(before), _text(after)) for field, (before, after) in said["changes"].items()}
    line = {
        "at": said["now"],
        "event_id": said["event_id"],
        "account_id": actor.account_id,
        "actor": actor_key,
        "acting_for": for_key,
        "action": said["action"],
        "entity": said["entity"],
        "entity_id": str(said["entity_id"]),
        "digests": {field: [digest_of(before), digest_of(after)] for field, (before, after) in sorted(values.items())},
    }
    about = About(said["event_id"], said["action"], said["entity"])
    carried = ((actor_key, actor.label), (for_key, for_whom))
    names = {key: name[:200] for key, name in carried if key and name and key.startswith(NAME)}
    return Unwritten(line, about, values, names)


def hash_of(line: Mapping[str, Any]) -> str:
    """The hash of a line that knows the one before it."""
    content = [
        line["previous_hash"],
        line["at"].astimezone(UTC).isoformat(),
        *(line[name] for name in ("event_id", "account_id", "actor", "acting_for", "action", "entity", "entity_id")),
        line["digests"],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def digest_of(value: str | None) -> str | None:
    """The keyed digest of a value, nothing of nothing."""
    if value is None:
        return None
    return hmac.digest(_key.get("key", b""), value.encode(), "sha256").hex()


def key_of_name(name: str) -> str:
    """The key that lines carry for a name; it depends on the key of digests."""
    return f"{NAME}{digest_of(name[:200])}"[:40]


def key_of_label(label: str) -> str:
    """What lines carry for whoever acted; a part of the program keeps its own name."""
    label = label[:200]
    return label if label.startswith(SYSTEM) else key_of_name(label)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
