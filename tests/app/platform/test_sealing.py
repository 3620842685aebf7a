"""What is sealed opens with the installation's key and for its owner alone."""

import pytest

from app.platform.sealing import BrokenSeal, seal, unseal

KEY = b"a key for tests"


def test_a_seal_opens_with_its_key_and_owner_alone() -> None:
    sealed = seal("JBSWY3DPEHPK3PXP", key=KEY, about="app of account 1")
    assert unseal(sealed, key=KEY, about="app of account 1") == "JBSWY3DPEHPK3PXP"
    flipped = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]
    for wrong, key, about in (
        (sealed, b"another key", "app of account 1"),
        (sealed, KEY, "app of account 2"),
        (flipped, KEY, "app of account 1"),
        ("2." + sealed[2:], KEY, "app of account 1"),
        ("1.", KEY, "app of account 1"),
        ("1.é", KEY, "app of account 1"),
    ):
        with pytest.raises(BrokenSeal):
            unseal(wrong, key=key, about=about)


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert seal("one", key=KEY, about="x") != seal("one", key=KEY, about="x")
