"""What a request says about its sender: a claim in a header counts only when a named proxy makes it."""

from types import SimpleNamespace

import pytest
from starlette.requests import Request

from app.platform.web.browser import device_of, peer_of


def _request(*, peer="203.0.113.9", forwarded=(), trusted=(), agent=""):
    app = SimpleNamespace(state=SimpleNamespace(settings=SimpleNamespace(trusted_proxies=trusted)))
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded] + [(b"user-agent", agent.encode())]
    return Request({"type": "http", "app": app, "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        ({"forwarded": ["198.51.100.1"]}, "203.0.113.9"),
        ({"forwarded": ["198.51.100.1"], "trusted": ["192.0.2.1"]}, "203.0.113.9"),
        ({"peer": "192.0.2.1", "forwarded": ["198.51.100.1"], "trusted": ["192.0.2.1"]}, "198.51.100.1"),
        ({"peer": "192.0.2.1", "forwarded": ["6.6.6.6, 198.51.100.1"], "trusted": ["192.0.2.1"]}, "198.51.100.1"),
        ({"peer": "192.0.2.1", "forwarded": ["6.6.6.6", "198.51.100.1"], "trusted": ["192.0.2.1"]}, "198.51.100.1"),
        (
            {
                "peer": "192.0.2.1",
                "forwarded": ["6.6.6.6, 198.51.100.1, 192.0.2.2"],
                "trusted": ["192.0.2.1", "192.0.2.2"],
            },
            "198.51.100.1",
        ),
        ({"peer": "192.0.2.1", "forwarded": [], "trusted": ["192.0.2.1"]}, "192.0.2.1"),
        ({"peer": "192.0.2.1", "forwarded": [" , "], "trusted": ["192.0.2.1"]}, "192.0.2.1"),
    ],
)
def test_forwarded_addresses_count_only_from_a_named_proxy(sent, counted):
    assert peer_of(_request(**sent)) == counted


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("<script>alert(1)</script>", "scriptalert1/script"),
        ("", ""),
    ],
)
def test_a_device_is_told_in_a_few_words(agent, told):
    assert device_of(_request(agent=agent)) == told
