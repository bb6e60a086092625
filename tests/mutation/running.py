"""The tests of a mutant: one pytest session collects, and a process forked from it judges each mutant."""

import gc
import importlib
import json
import mmap
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutation.applying import exchange_code, forget_results, import_afresh, module_name
from tests.mutation.mutants import Mutant
from tests.mutation.watching import Function, Watch

TESTS = ("tests/unit/domain", "tests/contract/test_scenarios.py", "tests/indicators/test_example_year.py")
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "--no-header", "--assert=plain", "-k", "not command")
KILLED, SURVIVED, TIMED_OUT, UNTESTED = "killed", "survived", "timed out", "untested"

# Three times the processor time of its tests is the limit of a mutant, or this much more than their time.
_SECONDS_MORE = 30
_IMPORT_SECONDS = 10  # what importing everything afresh may take
_BYTES = 4 << 30  # a mutant may fill the memory
_EXAMPLES = 30  # of a property: a survivor goes through all of them
# The zone of this machine, while mutants run: neither Paris nor UTC, so that a zone that is left out shows.
_FAR_AWAY = "Pacific/Auckland"
_DEAD, _ALIVE = 1, 0
_KILLERS_FIRST = 3  # of the tests that killed the last mutants of a module: they are asked before the others
_NAME_BYTES = 1000

Told = Callable[[Mutant, str], None]


def judge(mutants: list[Mutant], files: list[str], processes: int, told: Told, tests: Sequence[str] = TESTS) -> int:
    """Run the tests on every mutant and tell the verdict of each. Returns the exit code of the session."""
    settings.register_profile(
        "mutation",
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=_EXAMPLES,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    settings.load_profile("mutation")
    os.environ["TZ"] = _FAR_AWAY
    time.tzset()
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path("build/bytecode").resolve())
    watch = Watch(files)
    watch.start()
    return int(pytest.main([*OPTIONS, *tests], plugins=[_Session(mutants, watch, processes, told)]))


