"""The query language. What a person types becomes a typed query, or a QueryError that says in Vietnamese what is wrong
and where; nothing else is ever raised.

    ngập nước            both words, in any order; a word of several syllables is a phrase; tones may be left out
    =ngập  ="hòa bình"   these very tones
    "kẹt xe"             a phrase
    ngập -rác   NOT KHÔNG     AND VÀ   OR HOẶC   ( )
    ngập NEAR/5 rác      at most 5 syllables in between (GẦN/5); ngập BEFORE/5 rác in this order (TRƯỚC/5)
    ngậ*   nghập~        beginning so; one letter wrong
    chu_de:"giao thông"  cam_xuc: y_dinh: khan_cap: noi: co_quan: nguon: kenh: ngon_ngu: tu: den: ma:
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from lark import Token, v_args
from lark.exceptions import VisitError
from lark.visitors import Transformer_NonRecursive

from index.base import MentionQuery
from index.context import QueryContext
from index.nodes import (
    MAX_DISTANCE,
    MAX_READINGS,
    And,
    Fuzzy,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Variants,
    Word,
    children,
    is_textual,
    n_readings,
    wanted_leaves,
)
from index.query_fields import field_node
from index.query_grammar import parse_tree
from index.tokens import syllables
from langnghe.errors import QueryError

MAX_CHARS = 2_000
MAX_SYLLABLES = 200
MIN_PREFIX = 2
MIN_PREFIX_NEAR = 3
"""Shorter ones stand for too many syllables to look at the surroundings of each."""
MIN_FUZZY = 3
DEFAULT_DISTANCE = 5
_QUOTES = str.maketrans("“”„«»", '"""""')
_NOISE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Expansion:
    """A spelling that was searched along with what was typed; a chip that the user may remove."""

    typed: str
    added: str


def parse_query(text: str, context: QueryContext, *, without: Collection[str] = ()) -> MentionQuery:
    """The query of a text, with empty filters; `without` names the `Expansion.added` that the user removed.

    Raises QueryError, whose `position` is an offset into `text`.
    """
    plain = _NOISE.sub(" ", unicodedata.normalize("NFC", text).translate(_QUOTES))
    try:
        return MentionQuery(text=_parse(plain, context, frozenset(without)))
    except QueryError as error:
        raise QueryError(str(error), _original_position(text, plain, error.position)) from error


def expansions(query: MentionQuery) -> list[Expansion]:
    return list(_expansions(query.text)) if query.text is not None else []


def _parse(text: str, context: QueryContext, without: frozenset[str]) -> Node | None:
    if len(text) > MAX_CHARS:
        raise QueryError(f"Câu tìm dài quá {MAX_CHARS} ký tự; hãy rút ngắn", MAX_CHARS)
    if len(syllables(text)) > MAX_SYLLABLES:
        raise QueryError(f"Câu tìm có quá {MAX_SYLLABLES} tiếng; hãy rút ngắn", 0)
    tree = parse_tree(text, context)
    if tree is None:
        if text.strip():
            raise QueryError("Không có từ nào để tìm", 0)
        return None
    try:
        built: Node = _Builder(context, without).transform(tree)
    except VisitError as error:
        raise error.orig_exc from error
    return built


