"""Reasons, identities and the limit on rejects."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub
from hub.router.reject_limit import RejectWindow
from hub.wire.rejects import REASONS, Identity, identity_of

NOBODY = Identity(None, None, None, None)
OF_JSON = {"DATA_NOT_JSON", "EVENT_NOT_AN_OBJECT", "FIELD_UNKNOWN", "FIELD_MISSING", "TYPE_MISMATCH", "SYMBOL_UNKNOWN"}


def test_every_code_that_a_record_can_be_refused_with_is_in_the_closed_list() -> None:
    root = Path(hub.__file__).parent
    codes = {
        node.args[0].value
        for folder in ("wire", "domain", "router")
        for path in (root / folder).rglob("*.py")
        if path.name != "json_data.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"Fault", "SemanticFault", "WireFault"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    assert set() == codes - REASONS.keys() - OF_JSON


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(
            [("ce_id", b"e-1"), ("ce_type", b"notice.shouted")],
            Identity("e-1", None, "notice.shouted", None),
            id="readable",
        ),
        pytest.param([("ce_id", b"Mme Martin <m@x.example>")], NOBODY, id="no reference"),
        pytest.param([("ce_id", b"\xff"), ("ce_source", b"urn:hub:other:x")], NOBODY, id="garbage"),
        pytest.param([("ce_source", None)], NOBODY, id="header without value"),
    ],
)
def test_an_identity_repeats_only_what_is_valid_in_form(
    headers: list[tuple[str, bytes | None]], expected: Identity
) -> None:
    assert expected == identity_of(headers)


def test_a_window_that_is_not_full_never_exceeds_the_limit() -> None:
    assert not RejectWindow(10, 0.5).would_exceed([True] * 9)


def test_a_full_window_exceeds_the_limit_above_the_share_only() -> None:
    window = RejectWindow(10, 0.5)
    window.add([False] * 5)
    assert not window.would_exceed([True] * 5)
    assert window.would_exceed([True] * 6)


@given(st.lists(st.booleans(), max_size=60), st.lists(st.booleans(), max_size=60))
def test_the_window_looks_at_the_latest_records_only(before: list[bool], results: list[bool]) -> None:
    window = RejectWindow(10, 0.3)
    window.add(before)
    everything = before[-10:] + results
    ends = range(len(before[-10:]) + 1, len(everything) + 1)
    expected = any(end >= 10 and sum(everything[end - 10 : end]) > 3 for end in ends)
    assert expected == window.would_exceed(results)
