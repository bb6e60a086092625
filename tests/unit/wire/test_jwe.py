"""Key pairs and encryption: what one made, only the other opens."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.personal_block import block_faults
from hub.wire.jwe import (
    KeyPair,
    KeyUnusable,
    Unreadable,
    decrypt,
    encrypt,
    new_pair,
    read_private,
    read_public,
    unwrap,
    wrap,
)

SITUATION = new_pair("sit")
SERVICE = new_pair("svc")
OTHER = new_pair("svc")
CONTENT = "Zoé Perrin, 06 00 00 00 42".encode()


def header_of(token: str) -> dict[str, Any]:
    part = token.split(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


@settings(max_examples=30)
@given(st.binary(max_size=400))
def test_what_the_sender_encrypts_the_service_reads_with_the_wrapped_key(content: bytes) -> None:
    block = encrypt(content, SITUATION.public)
    assert content == decrypt(block, unwrap(wrap(SITUATION, SERVICE.public), SERVICE.private))


def test_another_service_opens_neither_the_wrapped_key_nor_the_block() -> None:
    with pytest.raises(Unreadable):
        unwrap(wrap(SITUATION, SERVICE.public), OTHER.private)
    with pytest.raises(Unreadable):
        decrypt(encrypt(CONTENT, SITUATION.public), SERVICE.private)


def test_a_block_names_its_key_and_has_the_form_that_the_hub_asks_for() -> None:
    block = encrypt(CONTENT, SITUATION.public)
    assert SITUATION.kid == header_of(block)["kid"]
    assert [] == list(block_faults({"personal_block": block}, load_territory()))


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("a.b.c.d.e", id="no header"),
        pytest.param("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXY.Y3Q.dGFn", id="another algorithm"),
        pytest.param("06 00 00 00 42", id="no JWE"),
        pytest.param(encrypt(CONTENT, SITUATION.public)[:-8] + "AAAAAAAA", id="a changed tag"),
    ],
)
def test_what_cannot_be_opened_is_said_without_repeating_it(token: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decrypt(token, SITUATION.private)
    assert token not in str(caught.value)


def test_the_private_part_is_neither_in_the_public_key_nor_in_the_text_of_a_pair() -> None:
    assert "d" not in SITUATION.public
    assert SITUATION.private["d"] not in repr(SITUATION)
    assert isinstance(SITUATION, KeyPair)


def test_a_public_key_made_elsewhere_gets_the_id_that_its_thumbprint_gives() -> None:
    foreign = {name: SERVICE.public[name] for name in ("kty", "crv", "x", "y")} | {"kid": "ours-1", "use": "enc"}
    assert SERVICE.public == read_public(json.dumps(foreign), "svc")


BAD_PUBLIC = {
    "no JSON": "key",
    "no object": "[]",
    "a private key": json.dumps(SERVICE.private),
    "another curve": json.dumps(SERVICE.public | {"crv": "P-384"}),
    "a symmetric key": json.dumps({"kty": "oct", "k": "AAAA"}),
    "a point off the curve": json.dumps(SERVICE.public | {"y": SERVICE.public["x"]}),
    "a short coordinate": json.dumps(SERVICE.public | {"x": "AAAA"}),
    "a number as coordinate": json.dumps(SERVICE.public | {"x": 5}),
}


@pytest.mark.parametrize("text", BAD_PUBLIC.values(), ids=BAD_PUBLIC)
def test_what_is_no_public_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyUnusable) as caught:
        read_public(text, "svc")
    assert SERVICE.private["d"] not in str(caught.value)
    assert SERVICE.public["x"] not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps(SERVICE.public), id="a public key"),
        pytest.param(json.dumps(SERVICE.public | {"d": OTHER.private["d"]}), id="the private part of another"),
        pytest.param(json.dumps(SERVICE.public | {"d": "é"}), id="no base64url"),
    ],
)
def test_what_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(KeyUnusable):
        read_private(text)
