"""“Vì sao khớp”: what in a mention answered the query, in Vietnamese, for people who wonder at a hit."""

from collections.abc import Callable, Iterator

from index.base import Filters, MentionQuery
from index.describe import TITLES, describe
from index.document import field_values
from index.highlight import Found, find
from index.nodes import Between, Fuzzy, IdPrefix, Match, Near, Node, Not, Phrase, Prefix, Variants, Word, children
from index.periods import ZONE
from index.tokens import Tokens, tokenise
from langnghe.records import Mention

_MAX_SHOWN = 3


def _code(_: str, code: str) -> str:
    return code


def explain(query: MentionQuery, mention: Mention, *, name: Callable[[str, str], str] = _code) -> list[str]:
    """One line a reason, in the query's order. `mention` is a hit's; `name` gives a field's code a name to show."""
    reasons = _Reasons(mention, name)
    lines = list(reasons.of_node(query.text)) if query.text is not None else []
    return list(dict.fromkeys([*lines, *reasons.of_filters(query.filters)]))


class _Reasons:
    def __init__(self, mention: Mention, name: Callable[[str, str], str]) -> None:
        self._mention = mention
        self._text = mention.full_text
        self._tokens: Tokens = tokenise(self._text)
        self._values = field_values(mention)
        self._name = name

    def of_node(self, node: Node) -> Iterator[str]:
        match node:
            case Word() | Phrase():
                yield from self._of_words(node)
            case Prefix() | Fuzzy() | Near():
                if found := find(node, self._tokens):
                    yield f"Có {self._quoted(found)}, khớp với {describe(node)}"
            case Variants():
                yield from self._of_variants(node)
            case Match():
                yield from self._of_values(node.field, node.values)
            case Between():
                yield from self._of_period(node)
            case IdPrefix():
                if self._mention.id.startswith(node.text):
                    yield f"Mã bắt đầu bằng {node.text}"
            case Not():
                return
            case _:
                for child in children(node):
                    yield from self.of_node(child)

    def of_filters(self, filters: Filters) -> Iterator[str]:
        for field in TITLES:
            if values := getattr(filters, field, ()):
                yield from self._of_values(field, values)
        yield from self._of_period(Between(since=filters.since, until=filters.until))

    def _of_words(self, leaf: Word | Phrase) -> Iterator[str]:
        found = find(leaf, self._tokens)
        exact = find(leaf.model_copy(update={"exact": True}), self._tokens)
        if exact:
            times = f", {len(exact)} lần" if len(exact) > 1 else ""
            yield f"Có {self._quoted(exact)} đúng từng dấu{times}"
        elif found:
            yield f"Có {self._quoted(found)}, viết khác dấu với {describe(leaf)}"

    def _of_variants(self, node: Variants) -> Iterator[str]:
        yield from self.of_node(node.typed)
        for added in node.added:
            if found := find(added, self._tokens):
                yield f"Có {self._quoted(found)}, một cách viết khác của {describe(node.typed)}"

    def _of_values(self, field: str, values: tuple[str, ...]) -> Iterator[str]:
        if shared := [value for value in self._values[field] if value in values]:
            yield f"{TITLES[field]}: {', '.join(self._name(field, value) for value in shared)}"

    def _of_period(self, period: Between) -> Iterator[str]:
        at = self._mention.published_at
        late_enough = period.since is None or at >= period.since
        early_enough = period.until is None or at < period.until
        if (period.since or period.until) and late_enough and early_enough:
            yield f"Đăng lúc {at.astimezone(ZONE):%H:%M %d/%m/%Y}"

    def _quoted(self, found: list[Found]) -> str:
        spans = self._tokens.spans
        written = dict.fromkeys(
            " … ".join(self._text[spans[start][0] : spans[end - 1][1]] for start, end in place.parts) for place in found
        )
        shown = ", ".join(f"“{text}”" for text in list(written)[:_MAX_SHOWN])
        return f"{shown}…" if len(written) > _MAX_SHOWN else shown
