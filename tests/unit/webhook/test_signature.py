"""Signatures and keys of Standard Webhooks."""

import base64
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connectors.outbound.webhook.signature import SigningKey, master_keys
from hub.settings import Settings

ENDPOINT, OTHER = UUID(int=1), UUID(int=2)
FIRST, SECOND = "f" * 40, "s" * 40


def test_the_signature_is_that_of_the_reference_libraries() -> None:
    """Test vector of the reference libraries of Standard Webhooks (github.com/standard-webhooks/standard-webhooks)."""
    secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    key = SigningKey(base64.b64decode(secret), Ed25519PrivateKey.from_private_bytes(bytes(32)))
    content = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    assert f"whsec_{secret}" == key.secret
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == key.signatures(content)[0]


def test_a_key_is_the_same_whenever_it_is_derived_and_another_for_each_address_and_number() -> None:
    found = master_keys(Settings(webhook_keys=FIRST))
    again = master_keys(Settings(webhook_keys=FIRST))
    assert found is not None
    assert again is not None
    keys = [(ENDPOINT, 1), (ENDPOINT, 2), (OTHER, 1)]
    derived = [found.signing_key(found.newest, *key) for key in keys]
    assert 3 == len({key.secret for key in derived if key is not None})
    assert 3 == len({key.public for key in derived if key is not None})
    once_more = again.signing_key(again.newest, ENDPOINT, 1)
    assert once_more is not None
    assert derived[0] is not None
    assert (derived[0].secret, derived[0].public) == (once_more.secret, once_more.public)


def test_an_old_master_key_still_derives_its_keys_and_new_ones_come_from_the_first() -> None:
    old = master_keys(Settings(webhook_keys=FIRST))
    both = master_keys(Settings(webhook_keys=f"{SECOND}, {FIRST}"))
    assert old is not None
    assert both is not None
    assert old.newest != both.newest
    before, after = old.signing_key(old.newest, ENDPOINT, 1), both.signing_key(old.newest, ENDPOINT, 1)
    assert before is not None
    assert after is not None
    assert before.secret == after.secret
    assert None is old.signing_key(both.newest, ENDPOINT, 1)


def test_without_a_master_key_there_is_none() -> None:
    assert None is master_keys(Settings(webhook_keys=""))


def test_nothing_shows_a_secret_by_accident() -> None:
    found = master_keys(Settings(webhook_keys=FIRST))
    assert found is not None
    key = found.signing_key(found.newest, ENDPOINT, 1)
    assert key is not None
    assert key.secret.removeprefix("whsec_") not in f"{key!r} {found!r}"
    assert FIRST not in f"{found!r} {Settings(webhook_keys=FIRST)!r}"