@v_args(inline=True)
class _Builder(Transformer_NonRecursive[Token, Node]):
    def __init__(self, context: QueryContext, without: frozenset[str]) -> None:
        super().__init__()
        self._context = context
        self._without = without

    def start(self, node: Node) -> Node:
        return node

    def any(self, *nodes: Node) -> Node:
        return Or(nodes=tuple(_flat(Or, nodes)))

    def all(self, *nodes: Node) -> Node:
        return And(nodes=tuple(_flat(And, nodes)))

    def negation(self, node: Node) -> Node:
        return node.node if isinstance(node, Not) else Not(node=node)

    def nearness(self, *parts: Any) -> Node:
        """`a NEAR b NEAR c` asks for both: a near b, and b near c."""
        steps = zip(parts[::2], parts[1::2], parts[2::2], strict=False)
        nears = [_near(left, operator, right) for left, operator, right in steps]
        return nears[0] if len(nears) == 1 else And(nodes=tuple(nears))

    def condition(self, name: Token, value: Token) -> Node:
        return field_node(name[:-1], value.strip('"'), self._context, name.start_pos or 0)

    def term(self, *tokens: Token) -> Node:
        exact = len(tokens) > 1
        typed = _words(syllables(tokens[-1]), tokens[-1], exact)
        return typed if exact else self._expanded(typed)

    def quoted(self, *tokens: Token) -> Node:
        return _words(syllables(tokens[-1]), tokens[-1], exact=len(tokens) > 1)

    def prefix(self, *tokens: Token) -> Node:
        return Prefix(text=_one_syllable(tokens[-1], MIN_PREFIX), exact=len(tokens) > 1)

    def fuzzy(self, token: Token) -> Node:
        return Fuzzy(text=_one_syllable(token, MIN_FUZZY))

    def _expanded(self, typed: Word | Phrase) -> Node:
        spelt = _text(typed)
        others = dict.fromkeys(tuple(syllables(other)) for other in self._context.expand_teencode(spelt))
        kept = [words for words in others if words and " ".join(words) not in self._without | {spelt}]
        if not kept:
            return typed
        return Variants(typed=typed, added=tuple(_node(words, exact=False) for words in kept))


def _flat(kind: type[And] | type[Or], nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, And | Or) and isinstance(node, kind):
            yield from node.nodes
        else:
            yield node


def _near(left: Node, operator: Token, right: Node) -> Near:
    name, _, digits = operator.partition("/")
    distance = int(digits[:9] or DEFAULT_DISTANCE)
    position = operator.start_pos or 0
    if distance > MAX_DISTANCE:
        raise QueryError(f"Khoảng cách của {name} tối đa là {MAX_DISTANCE}", position)
    if not (is_textual(left) and is_textual(right)):
        raise QueryError(f"{name} chỉ nối các từ và cụm từ; hãy để cụm từ trong ngoặc kép", position)
    if any(
        isinstance(leaf, Prefix) and len(leaf.text) < MIN_PREFIX_NEAR
        for leaf in (*wanted_leaves(left), *wanted_leaves(right))
    ):
        raise QueryError(f"Trong phép {name}, trước dấu * cần ít nhất {MIN_PREFIX_NEAR} chữ", position)
    near = Near(left=left, right=right, distance=distance, ordered=name in {"BEFORE", "TRƯỚC"})
    if n_readings(near) > MAX_READINGS:
        raise QueryError(f"Phép {name} này quá rộng; hãy bớt từ thay thế hoặc giảm khoảng cách", position)
    return near


def _words(words: list[str], token: Token, exact: bool) -> Word | Phrase:
    if not words:
        raise QueryError(f"Không có từ nào trong {token}", token.start_pos or 0)
    return _node(tuple(words), exact)


def _node(words: tuple[str, ...], exact: bool) -> Word | Phrase:
    return Word(text=words[0], exact=exact) if len(words) == 1 else Phrase(words=words, exact=exact)


def _one_syllable(token: Token, min_letters: int) -> str:
    mark = token[-1]
    found = syllables(token[:-1])
    if len(found) != 1 or len(found[0]) < min_letters:
        raise QueryError(f"Dấu {mark} cần đứng sau một tiếng có ít nhất {min_letters} chữ", token.start_pos or 0)
    return found[0]


def _text(node: Word | Phrase) -> str:
    return node.text if isinstance(node, Word) else " ".join(node.words)


def _expansions(node: Node) -> Iterator[Expansion]:
    if isinstance(node, Variants) and isinstance(node.typed, Word | Phrase):
        for added in node.added:
            if isinstance(added, Word | Phrase):
                yield Expansion(_text(node.typed), _text(added))
    for child in children(node):
        yield from _expansions(child)


def _original_position(text: str, plain: str, position: int) -> int:
    """NFC may be shorter than what was typed."""
    if len(text) == len(plain):
        return position
    lengths = (i for i in range(len(text) + 1) if len(unicodedata.normalize("NFC", text[:i])) >= position)
    return next(lengths, len(text))
