"""The mutants of a module: mutmut's operators, applied to every line of it and not to function bodies alone."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

# What a call of these says is for type checkers and readers, or cannot be told from outside.
_CALLS_LEFT_OUT = {"len", "isinstance", "TypeVar", "NamedTuple"}
_NAMES_LEFT_OUT = {"__slots__", "__all__"}
# A closed list is data: what its members are called is compared with the schemas, and their labels are texts.
_CLOSED_LISTS = {"Enum", "StrEnum", "Labelled"}
# Two words with a space between them. With small letters, a person reads them: « URGENCE DEFINIE » is a code.
_WORDS = re.compile(r"\w[’'.,:;!?»)…]*\s[«(]?\s?\w")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file: the bytes from `start` to `end` become `new`.

    `function` is the qualified name of the outermost function whose body holds the change; None for anything that is
    evaluated when the module is imported.
    """

    file: str
    start: int
    end: int
    new: str
    line: int
    function: str | None

    @property
    def source(self) -> str:
        """The whole module with the change in it."""
        before = _bytes(self.file)
        return (before[: self.start] + self.new.encode() + before[self.end :]).decode()

    @property
    def change(self) -> str:
        """The first line that changes, as it was and as it becomes: for people, and to know the mutant again."""
        old, new = (text.splitlines() for text in (_bytes(self.file).decode(), self.source))
        pairs = ((was.strip(), becomes.strip()) for was, becomes in zip(old, new, strict=False) if was != becomes)
        return "  ->  ".join(next(pairs, ("", "")))


@lru_cache(maxsize=64)
def _bytes(file: str) -> bytes:
    return Path(file).read_bytes()


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (ByteSpanPositionProvider, PositionProvider)

    def __init__(self, file: str, module: cst.Module) -> None:
        super().__init__()
        self._file = file
        self._module = module
        self._names: list[str] = []
        self._in_function = False
        self._read_by_code: set[cst.CSTNode] = set()
        self._sentences: set[cst.CSTNode] = set()
        self.found: list[Mutant] = []
        self.spellings = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        self._read_by_code.update(_read_by_code(node))
        if isinstance(node, cst.BaseString) and node not in self._read_by_code and is_sentence(_text(node)):
            self._sentences.update(_pieces(node))
        if isinstance(node, cst.ClassDef) and not self._in_function:
            self._names.append(node.name.value)
        if _is_left_out(node):
            return False
        if isinstance(node, cst.FunctionDef) and not self._in_function:
            self._visit_function(node)
            return False
        self._mutate(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef) and not self._in_function:
            self._names.pop()

    def _visit_function(self, node: cst.FunctionDef) -> None:
        node.params.visit(self)
        self._names.append(node.name.value)
        self._in_function = True
        node.body.visit(self)
        self._in_function = False
        self._names.pop()

    def _mutate(self, node: cst.CSTNode) -> None:
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                for mutated in operator(node):
                    if node in self._sentences:
                        self.spellings += 1
                    else:
                        self._add(node, self._module.code_for_node(mutated))

    def _add(self, node: cst.CSTNode, new: str) -> None:
        span = self.get_metadata(ByteSpanPositionProvider, node)
        line = self.get_metadata(PositionProvider, node).start.line
        function = ".".join(self._names) if self._in_function else None
        mutant = Mutant(self._file, span.start, span.start + span.length, new, line, function)
        try:
            ast.parse(mutant.source)
        except SyntaxError:
            return
        self.found.append(mutant)


def _is_left_out(node: cst.CSTNode) -> bool:
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Import() | cst.ImportFrom():
            return True
        case cst.ClassDef(bases=[cst.Arg(value=cst.Name(value=name))]):
            return name in _CLOSED_LISTS
        case cst.Call(func=cst.Name(value=name)):
            return name in _CALLS_LEFT_OUT
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name in _NAMES_LEFT_OUT
    return False


def is_sentence(text: str) -> bool:
    """Whether a text is prose: two words or more, not all in capitals."""
    return _WORDS.search(text) is not None and any(letter.islower() for letter in text)


def _read_by_code(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The texts in this node that code compares or searches: a key, a member of a set, a pattern."""
    match node:
        case cst.DictElement(key=key):
            return [key]
        case cst.Set(elements=elements):
            return [element.value for element in elements]
        case cst.Comparison(left=left, comparisons=others):
            return [left, *(other.comparator for other in others)]
        case cst.Call(func=cst.Attribute(value=cst.Name(value="re")), args=given):
            return [argument.value for argument in given]
    return []


def _pieces(node: cst.BaseString) -> list[cst.BaseString]:
    """A text and, where it is written in several pieces, each of them."""
    if isinstance(node, cst.ConcatenatedString):
        return [node, *_pieces(node.left), *_pieces(node.right)]
    return [node]


def _text(node: cst.BaseString) -> str:
    match node:
        case cst.ConcatenatedString(left=left, right=right):
            return _text(left) + _text(right)
        case cst.FormattedString(parts=parts):
            return "".join(part.value if isinstance(part, cst.FormattedStringText) else "…" for part in parts)
        case cst.SimpleString():
            return str(node.evaluated_value)
    return ""


@lru_cache(maxsize=64)
def _found(file: str) -> _Finder:
    wrapper = MetadataWrapper(cst.parse_module(_bytes(file)))
    finder = _Finder(file, wrapper.module)
    wrapper.visit(finder)
    return finder


def mutants_of(file: str) -> Iterator[Mutant]:
    """Every mutant of a file that is valid Python, in the order of its lines; sentences keep their spelling."""
    yield from sorted(_found(file).found, key=lambda mutant: (mutant.start, mutant.end))


def spellings_of(file: str) -> int:
    """How many changes of a file were left out, because they only spell a sentence otherwise."""
    return _found(file).spellings
