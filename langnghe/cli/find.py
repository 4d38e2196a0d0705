"""Commands that look things up: search, stats, and the rebuilding of the index."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from index.base import Filters, Hit, Sort
from langnghe.cli.output import JsonOption, console, print_facts, print_json, progress_bars
from langnghe.cli.services import opened_index, opened_store
from langnghe.records import shown_text
from langnghe.settings import load_settings

Values = Annotated[list[str] | None, typer.Option(help="Mã hoặc tên; lặp lại để có giá trị thay nhau.")]
Moment = Annotated[str | None, typer.Option(help="2026-11-20 hoặc 2026-11-20T08:00, giờ Việt Nam.")]
SHOWN_CHARS = 300


def register(app: typer.Typer) -> None:
    app.command("search", help='Tìm, ví dụ: langnghe search "ngập nước" --place "Thủ Đức"')(search)
    app.command("stats", help="Bao nhiêu bài ở mỗi khâu.")(stats)
    app.command("reindex", help="Dựng lại chỉ mục từ cơ sở dữ liệu trong khi dịch vụ vẫn chạy.")(reindex)


def search(  # noqa: PLR0913, PLR0917  # each option is a filter of the search page
    query: Annotated[str, typer.Argument(help="Câu tìm; để trống là mọi bài.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    topic: Values = None,
    sentiment: Values = None,
    intent: Values = None,
    urgency: Values = None,
    place: Values = None,
    agency: Values = None,
    source: Values = None,
    channel: Values = None,
    since: Moment = None,
    until: Moment = None,
    json: JsonOption = False,
) -> None:
    from desk.lexicon import load_lexicon
    from desk.search import compile_query
    from desk.values import agency_codes, label_codes, moment, place_codes

    lexicon = load_lexicon()
    filters = Filters(
        topic=label_codes("topic", topic or ()),
        sentiment=label_codes("sentiment", sentiment or ()),
        intent=label_codes("intent", intent or ()),
        urgency=label_codes("urgency", urgency or ()),
        channel=label_codes("channel", channel or ()),
        place=place_codes(place or (), lexicon),
        agency=agency_codes(agency or (), lexicon),
        source=tuple(source or ()),
        since=moment(since),
        until=moment(until),
    )
    sort = Sort.RELEVANCE if query.strip() else Sort.NEWEST
    asked = compile_query(query, filters, sort, lexicon, now=datetime.now(UTC))
    with opened_index(load_settings()) as index:
        page = index.search(asked, limit=limit)
    if json:
        print_json({"total": page.total, "hits": [_row(hit) for hit in page.hits]})
        return
    for hit in page.hits:
        _print_hit(hit)
    console.print(f"{page.total} bài, hiện {len(page.hits)}")


def _row(hit: Hit) -> dict[str, Any]:
    """A hit for machines: masked, and cut where its publisher allows an excerpt only."""
    mention, annotation = hit.mention, hit.mention.annotation
    assert annotation, "the index holds annotated mentions only"
    return {
        "id": mention.id,
        "score": round(hit.score, 4),
        "title": mention.title,
        "text": shown_text(mention),
        "url": mention.url,
        "source": mention.source,
        "channel": mention.channel,
        "published_at": mention.published_at.isoformat(),
        "topics": [score.label for score in annotation.topics],
        "sentiment": annotation.sentiment.label,
        "intent": annotation.intent.label,
        "urgency": annotation.urgency.label,
        "places": [place.surface for place in annotation.places],
        "agencies": [agency.surface for agency in annotation.agencies],
        "flags": list(annotation.flags),
        "cluster_id": mention.cluster_id,
    }


def _print_hit(hit: Hit) -> None:
    row = _row(hit)
    labels = f"{row['published_at'][:10]} · {row['source']} · {', '.join(row['topics'])} · {row['sentiment']}"
    typer.secho(labels, bold=True)
    typer.echo(row["text"][:SHOWN_CHARS].replace("\n", " "))
    typer.echo(f"{row['url'] or row['id']}\n")


def stats(json: JsonOption = False) -> None:
    from langnghe.store.mentions import count_pipeline

    with opened_store(load_settings()) as (_, store):
        counts = count_pipeline(store)
    if json:
        print_json(counts)
        return
    names = ("Đã nhận", "Đã lưu", "Đã phân tích", "Đã đánh chỉ mục", "Cách ly", "Cụm nội dung")
    values = (
        counts.collected,
        counts.stored,
        counts.annotated,
        counts.indexed,
        counts.quarantined,
        counts.clusters,
    )
    print_facts(dict(zip(names, values, strict=True)))


def reindex(json: JsonOption = False) -> None:
    from langnghe.reindex import rebuild

    with opened_store(load_settings()) as (settings, store), progress_bars(shown=not json) as bars:
        task = bars.add_task("Dựng lại chỉ mục", total=None)
        rebuilt = rebuild(
            store, settings, on_progress=lambda done, total: bars.update(task, completed=done, total=total)
        )
    print_json(rebuilt) if json else print_facts({"Đã đánh chỉ mục": rebuilt.indexed, "Bị từ chối": rebuilt.rejected})
