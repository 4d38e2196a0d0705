"""A query in words, so that people see how they were understood: “kẹt xe” và không có “mưa”."""

from index.nodes import And, Between, Fuzzy, IdPrefix, Match, Near, Node, Not, Or, Phrase, Prefix, Variants, Word
from index.periods import ZONE

TITLES = {
    "topic": "Chủ đề",
    "sentiment": "Cảm xúc",
    "intent": "Ý định",
    "urgency": "Mức khẩn cấp",
    "place": "Nơi",
    "agency": "Cơ quan",
    "source": "Nguồn",
    "channel": "Kênh",
    "language": "Ngôn ngữ",
    "flag": "Dấu hiệu",
}


def describe(node: Node) -> str:
    match node:
        case And():
            return " và ".join(map(_grouped, node.nodes))
        case Or():
            return " hoặc ".join(map(_grouped, node.nodes))
        case Not():
            return f"không có {_grouped(node.node)}"
        case Match() | Between() | IdPrefix():
            return _describe_field(node)
        case _:
            return _describe_text(node)


def _grouped(node: Node) -> str:
    return f"({describe(node)})" if isinstance(node, And | Or) else describe(node)


def _describe_text(node: Word | Phrase | Prefix | Fuzzy | Near | Variants) -> str:
    match node:
        case Near():
            order = "đứng trước" if node.ordered else "gần"
            return f"{_grouped(node.left)} {order} {_grouped(node.right)} (cách tối đa {node.distance} tiếng)"
        case Variants():
            return describe(node.typed)
        case Phrase():
            return f"“{' '.join(node.words)}”"
        case _:
            ending = {"prefix": "*", "fuzzy": "~"}.get(node.kind, "")
            return f"“{node.text}{ending}”"


def _describe_field(node: Match | Between | IdPrefix) -> str:
    if isinstance(node, Match):
        return f"{TITLES[node.field].lower()}: {', '.join(node.values)}"
    if isinstance(node, IdPrefix):
        return f"mã {node.text}…"
    since = f"từ {node.since.astimezone(ZONE):%H:%M %d/%m/%Y}" if node.since else ""
    until = f"trước {node.until.astimezone(ZONE):%H:%M %d/%m/%Y}" if node.until else ""
    return " ".join(part for part in (since, until) if part)
