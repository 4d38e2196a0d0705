"""The grammar of the query language, and its tokens with runs of plain words cut into Vietnamese words."""

from collections.abc import Iterator
from functools import cache

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedToken

from index.context import QueryContext
from index.query_fields import FIELDS
from index.tokens import syllables
from langnghe.errors import QueryError
from langnghe.text import fold

MAX_DEPTH = 30
_END = r'(?![^\s"()])'
_GRAMMAR = rf"""
start: any
?any: all (_OR all)*
?all: negated (_AND? negated)*
?negated: (_NOT | _MINUS) negated      -> negation
        | near
?near: atom
     | atom (NEAR atom)+               -> nearness
?atom: _OPEN any _CLOSE
     | FIELD (TERM | QUOTED)           -> condition
     | EQUALS? TERM                    -> term
     | EQUALS? QUOTED                  -> quoted
     | EQUALS? PREFIX                  -> prefix
     | FUZZY                           -> fuzzy

_OPEN: "("
_CLOSE: ")"
_AND.9: /(?:AND|VÀ){_END}/
_OR.9: /(?:OR|HOẶC){_END}/
_NOT.9: /(?:NOT|KHÔNG){_END}/
NEAR.9: /(?:NEAR(?:\/\d+)?|(?:GẦN|BEFORE|TRƯỚC)\/\d+){_END}/
_MINUS.8: /(?<![^\s(])-(?=[\w"(=])/
EQUALS.8: /=(?=[\w"])/
FIELD.8: /[^\W\d]\w+:(?=[\w"])/
QUOTED.7: /"[^"]*"/
PREFIX.6: /[^\s"()*~]+\*/
FUZZY.6: /[^\s"()*~]+~/
TERM.5: /[^\s"()*~]+/
%ignore /\s+/
"""
_STRAY = {
    '"': "Thiếu dấu ngoặc kép đóng",
    "*": "Dấu * phải viết liền sau một tiếng, như ngập*",
    "~": "Dấu ~ phải viết liền sau một tiếng, như nghập~",
}
_JOINS = ("_AND", "_OR", "NEAR")
_WANTS_MORE = (*_JOINS, "_NOT", "_MINUS", "EQUALS", "FIELD")


def parse_tree(text: str, context: QueryContext) -> Tree[Token] | None:
    """None for a text without any word or condition. Raises QueryError."""
    parser = _parser().parse_interactive()
    opened: list[Token] = []
    before: Token | None = None
    for token in _tokens(text, context):
        if token.type == "_OPEN":
            opened.append(token)
            if len(opened) > MAX_DEPTH:
                raise QueryError(f"Quá nhiều ngoặc lồng nhau (tối đa {MAX_DEPTH})", _at(token))
        try:
            parser.feed_token(token)
        except UnexpectedToken as error:
            raise _unexpected(before, token) from error
        if token.type == "_CLOSE":
            opened.pop()
        before = token
    if before is None:
        return None
    try:
        return parser.feed_eof(before)  # type: ignore[no-any-return, no-untyped-call]
    except UnexpectedToken as error:
        raise _unfinished(before, opened) from error


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic")


def _tokens(text: str, context: QueryContext) -> Iterator[Token]:
    run: list[Token] = []
    taken = False
    for token in _lexed(text):
        if token.type == "TERM" and _is_field(token):
            token = token.update(type="FIELD")  # noqa: PLW2901
        if token.type == "TERM" and not taken:
            run.append(token)
            continue
        yield from _words(text, run, context)
        run = []
        taken = token.type in {"FIELD", "EQUALS"}
        yield token
    yield from _words(text, run, context)


def _lexed(text: str) -> Iterator[Token]:
    try:
        yield from _parser().lex(text)
    except UnexpectedCharacters as error:
        position = error.pos_in_stream or 0
        raise QueryError(_STRAY[text[position]], position) from error


def _is_field(token: Token) -> bool:
    """`noi: Quận 7`, with a space: a condition all the same, but only for the names we know."""
    return token.value.endswith(":") and fold(token.value[:-1]) in FIELDS


def _words(text: str, run: list[Token], context: QueryContext) -> Iterator[Token]:
    """Plain terms side by side, joined where the segmenter sees one word; bare punctuation is dropped."""
    terms = [(token, len(syllables(token.value))) for token in run]
    terms = [(token, n) for token, n in terms if n]
    if not terms:
        return
    start, end = _at(terms[0][0]), terms[-1][0].end_pos
    ends = _word_ends(text[start:end], context)
    passed, first = 0, 0
    for i, (token, n) in enumerate(terms):
        passed += n
        if passed in ends or i == len(terms) - 1:
            opening = terms[first][0]
            yield opening.update(value=text[_at(opening) : token.end_pos])
            first = i + 1


def _word_ends(text: str, context: QueryContext) -> set[int]:
    """After how many syllables a word ends; after each one if the segmenter lost any."""
    words = [syllables(word) for word in context.segment(text)]
    whole = syllables(text)
    if [syllable for word in words for syllable in word] != whole:
        return set(range(len(whole) + 1))
    ends, passed = set(), 0
    for word in words:
        passed += len(word)
        ends.add(passed)
    return ends


def _unexpected(before: Token | None, token: Token) -> QueryError:
    if before is not None and before.type in _WANTS_MORE and token.type not in {"_NOT", "_MINUS"}:
        return _missing_after(before)
    if before is not None and before.type == "NEAR":
        return QueryError(f"{before} chỉ nối các từ và cụm từ, không nối với phép loại trừ", _at(token))
    if token.type in _JOINS:
        return QueryError(f"Thiếu từ khóa trước {token}", _at(token))
    if token.type == "_CLOSE":
        message = (
            "Trong ngoặc không có từ nào" if before is not None and before.type == "_OPEN" else "Thừa dấu ngoặc đóng"
        )
        return QueryError(message, _at(token))
    return QueryError(f"Không hiểu “{token}” ở chỗ này", _at(token))


def _unfinished(before: Token, opened: list[Token]) -> QueryError:
    if before.type in _WANTS_MORE:
        return _missing_after(before)
    return QueryError("Thiếu dấu ngoặc đóng", _at(opened[-1]) if opened else before.end_pos or 0)


def _missing_after(token: Token) -> QueryError:
    thing = "giá trị" if token.type == "FIELD" else "từ khóa"
    return QueryError(f"Thiếu {thing} sau {token}", _at(token))


def _at(token: Token) -> int:
    return token.start_pos or 0
