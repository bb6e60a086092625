"""A refusal that is sent again is known for a quarter of an hour, from nothing that says whose it was."""

from hub.gateway.recently_refused import SECONDS, RecentlyRefused

KEY = b"k" * 32
SOURCE = "urn:hub:cd35:si-social"
ONE, OTHER = (SOURCE, "e-1"), (SOURCE, "e-2")


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        """Give the seconds."""
        return self.now


def test_the_same_event_is_new_once_alone_or_in_a_batch() -> None:
    recently = RecentlyRefused(Clock(), KEY)
    assert [2, 0, 1] == [recently.new("cd35", names) for names in ([ONE, OTHER, ONE], [OTHER], [(SOURCE, "e-3")])]


def test_what_another_system_or_source_sends_is_another_event() -> None:
    recently = RecentlyRefused(Clock(), KEY)
    assert [1, 1, 1] == [
        recently.new("cd35", [ONE]),
        recently.new("caf35", [ONE]),
        recently.new("cd35", [("urn:hub:cd35:other", "e-1")]),
    ]


def test_an_event_without_an_id_or_a_source_is_always_new() -> None:
    recently = RecentlyRefused(Clock(), KEY)
    assert [3, 3] == [recently.new("cd35", [(SOURCE, None), (None, "e-1"), (SOURCE, ["e-1"])]) for _ in range(2)]


def test_after_a_quarter_of_an_hour_it_is_forgotten_however_often_it_came() -> None:
    clock = Clock()
    recently = RecentlyRefused(clock, KEY)
    found = []
    for clock.now in (0.0, SECONDS - 1, SECONDS):
        found.append(recently.new("cd35", [ONE]))
    assert [1, 0, 1] == found


def test_no_more_are_remembered_than_the_most_and_the_oldest_goes_first() -> None:
    recently = RecentlyRefused(Clock(), KEY, most=2)
    names = [(SOURCE, f"e-{number}") for number in range(3)]
    assert [3, 1, 0] == [recently.new("cd35", names), recently.new("cd35", names[:1]), recently.new("cd35", names[2:])]


def test_what_is_remembered_holds_no_name_and_says_nothing_without_the_key() -> None:
    one, other = RecentlyRefused(Clock(), KEY), RecentlyRefused(Clock(), b"o" * 32)
    for recently in (one, other):
        recently.new("cd35", [("urn:hub:cd35:canary", "e-canary")])
    assert set(one._seen).isdisjoint(other._seen)
    assert all(len(tag) == 16 and b"canary" not in tag for tag in one._seen)
