"""HTML as text and by selectors."""

import re
from collections.abc import Iterator, Sequence

import lxml.html
from lxml.etree import ParserError
from lxml.html import HtmlElement
from parsel import Selector

_TAGS = """
address article aside blockquote dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr
li main nav ol p pre section table td th tr ul
"""
_BLOCKS = frozenset(_TAGS.split())
_SKIPPED = frozenset({"script", "style", "noscript", "template", "head", "iframe", "svg"})
_BLANKS = re.compile(r"[ \t\r\f\v\xa0]+")
_EMPTY_LINES = re.compile(r"\n[ \n]*")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse_html(text: str) -> HtmlElement | None:
    """The root element, or None where there is nothing to parse."""
    whole = text.encode("utf-8", "replace").decode()  # lxml ends at a lone surrogate without a word
    try:
        return lxml.html.document_fromstring(_DECLARATION.sub("", whole.replace("\0", "")))
    except (ParserError, ValueError):
        return None


def html_text(fragment: str, *, drop: str | None = None) -> str:
    """The text of an HTML fragment, a line per block; `drop` is a CSS selector of what is not the author's own."""
    root = parse_html(f"<body>{fragment}</body>")
    if root is None:
        return ""
    if drop:
        for quoted in root.cssselect(drop):
            quoted.drop_tree()
    return element_text(root)


def element_text(element: HtmlElement) -> str:
    """A line per block, blanks tidied; scripts and styles left out."""
    joined = _BLANKS.sub(" ", "".join(_pieces(element)))
    return _EMPTY_LINES.sub("\n", joined.replace(" \n", "\n")).strip()


def select(root: HtmlElement, selector: str) -> list[str]:
    """The non-empty texts or attribute values that a selector finds, in document order.

    Raises ValueError for a selector that is none.
    """
    found = _run(root, selector)
    texts = (_text_of(one) for one in found)
    return [text for text in texts if text]


def select_elements(root: HtmlElement, selector: str) -> list[HtmlElement]:
    """Raises ValueError for a selector that is none."""
    return [one.root for one in _run(root, selector) if isinstance(one.root, HtmlElement)]


def first(root: HtmlElement, selector: str | None) -> str | None:
    """The first non-empty text or attribute value; None without a selector too."""
    return next(iter(select(root, selector)), None) if selector else None


def _run(root: HtmlElement, selector: str) -> Sequence[Selector]:
    chosen = Selector(root=root, type="html")
    is_xpath = selector.startswith(("/", "./", "("))
    return chosen.xpath(selector) if is_xpath else chosen.css(selector)


def _text_of(found: Selector) -> str:
    root = found.root
    return element_text(root) if isinstance(root, HtmlElement) else str(root).strip()


def _pieces(top: HtmlElement) -> Iterator[str]:
    """Text in document order. A loop, not a recursion: pages nest deeper than Python does."""
    stack: list[HtmlElement | str] = [top]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        if node is not top and node.tail:
            stack.append(_BLANKS.sub(" ", node.tail.replace("\n", " ")))
        tag = node.tag if isinstance(node.tag, str) else None
        if tag is None or tag in _SKIPPED:
            continue
        if tag == "br":
            yield "\n"
            continue
        if tag in _BLOCKS:
            yield "\n"
            stack.append("\n")
        stack.extend(reversed(list(node)))
        if node.text:
            yield node.text if tag == "pre" else node.text.replace("\n", " ")
