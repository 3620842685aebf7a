"""What a request says about the browser and the network peer that sent it."""

import re

from fastapi import Request

# In this order: a browser names those that it wants to be taken for after itself.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_of(request: Request) -> str:
    """A browser in a few words, for its owner to know it again in the list: "Firefox, Linux"."""
    agent = request.headers.get("user-agent", "")
    known = [next((name for mark, name in marks if mark in agent), None) for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in known if name) or re.sub(r"[^\w ./-]", "", agent)[:40]


def peer_of(request: Request) -> str:
    """The network address that asked.

    ``X-Forwarded-For`` is a claim that anybody can make. It counts only when the connection itself comes from a proxy
    named in the settings, and then its last entry that is no such proxy.
    """
    peer = request.client.host if request.client is not None else "unknown"
    trusted = request.app.state.settings.trusted_proxies
    if peer not in trusted:
        return peer
    claimed = [part.strip() for part in ",".join(request.headers.getlist("x-forwarded-for")).split(",") if part.strip()]
    return next((address for address in reversed(claimed) if address not in trusted), peer)
