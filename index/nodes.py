"""The compiled form of a search text: what was asked, free of syntax and of any engine.

Texts are single syllables in `langnghe.text.canonical` form, lower case, as `index.tokens` cuts them.
Without `exact` a syllable stands for everything that folds alike (`ngap` for `ngập`, `ngáp`, ...); a hit with the
very tones of the query then ranks above the others. The nodes are JSON (`model_dump`), so searches can be saved.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MatchField = Literal[
    "topic", "sentiment", "intent", "urgency", "place", "agency", "source", "channel", "language", "flag"
]


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
    """Syllables that differ, once folded, by at most `distance` letters (swapped neighbours count as one)."""

    kind: Literal["fuzzy"] = "fuzzy"
    text: str
    distance: int = Field(default=1, ge=1, le=2)


class Near(_Frozen):
    """Both sides, apart, with at most `distance` syllables in between."""

    kind: Literal["near"] = "near"
    left: "Node"
    right: "Node"
    """Either side is made of words, phrases, prefixes, fuzzy syllables, and their alternatives."""
    distance: int = Field(ge=0)
    ordered: bool = False


class Variants(_Frozen):
    """What was typed, or another spelling of it that was added on the way (teencode); the user may drop the latter."""

    kind: Literal["variants"] = "variants"
    typed: "Node"
    added: tuple["Node", ...]


class And(_Frozen):
    kind: Literal["and"] = "and"
    nodes: tuple["Node", ...]


class Or(_Frozen):
    kind: Literal["or"] = "or"
    nodes: tuple["Node", ...]


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
    text: str


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
