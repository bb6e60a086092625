"""The room on the disk is looked at before anything starts."""

import shutil
from pathlib import Path

import pytest

from hub.embedded.engine import check_room
from hub.errors import StartError


def test_a_disk_that_is_nearly_full_is_told_before_anything_starts(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free // 2**20
    check_room(tmp_path, free // 2)
    with pytest.raises(StartError, match=r"MiB left; .* are needed to start") as caught:
        check_room(tmp_path, free * 2)
    assert str(tmp_path) in caught.value.message
    assert "Free some room" in caught.value.way_out
