"""Three hundred invented posts with the labels a person would give them, spread over the weeks before a moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from langnghe.records import (
    AgencyMention,
    Channel,
    Engagement,
    Mention,
    MentionKind,
    PlaceMention,
    Score,
)
from nlp.agencies import load_agencies
from nlp.places import load_gazetteer
from tests.samples import annotated, mention

PLACES = (
    "phường Tân Hưng",
    "phường Thạnh Mỹ Tây",
    "phường Bình Thạnh",
    "phường Bảy Hiền",
    "xã Nhà Bè",
    "phường Gia Định",
    "xã Củ Chi",
    "phường Dĩ An",
    "phường Vũng Tàu",
    "Quận 7",
)
AGENCIES = ("UBND phường Tân Hưng", "Sở Xây dựng", "EVNHCMC", "Sawaco", "Sở Y tế")
STORIES = (
    (
        "traffic",
        "negative",
        "report",
        "normal",
        "Sáng nay kẹt xe cứng ngắc ở {place}, đèn xanh có chín giây mà cả đoàn xe đứng im {n} phút.",
    ),
    (
        "traffic",
        "negative",
        "report",
        "high",
        "Ổ gà giữa đường {place} sâu nửa mét, tối qua {n} người té, mong {agency} vá gấp.",
    ),
    (
        "flooding",
        "negative",
        "report",
        "normal",
        "Mưa {n} phút là {place} ngập nước tới đầu gối, cống nghẹt rác từ tuần trước.",
    ),
    (
        "flooding",
        "negative",
        "report",
        "critical",
        "Nước cuốn một em nhỏ xuống cống mở nắp ở {place}, đang tìm, cần cứu hộ gấp, đã {n} phút.",
    ),
    (
        "environment",
        "negative",
        "complaint",
        "normal",
        "Karaoke hàng xóm ở {place} hát tới {n} giờ đêm, gọi hoài không ai xuống.",
    ),
    (
        "utilities",
        "negative",
        "question",
        "normal",
        "Cúp điện {n} tiếng rồi mà {agency} chưa báo, khi nào {place} có lại vậy?",
    ),
    (
        "utilities",
        "negative",
        "report",
        "high",
        "Cây nghiêng đè dây điện trước cổng trường ở {place}, {n} ngày chưa ai cắt.",
    ),
    (
        "public_administration",
        "positive",
        "praise",
        "normal",
        "Làm giấy khai sinh ở {place} có {n} phút là xong, cảm ơn cán bộ {agency} nhiệt tình.",
    ),
    (
        "public_administration",
        "negative",
        "complaint",
        "normal",
        "Nộp hồ sơ ở {agency} bị trả {n} lần, mỗi lần một lý do, không có văn bản.",
    ),
    (
        "health_food",
        "neutral",
        "news",
        "normal",
        "{agency} kiểm tra {n} bếp ăn trường học tại {place} trong tháng này.",
    ),
    (
        "education",
        "neutral",
        "question",
        "normal",
        "Cho em hỏi {place} tuyển sinh lớp 6 năm nay có xét hộ khẩu không, hạn còn {n} ngày.",
    ),
    (
        "culture_tourism_sport",
        "positive",
        "chatter",
        "normal",
        "Công viên mới ở {place} mát quá, chiều nào cũng dẫn con đi {n} vòng.",
    ),
)
SOURCES = (
    ("dien-dan-mau", Channel.FORUM, MentionKind.POST),
    ("bao-mau", Channel.NEWS, MentionKind.ARTICLE),
    ("binh-luan-mau", Channel.NEWS_COMMENT, MentionKind.COMMENT),
    ("tong-dai-1022", Channel.HOTLINE_1022, MentionKind.PETITION),
    ("mang-xa-hoi", Channel.FACEBOOK, MentionKind.POST),
)
HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'> bài nguy hiểm",
    "**bài nguy hiểm** [bấm vào đây](javascript:window.hacked=1) ![ảnh](http://127.0.0.1:9/pixel.png) $x^2$ :red[đỏ]",
    "bài nguy hiểm \u202eđảo ngược\u202c và \u2066cách ly\u2069 kết thúc",
    "bài nguy hiểm " + "a" * 100_000,
    "bài nguy hiểm z" + "\u0301\u0300\u0302\u0303\u0309" * 40 + "algo ngập",
    '=HYPERLINK("http://127.0.0.1:9";"bài nguy hiểm")',
)


def build_posts(now: datetime, n: int = 300) -> list[Mention]:
    """Deterministic but for `now`: sure and unsure dates, copies, spam, excerpts, hostile texts."""
    random = Random(7)
    posts = [_post(random, i, now) for i in range(n)]
    posts += list(_copies(posts[3], now)) + list(_hostile(now))
    return [_annotated(post, story) for post, story in posts]


def _post(random: Random, i: int, now: datetime) -> tuple[Mention, tuple[str, str, str, str]]:
    topic, sentiment, intent, urgency, template = random.choices(STORIES, weights=(6, 3, 6, 1, 4, 4, 2, 4, 3, 4, 3, 4))[
        0
    ]
    source, channel, kind = random.choice(SOURCES)
    place, agency = random.choice(PLACES), random.choice(AGENCIES)
    text = template.format(place=place, agency=agency, n=random.randint(3, 90)) + f" ({i})"
    at = now - timedelta(hours=min(random.expovariate(1 / 240), 24 * 60), minutes=random.randint(0, 59))
    article = kind is MentionKind.ARTICLE
    post = mention(
        text * (8 if article else 1),
        native=f"bai-{i}",
        source=source,
        channel=channel,
        kind=kind,
        title=f"{place}: {template.split('{')[0].strip(' ,')}" if article else None,
        url=f"https://{source}.example/bai/{i}",
        excerpt_chars=300 if article else None,
        published_at=at,
        published_confidence=0.2 if i % 40 == 0 else 1.0,
        collected_at=now,
        engagement=Engagement(likes=random.randint(0, 200)),
    )
    return post, (topic, sentiment, intent, urgency)


def _copies(
    original: tuple[Mention, tuple[str, str, str, str]], now: datetime
) -> Iterator[tuple[Mention, tuple[str, str, str, str]]]:
    post, story = original
    for i in range(4):
        yield (
            post.model_copy(
                update={
                    "id": f"{i:064x}",
                    "native_id": f"chep-{i}",
                    "cluster_id": post.id,
                    "published_at": now - timedelta(hours=i + 1),
                    "published_confidence": 1.0,
                }
            ),
            story,
        )


def _hostile(now: datetime) -> Iterator[tuple[Mention, tuple[str, str, str, str]]]:
    for i, text in enumerate(HOSTILE):
        post = mention(
            text,
            native=f"nguy-hiem-{i}",
            title=text[:200] if i < 2 else None,
            url="javascript:window.hacked=1" if i == 1 else "https://example.com/a",
            published_at=now - timedelta(hours=2, minutes=i),
            collected_at=now,
        )
        yield post, ("other", "neutral", "spam" if i == 5 else "chatter", "normal")


def _annotated(post: Mention, story: tuple[str, str, str, str]) -> Mention:
    topic, sentiment, intent, urgency = story
    places: tuple[PlaceMention, ...] = load_gazetteer().find(post.full_text, at=post.published_at)
    agencies: tuple[AgencyMention, ...] = load_agencies().find(post.full_text, at=post.published_at)
    return annotated(
        post.model_copy(update={"cluster_id": post.cluster_id or post.id}),
        topics=(Score(label=topic, probability=0.87),),
        sentiment=Score(label=sentiment, probability=0.81),
        intent=Score(label=intent, probability=0.74),
        urgency=Score(label=urgency, probability=0.92),
        places=places,
        agencies=agencies,
        needs_review=len(post.text) % 11 == 0,
    )
