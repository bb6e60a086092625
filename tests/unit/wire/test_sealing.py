"""A sealed text opens with its key, in its row, and nowhere else."""

from pydantic import SecretStr

from hub.wire.sealing import SealingKeys, sealing_keys

OLD, NEW = "o" * 32, "n" * 32


def keys(*given: str, purpose: str = "test") -> SealingKeys:
    """The keys of a setting."""
    found = sealing_keys(SecretStr(",".join(given)), purpose)
    assert found is not None
    return found


def test_what_was_sealed_opens_and_shows_nothing_before() -> None:
    sealed = keys(NEW).seal("https://calendar.example/secret", "row")
    assert "https://calendar.example/secret" == keys(NEW).open(sealed, "row")
    assert "secret" not in sealed
    assert NEW not in repr(keys(NEW))


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert keys(NEW).seal("text", "row") != keys(NEW).seal("text", "row")


def test_another_row_another_key_and_another_purpose_do_not_open_it() -> None:
    sealed = keys(NEW).seal("text", "row")
    assert [None, None, None] == [
        keys(NEW).open(sealed, "other"),
        keys(OLD).open(sealed, "row"),
        keys(NEW, purpose="other").open(sealed, "row"),
    ]


def test_while_keys_change_the_first_seals_and_all_open() -> None:
    both = keys(NEW, OLD)
    assert "text" == both.open(keys(OLD).seal("text", "row"), "row")
    assert "text" == keys(NEW).open(both.seal("text", "row"), "row")


def test_without_a_setting_there_is_no_key() -> None:
    assert sealing_keys(SecretStr(""), "test") is None
