"""Which functions of the hub run: while modules are imported and tests collected, and during each test."""

import os
import sys
from types import FrameType

from tests.mutation.applying import module_name

Function = tuple[str, str]
"""A module and the qualified name of one of its functions."""


class Watch:
    """Collects the functions of some files that run while the watch is on."""

    def __init__(self, files: list[str]) -> None:
        self._modules = {os.path.realpath(file): module_name(file) for file in files}
        self.seen: set[Function] = set()

    def start(self) -> None:
        """Begin to watch this thread."""
        sys.settrace(self._note)

    def stop(self) -> set[Function]:
        """End, and give what ran since the last end."""
        sys.settrace(None)
        seen, self.seen = self.seen, set()
        return seen

    def _note(self, frame: FrameType, _event: str, _argument: object) -> None:
        # Called once for each call: it returns nothing that would trace the lines.
        code = frame.f_code
        module = self._modules.get(code.co_filename)
        if module is not None:
            self.seen.add((module, code.co_qualname.partition(".<locals>")[0]))
