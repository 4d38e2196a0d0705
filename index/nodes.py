"""The compiled form of a search text: what was asked, free of syntax and of any engine.

Texts are single syllables in `langnghe.text.canonical` form, lower case, as `index.tokens` cuts them.
Without `exact` a syllable stands for everything that folds alike (`ngap` for `ngập`, `ngáp`, ...); a hit with the
very tones of the query then ranks above the others. The nodes are JSON (`model_dump`), so searches can be saved.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from langnghe.text import fold

MatchField = Literal[
    "topic", "sentiment", "intent", "urgency", "place", "agency", "source", "channel", "language", "flag"
]
MAX_DISTANCE = 20
MAX_READINGS = 1000


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Word(_Frozen):
    kind: Literal["word"] = "word"
    text: str
    exact: bool = False


class Phrase(_Frozen):
    """Syllables one right behind the other."""

    kind: Literal["phrase"] = "phrase"
    words: tuple[str, ...] = Field(min_length=1)
    exact: bool = False


class Prefix(_Frozen):
    """Syllables that begin so."""

    kind: Literal["prefix"] = "prefix"
    text: str
    exact: bool = False


class Fuzzy(_Frozen):
    """Syllables that are the same but for one letter, once folded: one more, one less, another, or two swapped."""

    kind: Literal["fuzzy"] = "fuzzy"
    text: str


class Near(_Frozen):
    """Both sides, apart, with at most `distance` syllables in between."""

    kind: Literal["near"] = "near"
    left: "Node"
    right: "Node"
    """Either side is made of words, phrases, prefixes, fuzzy syllables, and their alternatives."""
    distance: int = Field(ge=0, le=MAX_DISTANCE)
    ordered: bool = False

    @model_validator(mode="after")
    def _joins_texts(self) -> "Near":
        if not (is_textual(self.left) and is_textual(self.right)):
            raise ValueError("NEAR joins words and phrases only")
        return self


class Variants(_Frozen):
    """What was typed, or another spelling of it that was added on the way (teencode); the user may drop the latter."""

    kind: Literal["variants"] = "variants"
    typed: "Node"
    added: tuple["Node", ...]


class And(_Frozen):
    kind: Literal["and"] = "and"
    nodes: tuple["Node", ...] = Field(min_length=1)


class Or(_Frozen):
    kind: Literal["or"] = "or"
    nodes: tuple["Node", ...] = Field(min_length=1)


class Not(_Frozen):
    kind: Literal["not"] = "not"
    node: "Node"


class Match(_Frozen):
    """A field has one of the values."""

    kind: Literal["match"] = "match"
    field: MatchField
    values: tuple[str, ...]


class IdPrefix(_Frozen):
    """The mention's id begins so."""

    kind: Literal["id_prefix"] = "id_prefix"
    text: str = Field(pattern="^[0-9a-f]+$")


class Between(_Frozen):
    """Published at or after `since` and before `until`; both aware."""

    kind: Literal["between"] = "between"
    since: datetime | None = None
    until: datetime | None = None


Node = Annotated[
    Word | Phrase | Prefix | Fuzzy | Near | Variants | And | Or | Not | Match | IdPrefix | Between,
    Field(discriminator="kind"),
]
TextLeaf = Word | Phrase | Prefix | Fuzzy | Near
"""The nodes that look at the text and that a highlight can show."""

for _model in (Near, Variants, And, Or, Not):
    _model.model_rebuild()


def is_toned(leaf: Word | Phrase | Prefix | Fuzzy) -> bool:
    """Whether the tones of a leaf tell more than its letters; without any, all spellings are equal."""
    words = leaf.words if isinstance(leaf, Phrase) else (leaf.text,)
    return any(fold(word) != word for word in words)


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case And() | Or():
            return node.nodes
        case Not():
            return (node.node,)
        case Near():
            return (node.left, node.right)
        case Variants():
            return (node.typed, *node.added)
        case _:
            return ()


def wanted_leaves(node: Node) -> Iterator[TextLeaf]:
    """The text leaves a hit may be shown for: those under NOT are left out; NEAR counts as one leaf."""
    match node:
        case Word() | Phrase() | Prefix() | Fuzzy() | Near():
            yield node
        case Not():
            return
        case _:
            for child in children(node):
                yield from wanted_leaves(child)


def is_textual(node: Node) -> bool:
    """Whether a node is at home at one place of a text, so that NEAR may join it."""
    if isinstance(node, Or | Variants):
        return all(map(is_textual, children(node)))
    return isinstance(node, Word | Phrase | Prefix | Fuzzy)


def has_words(node: Node) -> bool:
    """Whether there is anything that one hit can match better than another."""
    return next(wanted_leaves(node), None) is not None


def n_readings(node: Node) -> int:
    """In how many ways the words of a text leaf can stand; more than `MAX_READINGS` would take too long."""
    match node:
        case Near():
            orders = 1 if node.ordered else 2
            return n_readings(node.left) * n_readings(node.right) * (node.distance + 1) * orders
        case Or() | Variants():
            return sum(map(n_readings, children(node)))
        case _:
            return 1
