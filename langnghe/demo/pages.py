"""What people read of the site: plain HTML pages, each with the notice that its content is invented."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from string import Template

from langnghe.demo.feeds import article_path
from langnghe.demo.pieces import NOTICE, ZONE, Article, Comment, Publication, Question, Topic

_PAGE = Template(
    """<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
$head
</head>
<body>
<header><nav><a href="/">Trang chủ</a> <a href="/$slug/">$outlet</a></nav></header>
<main>
$main
</main>
<footer><p class="notice">$notice</p></footer>
</body>
</html>
"""
)
PER_PAGE = 6


def article_page(publication: Publication, article: Article, base_url: str) -> bytes:
    """A news page with dates in JSON-LD and in the text, and the readers' comments in the HTML."""
    url = base_url + article_path(publication, article)
    head = (
        f'<link rel="canonical" href="{escape(url)}">\n'
        f'<meta name="description" content="{escape(article.lead)}">\n'
        f'<script type="application/ld+json">{_json_ld(publication, article, url)}</script>'
    )
    body = "\n".join(f"<p>{escape(text)}</p>" for text in article.paragraphs)
    main = f"""<article class="article">
<h1 class="title">{escape(article.title)}</h1>
<p class="meta"><span class="author">{escape(article.author)}</span> {_time(article.at)}</p>
<p class="sapo">{escape(article.lead)}</p>
<div class="content">
{body}
</div>
</article>
{_comments(article.comments)}
{_related(publication, article)}"""
    return _page(publication, article.title, main, head)


def topic_page(forum: Publication, topic: Topic) -> bytes:
    """Where the links of a forum's posts lead; crawlers read the forum's JSON instead."""
    return _page(forum, topic.title, f"<h1>{escape(topic.title)}</h1>\n{_comments(topic.posts)}")


def front_page(publication: Publication) -> bytes:
    links = [(article_path(publication, article), article.title) for article in publication.articles]
    links += [(topic_path(publication, topic), topic.title) for topic in publication.topics]
    items = (f'<li><a href="{path}">{escape(title)}</a></li>' for path, title in links)
    return _page(publication, publication.title, _titled_list(publication.title, items))


def topic_path(forum: Publication, topic: Topic) -> str:
    return f"/{forum.slug}/topic/{topic.id}/{topic.slug}"


def home_page(publications: Iterable[Publication]) -> bytes:
    shown = list(publications)
    items = (f'<li><a href="/{one.slug}/">{escape(one.title)}</a></li>' for one in shown)
    return _page(shown[0], "Trang trình diễn", _titled_list("Trang trình diễn của Lắng Nghe", items))


def question_list(publication: Publication, page: int) -> bytes:
    """The portal's list, `PER_PAGE` questions a page, newest first."""
    shown = publication.questions[(page - 1) * PER_PAGE : page * PER_PAGE]
    items = (
        f'<li class="question"><a class="question-link" href="/{publication.slug}/cau-hoi/{one.id}.html">'
        f'{escape(one.title)}</a> <span class="field">{escape(one.field)}</span></li>'
        for one in shown
    )
    after = f'<a class="next" rel="next" href="/{publication.slug}/danh-sach?trang={page + 1}">Trang sau</a>'
    last = page * PER_PAGE >= len(publication.questions)
    main = _titled_list(publication.title, items) + ("" if last else f"\n{after}")
    return _page(publication, publication.title, main)


def question_page(publication: Publication, question: Question) -> bytes:
    main = f"""<article class="detail">
<h1 class="question-title">{escape(question.title)}</h1>
<p class="meta">Lĩnh vực: {escape(question.field)}. Người hỏi: <span class="asker">{escape(question.author)}</span>.
Ngày gửi: <span class="sent">{_shown(question.at)}</span></p>
<div class="question-body"><p>{escape(question.text)}</p></div>
<div class="answer"><h2>Trả lời</h2><p class="answered">{_shown(question.answered_at)}</p>
<div class="answer-body"><p>{escape(question.answer)}</p></div></div>
</article>"""
    return _page(publication, question.title, main)


def _page(publication: Publication, title: str, main: str, head: str = "") -> bytes:
    filled = _PAGE.substitute(
        title=escape(title),
        head=head,
        slug=publication.slug,
        outlet=escape(publication.title),
        main=main,
        notice=NOTICE,
    )
    return filled.encode()


def _titled_list(title: str, items: Iterable[str]) -> str:
    return f"<h1>{escape(title)}</h1>\n<ul>\n" + "\n".join(items) + "\n</ul>"


def _comments(comments: Sequence[Comment]) -> str:
    shown = "\n".join(
        f'<li class="comment" data-id="{one.id}"><b class="comment-author">{escape(one.author)}</b> '
        f'{_time(one.at)} <p class="comment-text">{escape(one.text)}</p> '
        f'<span class="likes">{one.likes}</span> thích</li>'
        for one in comments
    )
    return f'<section class="comments"><h2>Bình luận</h2>\n<ul>\n{shown}\n</ul></section>'


def _related(publication: Publication, article: Article) -> str:
    others = [other for other in publication.articles if other.id != article.id][:4]
    links = (f'<li><a href="{article_path(publication, one)}">{escape(one.title)}</a></li>' for one in others)
    return '<aside class="related"><h2>Tin liên quan</h2>\n<ul>\n' + "\n".join(links) + "\n</ul></aside>"


def _json_ld(publication: Publication, article: Article, url: str) -> str:
    written = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "datePublished": _iso(article.at),
            "author": {"@type": "Person", "name": article.author},
            "publisher": {"@type": "Organization", "name": publication.title},
            "mainEntityOfPage": url,
            "creditText": NOTICE,
        },
        ensure_ascii=False,
    )
    return written.replace("<", "\\u003c")


def _time(at: datetime) -> str:
    return f'<time datetime="{_iso(at)}">{_shown(at)}</time>'


def _iso(at: datetime) -> str:
    return at.astimezone(ZONE).isoformat(timespec="seconds")


def _shown(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%d/%m/%Y %H:%M}"
