"""What the benchmarks work on: pages, posts and a large index, made from the demonstration's texts and the corpus."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from langnghe.demo.pieces import Article, Publication, load_publications
from langnghe.records import (
    Annotation,
    Channel,
    DateMethod,
    Language,
    Mention,
    MentionKind,
    PlaceCandidate,
    PlaceMention,
    Score,
    mention_id,
)
from langnghe.settings import REPOSITORY
from langnghe.text import canonical

CORPUS = REPOSITORY / "nlp" / "data" / "corpus"
FEED = REPOSITORY.parent / "shared" / "data" / "feed" / "rss_hcmc.jsonl"
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TOPICS = ("traffic", "flooding", "environment", "urban_order", "health_food", "education", "utilities", "other")
SENTIMENTS = ("negative", "neutral", "positive")
CHANNELS = (Channel.FACEBOOK, Channel.NEWS, Channel.FORUM, Channel.HOTLINE_1022)


def corpus_texts() -> list[tuple[str, Channel]]:
    """Posts of the labelled corpus with their channels, about 60 words each."""
    lines = (line for path in sorted(CORPUS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    rows = (json.loads(line) for line in lines if line.strip())
    return [(row["text"], Channel(row["channel"])) for row in rows]


def collected_mentions(n: int) -> list[Mention]:
    """`n` posts as a crawler leaves them, over 30 days; the corpus is gone through again when it is too short,
    each time with another opening, so that not all are copies."""
    texts = corpus_texts()
    mentions = []
    for number in range(n):
        text, channel = texts[number % len(texts)]
        round_ = number // len(texts)
        text = f"Lần {round_}, hồ sơ số {number}: {text}" if round_ else text
        mentions.append(_mention(str(number), text, channel, NOW - timedelta(days=30) * (number / n)))
    return mentions


def indexable_mentions(n: int) -> Iterator[Mention]:
    """`n` annotated posts over a year for a large index: real headlines where they are at hand, else the corpus."""
    texts = _headlines() or [text for text, _ in corpus_texts()]
    chance = random.Random(1)
    for number in range(n):
        text = f"{texts[chance.randrange(len(texts))]} {texts[chance.randrange(len(texts))]}"
        at = NOW - timedelta(days=365) * chance.random()
        yield _annotated(_mention(str(number), text, chance.choice(CHANNELS), at), chance)


def news_articles(n: int) -> Publication:
    """One newspaper with `n` long articles; their paragraphs come from the demonstration's articles, mixed."""
    papers = load_publications(NOW)
    articles = [article for name in ("ven-kenh", "pho-thi") for article in papers[name].articles]
    paragraphs = [text for article in articles for text in article.paragraphs]
    chance = random.Random(1)
    mixed = tuple(_mixed(number, articles, paragraphs, chance) for number in range(n))
    return replace(papers["ven-kenh"], articles=mixed)


def index_size(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _mixed(number: int, articles: list[Article], paragraphs: list[str], chance: random.Random) -> Article:
    model = articles[number % len(articles)]
    return replace(
        model,
        id=number,
        slug=f"bai-{number}",
        section="thoi-su",
        title=f"{model.title} ({number})",
        paragraphs=tuple(chance.sample(paragraphs, 9)),
        at=NOW - timedelta(hours=number),
        comments=(),
    )


def _headlines() -> list[str]:
    if not FEED.exists():
        return []
    rows = (json.loads(line) for line in FEED.read_text("utf-8").splitlines())
    return [f"{row['title']}. {row['summary']}" for row in rows]


def _mention(native: str, text: str, channel: Channel, at: datetime) -> Mention:
    return Mention(
        id=mention_id("bench", native),
        source="bench",
        channel=channel,
        kind=MentionKind.POST,
        native_id=native,
        url=f"http://127.0.0.1/{native}",
        text=text,
        published_at=at,
        published_method=DateMethod.API,
        published_confidence=1.0,
        collected_at=NOW,
    )


def _annotated(mention: Mention, chance: random.Random) -> Mention:
    text = mention.full_text
    place = PlaceCandidate(code=f"n:{chance.randrange(168)}", name="Phường", weight=1.0)
    annotation = Annotation(
        weights="bench@0",
        annotated_at=NOW,
        masked=text,
        clean=canonical(text),
        normalised=canonical(text),
        language=Language.VI,
        topics=(Score(label=chance.choice(TOPICS), probability=0.9),),
        sentiment=Score(label=chance.choice(SENTIMENTS), probability=0.9),
        intent=Score(label="report", probability=0.9),
        urgency=Score(label="normal", probability=0.9),
        places=(PlaceMention(start=0, end=4, surface=text[:4], candidates=(place,), units=(place,)),),
    )
    return mention.model_copy(update={"annotation": annotation, "cluster_id": mention.id})
