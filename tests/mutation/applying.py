"""How a mutant comes to life in a forked process: a function's code is exchanged, or everything is imported afresh."""

import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutation.mutants import Mutant

ROOMS = ("hub", "tests")


def module_name(file: str) -> str:
    """The module of a file, named from the root of the repository."""
    return ".".join(Path(file).with_suffix("").parts)


def forget_results() -> None:
    """Empty every `lru_cache` of the hub, so that nothing answers what was worked out before."""
    for name, module in list(sys.modules.items()):
        if name.startswith("hub."):
            for held in list(vars(module).values()):
                if hasattr(held, "cache_clear"):
                    held.cache_clear()


def exchange_code(mutant: Mutant) -> None:
    """Give a function of a loaded module the code of the mutant."""
    function = _function(sys.modules[module_name(mutant.file)], str(mutant.function))
    code: CodeType = compile(mutant.source, str(Path(mutant.file).resolve()), "exec")
    for name in str(mutant.function).split("."):
        code = _code_in(code, name, function.__code__.co_firstlineno)
    function.__code__ = code


def _function(module: ModuleType, name: str) -> FunctionType:
    held: Any = module
    for part in name.split("."):
        held = inspect.getattr_static(held, part)
    if isinstance(held, property):
        held = held.fget
    while not isinstance(held, FunctionType):
        held = held.__func__ if hasattr(held, "__func__") else held.__wrapped__
    return held


def _code_in(code: CodeType, name: str, line: int) -> CodeType:
    found = [held for held in code.co_consts if isinstance(held, CodeType) and held.co_name == name]
    return next((held for held in found if held.co_firstlineno == line), found[0])


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):  # type: ignore[misc]  # typeshed, not us
    """Finds one module, and loads it with the mutant's source."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = module_name(mutant.file)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._mutant.file, loader=self)

    def get_filename(self, fullname: str) -> str:
        del fullname
        return str(Path(self._mutant.file).resolve())

    def get_data(self, path: str) -> bytes:
        del path
        return self._mutant.source.encode()


def import_afresh(mutant: Mutant) -> None:
    """Forget the hub and its tests, and let the next import read the mutant."""
    for name in list(sys.modules):
        if name.split(".")[0] in ROOMS and not name.startswith("tests.mutation"):
            del sys.modules[name]
    sys.meta_path.insert(0, _Mutated(mutant))
