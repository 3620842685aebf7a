"""Settings come from the environment alone, and a key that nobody chose is made once and kept."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.platform.settings import Settings, _kept_key

ROOT = Path(__file__).parents[3]


def test_names_begin_with_bridge_and_the_database_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_BASE_URL", "https://a.example")
    monkeypatch.setenv("DATABASE_URL", "postgresql://x/y")
    monkeypatch.setenv("BRIDGE_DEMONSTRATION", "1")
    monkeypatch.setenv("BRIDGE_TRUSTED_PROXIES", '["10.0.0.1"]')
    monkeypatch.setenv("BASE_URL", "https://ignored.example")
    settings = Settings()
    assert settings.base_url == "https://a.example"
    assert settings.database_url == "postgresql://x/y"
    assert not settings.is_sqlite
    assert settings.demonstration
    assert settings.trusted_proxies == ("10.0.0.1",)


def test_a_wrong_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_SMTP_PORT", "many")
    with pytest.raises(ValidationError, match=r"(?i)smtp_port"):
        Settings()


@pytest.mark.parametrize("typed", ["10.0.0.1,2001:DB8::1", "10.0.0.1, 2001:db8::1", '["10.0.0.1", "2001:db8::1"]'])
def test_proxies_are_addresses_with_commas_between_them(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setenv("BRIDGE_TRUSTED_PROXIES", typed)
    assert Settings().trusted_proxies == ("10.0.0.1", "2001:db8::1")


def test_a_level_is_known_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_LOG_LEVEL", "debug")
    assert Settings().log_level == "DEBUG"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().base_url = "https://other.example"  # type: ignore[misc]


def test_a_secret_is_the_key(tmp_path: Path) -> None:
    assert Settings(secret="one of mine", var=tmp_path).key() == b"one of mine"
    assert not list(tmp_path.iterdir())


def test_without_a_secret_a_key_is_made_once(tmp_path: Path) -> None:
    settings = Settings(secret="", var=tmp_path / "var")
    key = settings.key()
    _kept_key.cache_clear()
    assert settings.key() == key
    assert len(key) >= 26
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from app.platform.settings import Settings\n"
        "sys.stdin.read(); print(Settings(secret='', var=Path(sys.argv[1])).key().decode())"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
    keys = {child.stdout.read() for child in children if child.stdout}
    assert all(child.wait(30) == 0 for child in children)
    assert len(keys) == 1
    assert len(keys.pop().strip()) >= 26