class _Session:
    def __init__(self, mutants: list[Mutant], watch: Watch, processes: int, told: Told) -> None:
        self._mutants = mutants
        self._watch = watch
        self._processes = processes
        self._told = told
        self._readers: dict[str, set[str]] = {}
        self._killers: dict[str, list[str]] = defaultdict(list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        at_import = self._watch.stop()
        _shorten(session.items)
        gc.freeze()
        items = {item.nodeid: item for item in session.items}
        survey = json.loads(_in_a_fork(lambda: _survey(session.items, self._watch)))
        if survey["failed"]:
            raise session.Failed(f"fails without any mutant: {survey['failed']}")
        tests: dict[Function, list[str]] = defaultdict(list)
        for nodeid in sorted(survey["seconds"], key=lambda name: float(survey["seconds"][name])):
            for module, name in survey["functions"][nodeid]:
                tests[module, name].append(nodeid)
        running: dict[int, _Running] = {}
        for mutant in self._mutants:
            while len(running) >= self._processes:
                self._wait(running)
            function = (module_name(mutant.file), mutant.function or "")
            if mutant.function is None or function in at_import:
                near = {name for (module, _), names in tests.items() if module == function[0] for name in names}
                near |= self._read_by(session.items, function[0])
                order = sorted(near or items, key=survey["seconds"].__getitem__)
                if function in at_import:  # what it gave then may be read by tests that run nothing of this module
                    order += sorted(items.keys() - near, key=survey["seconds"].__getitem__)
                limit = _IMPORT_SECONDS + _limit(order, survey["seconds"])
                order = self._killers_first(mutant.file, order)
                killer = mmap.mmap(-1, _NAME_BYTES)
                running[_fork(partial(_judge_afresh, mutant, order, killer), limit)] = mutant, killer
            elif tests[function]:
                chosen = [items[name] for name in self._killers_first(mutant.file, tests[function])]
                limit = _limit(tests[function], survey["seconds"])
                killer = mmap.mmap(-1, _NAME_BYTES)
                running[_fork(partial(_judge_loaded, mutant, chosen, killer), limit)] = mutant, killer
            else:
                self._told(mutant, UNTESTED)
        while running:
            self._wait(running)
        return True

    def _read_by(self, items: Iterable[pytest.Item], module: str) -> set[str]:
        if module not in self._readers:
            self._readers[module] = _readers(items, module)
        return self._readers[module]

    def _killers_first(self, file: str, names: list[str]) -> list[str]:
        """The same tests: what killed the last mutants of the file is likely to kill the next."""
        own = set(names)
        first = [name for name in self._killers[file] if name in own][:_KILLERS_FIRST]
        return list(dict.fromkeys([*sorted(first, key=names.index), *names]))

    def _wait(self, running: dict[int, "_Running"]) -> None:
        process, status = os.wait()
        code = os.waitstatus_to_exitcode(status)
        verdict = SURVIVED if code == _ALIVE else TIMED_OUT if code == -signal.SIGXCPU else KILLED
        mutant, killer = running.pop(process)
        name = killer[:].rstrip(b"\0").decode(errors="ignore")
        if name:
            known = self._killers[mutant.file]
            known[:] = [name, *(other for other in known if other != name)]
        self._told(mutant, verdict)


def _readers(items: Iterable[pytest.Item], module: str) -> set[str]:
    """The tests whose file has taken something from a module by its name: that they read a table, no call shows."""
    own = {
        id(held)
        for held in vars(importlib.import_module(module)).values()
        if held is not None and not isinstance(held, ModuleType) and getattr(held, "__module__", module) == module
    }
    files = {item.nodeid: item.getparent(pytest.Module) for item in items}
    reading = {file for file in files.values() if file and not own.isdisjoint(map(id, vars(file.obj).values()))}
    return {name for name, file in files.items() if file in reading}


_Running = tuple[Mutant, mmap.mmap]
"""What a process judges, and where it writes the name of the test that kills it."""


class _FirstFailure:
    """Ends the process at the first failure: the mutant is dead."""

    def __init__(self, killer: mmap.mmap) -> None:
        self._killer = killer

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
            name = item.nodeid.encode()[:_NAME_BYTES]
            self._killer[: len(name)] = name
            os._exit(_DEAD)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            os._exit(_DEAD)


def _limit(names: Iterable[str], seconds: dict[str, float]) -> int:
    """The seconds of processor time after which a mutant that runs these tests will not end any more."""
    own = sum(seconds[name] for name in names)
    return 3 + int(own + min(2 * own, _SECONDS_MORE))


def _fork(work: Callable[[], int], limit: int) -> int:
    process = os.fork()
    if process:
        return process
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    with suppress(BaseException):  # whatever a mutant does here, it has changed something
        os._exit(work())
    os._exit(_DEAD)


def _judge_loaded(mutant: Mutant, items: Iterable[pytest.Item], killer: mmap.mmap) -> int:
    exchange_code(mutant)
    forget_results()
    config = None
    for item in items:
        if config is None:
            config = item.config
            config.pluginmanager.register(_FirstFailure(killer))
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return _ALIVE


def _judge_afresh(mutant: Mutant, names: list[str], killer: mmap.mmap) -> int:
    import_afresh(mutant)
    place = {name: number for number, name in enumerate(names)}

    class Chosen:
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            items[:] = sorted((item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid])
            _shorten(items)

    # One file after another: what the first ones kill needs no import of the others.
    for file in dict.fromkeys(name.partition("::")[0] for name in names):
        code = pytest.main([*OPTIONS, file], plugins=[_FirstFailure(killer), Chosen()])
        if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:  # none: a name of a test has changed
            return _DEAD
    return _ALIVE


def _shorten(items: Iterable[pytest.Item]) -> None:
    """Let no property test draw more examples than the profile says, whatever its own settings ask for."""
    for item in items:
        test = getattr(item, "obj", None)
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None and own.max_examples > _EXAMPLES:
            vars(test)["_hypothesis_internal_use_settings"] = settings(own, max_examples=_EXAMPLES)


def _survey(items: list[pytest.Item], watch: Watch) -> dict[str, Any]:
    """Run every test once: the seconds of each, the functions that it runs, and whether one fails."""
    functions: dict[str, list[Function]] = {}
    seconds: dict[str, float] = {}
    failed: list[str] = []

    class Failures:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failed.append(report.nodeid)

    for item in items:
        if not seconds:
            item.config.pluginmanager.register(Failures())
        forget_results()
        began = time.process_time()
        watch.start()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        functions[item.nodeid] = sorted(watch.stop())
        seconds[item.nodeid] = time.process_time() - began
    return {"functions": functions, "seconds": seconds, "failed": failed}


def _in_a_fork(work: Callable[[], dict[str, Any]]) -> bytes:
    """What `work` gives, as JSON, from a process of its own: nothing that it leaves behind reaches this one."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.close(reading)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        with suppress(BaseException), os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(work()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(process, 0)
    return told
