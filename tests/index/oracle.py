"""Random mentions and queries of every operator, and what a query should find, by looking at each mention in turn."""

import random
from datetime import timedelta

from index.base import Filters, MentionQuery
from index.document import field_values
from index.highlight import find
from index.nodes import And, Between, Fuzzy, IdPrefix, Match, Near, Node, Not, Or, Phrase, Prefix, Variants, Word
from index.tokens import tokenise
from langnghe.records import Channel, Flag, Mention
from tests.index.samples import NOON, build_mention

SYLLABLES = (
    *("ngập", "ngáp", "ngap", "nghập", "đường", "duong", "dường", "phố", "pho", "rác", "rạc"),
    *("nước", "nuoc", "kẹt", "xe", "hoà", "hòa", "mưa", "ko", "không", "q", "7"),
)
TOPICS = ("flooding", "traffic", "environment", "other")
SENTIMENTS = ("negative", "neutral", "positive")
PLACES = ("d:778", "o:1", "o:2", "n:1", "n:2")


def random_mention(chance: random.Random, i: int) -> Mention:
    words = chance.choices(SYLLABLES, k=chance.randint(0, 14))
    return build_mention(
        " ".join(word + chance.choice(["", "", ",", ".", "!"]) for word in words),
        name=str(i),
        title=chance.choice([None, "Tin nóng", "Đường phố"]),
        topics=tuple(chance.sample(TOPICS, k=chance.randint(1, 3))),
        sentiment=chance.choice(SENTIMENTS),
        intent=chance.choice(["report", "spam", "news"]),
        places=tuple(chance.sample(PLACES, k=chance.randint(0, 2))),
        agencies=tuple(chance.sample(["evn", "sawaco"], k=chance.randint(0, 1))),
        channel=chance.choice([Channel.NEWS, Channel.ZALO, Channel.FORUM]),
        flags=chance.choice([(), (), (Flag.GAMBLING_SEO,), (Flag.NO_COPY_NOTICE,)]),
        published_at=NOON + timedelta(hours=chance.randint(-500, 500), milliseconds=chance.randint(0, 3)),
        published_confidence=chance.choice([0.0, 0.4, 0.5, 1.0]),
        cluster_id=chance.choice([None, "một", "hai"]),
    )


def random_query(chance: random.Random) -> MentionQuery:
    text = random_node(chance, 3) if chance.random() < 0.9 else None
    filters = random_filters(chance) if chance.random() < 0.5 else Filters()
    return MentionQuery(text=text, filters=filters)


def random_node(chance: random.Random, depth: int) -> Node:
    if depth == 0 or chance.random() < 0.4:
        return random_field(chance) if chance.random() < 0.25 else random_leaf(chance, near=True)
    parts = tuple(random_node(chance, depth - 1) for _ in range(chance.randint(1, 3)))
    combined: list[Node] = [And(nodes=parts), And(nodes=parts), Or(nodes=parts), Not(node=parts[0])]
    return chance.choice(combined)


def random_leaf(chance: random.Random, *, near: bool) -> Node:
    word, exact = chance.choice(SYLLABLES), chance.random() < 0.3
    leaves: list[Node] = [
        Word(text=word, exact=exact),
        Phrase(words=tuple(chance.choices(SYLLABLES, k=chance.randint(1, 3))), exact=exact),
        Prefix(text=word[: chance.randint(1, 4)], exact=exact),
        Fuzzy(text=word + chance.choice(["", "h", "x"])),
        Variants(typed=Word(text=word), added=(Word(text=chance.choice(SYLLABLES)),)),
    ]
    if near:
        sides = random_leaf(chance, near=False), random_leaf(chance, near=False)
        distance, ordered = chance.randint(0, 4), chance.random() < 0.5
        nearness = Near(left=sides[0], right=sides[1], distance=distance, ordered=ordered)
        leaves += [nearness, nearness]
    return chance.choice(leaves)


def random_field(chance: random.Random) -> Node:
    moment = NOON + timedelta(hours=chance.randint(-600, 600))
    fields: list[Node] = [
        Match(field="topic", values=tuple(chance.sample(TOPICS, k=2))),
        Match(field="place", values=(chance.choice(PLACES),)),
        Match(field="flag", values=("gambling_seo",)),
        Between(since=moment),
        Between(since=moment - timedelta(days=9), until=moment),
        IdPrefix(text=chance.choice("0123456789abcdef")),
    ]
    return chance.choice(fields)


def random_filters(chance: random.Random) -> Filters:
    some: dict[str, object] = {
        "since": NOON - timedelta(hours=chance.randint(0, 500)),
        "until": NOON + timedelta(hours=chance.randint(0, 500), milliseconds=1),
        "topic": tuple(chance.sample(TOPICS, k=2)),
        "sentiment": (chance.choice(SENTIMENTS),),
        "intent": ("report", "news"),
        "place": tuple(chance.sample(PLACES, k=2)),
        "agency": ("evn",),
        "channel": ("zalo", "forum"),
        "cluster": "một",
        "without_copies": True,
        "without_spam": True,
        "sure_dates": True,
    }
    return Filters.model_validate({name: some[name] for name in chance.sample(sorted(some), k=chance.randint(1, 3))})


def matches(query: MentionQuery, mention: Mention) -> bool:
    return _passes(query.filters, mention) and (query.text is None or _says(query.text, mention))


def _says(node: Node, mention: Mention) -> bool:
    match node:
        case And():
            return all(_says(child, mention) for child in node.nodes)
        case Or():
            return any(_says(child, mention) for child in node.nodes)
        case Not():
            return not _says(node.node, mention)
        case Match() | Between() | IdPrefix():
            return _has(node, mention)
        case _:
            return bool(find(node, tokenise(mention.full_text)))


def _has(node: Match | Between | IdPrefix, mention: Mention) -> bool:
    if isinstance(node, Match):
        return bool({*node.values} & {*field_values(mention)[node.field]})
    return _published_between(node, mention) if isinstance(node, Between) else mention.id.startswith(node.text)


def _published_between(period: Between | Filters, mention: Mention) -> bool:
    since, until = period.since, period.until
    return (since is None or mention.published_at >= since) and (until is None or mention.published_at < until)


def _passes(filters: Filters, mention: Mention) -> bool:
    values = field_values(mention)
    wanted = {field: getattr(filters, field) for field in values if getattr(filters, field, None)}
    wanted |= {"cluster": (filters.cluster,)} if filters.cluster else {}
    left_out = {"copy": filters.without_copies, "spam": filters.without_spam, "unsure_date": filters.sure_dates}
    return (
        _published_between(filters, mention)
        and all({*wanted[field]} & {*values[field]} for field in wanted)
        and not any(left_out[mark] for mark in values["mark"])
    )
