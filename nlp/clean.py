"""Raw text to readable text: what a page, a feed or a keyboard added is taken off, what the writer said stays."""

import html
import re

from langnghe.text import canonical

_KEPT_JOINER = "\ue000"
"""Stands for the joiner inside an emoji while `canonical` drops every other invisible character."""

_TAGS = (
    "a|abbr|article|aside|audio|b|big|blockquote|body|br|button|caption|center|cite|code|dd|del|div|dl|dt|em|embed|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|meta|nav|"
    "noscript|object|ol|p|param|picture|pre|q|s|script|section|small|source|span|strike|strong|style|sub|sup|svg|"
    "table|tbody|td|tfoot|th|thead|title|tr|u|ul|video"
)
_HIDDEN = re.compile(
    r"<!--(?:(?!<!--).){0,9000}?-->|<(script|style|noscript)\b[^<>]*>(?:(?!<\1).){0,90000}?</\1\s*>|<!\[CDATA\[|\]\]>|<!doctype[^<>]*>",
    re.I | re.S,
)
_BREAK = re.compile(r"<(?:br|/?(?:p|div|li|tr|h[1-6]|ul|ol|table|blockquote|figure|section|article))\b[^<>]*>", re.I)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.I)
_ENTITY = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)*(#\d{1,7};|#x[0-9a-f]{1,6};|[a-z][a-z0-9]{1,31};)?", re.I)
_MARKUP = re.compile(r"<[a-z/!]|]]>|&(?:#|[a-z])", re.I)

_EMOJI = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_EMOJI_JOINER = re.compile(f"(?<={_EMOJI})(\ufe0f?)\u200d(?={_EMOJI})|(?<=[\U0001f3fb-\U0001f3ff])()\u200d(?={_EMOJI})")
_LONE_SELECTOR = re.compile(f"(?<!{_EMOJI})(?<![0-9#*©®])[\ufe00-\ufe0f]|[\ufe00-\ufe0d]")
_UNREADABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u206a-\u206f\u2061-\u2064"
    "\u3164\ud800-\udfff\ue000-\uf8ff\uffa0\ufff0-\ufffd\ufffe\uffff\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile("[^\\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")

_CAPTION = re.compile(
    r"(?:^|(?<=[.!?…\"”)])\s)\(?(?:Ảnh|Hình|Video|Clip|Đồ họa|Nguồn ảnh)(?: (?:minh họa|tư liệu|chụp màn hình))?"
    r"\s?:\s[^.:!?\n]{2,60}\)?\.?$"
)
_BUTTON = (
    r"(?:chia\ sẻ|share|thích|like|bình\ luận|comment|tweet|facebook|fanpage|twitter|zalo|messenger|email|linkedin|"
    r"copy\ link|sao\ chép\ liên\ kết|lưu\ bài(?:\ viết)?|in\ bài(?:\ viết)?|gửi\ bình\ luận|trả\ lời|theo\ dõi)"
)
_NOISE_LINE = re.compile(
    rf"""
    (?:>{{1,3}}|»|→|👉)?\s?(?:xem\ thêm|đọc\ thêm|xem\ tiếp|đọc\ tiếp|tin\ liên\ quan|bài\ liên\ quan|cùng\ chuyên\ mục)
      \s?(?:[:>»].*)?
    | >{{2,3}}\s.*
    | (?:kính\ )?mời\ (?:quý\ )?(?:bạn|độc\ giả)\b.{{0,40}}(?:xem|đọc|theo\ dõi|đón|tham\ gia).*
    | theo\ dõi\ .{{0,60}}\ trên\ (?:google\ news|facebook|zalo|youtube|tiktok).*
    | {_BUTTON}(?:(?:\s?[|•·/,-]\s?|\s)(?:{_BUTTON}|\(?\d{{1,6}}\)?))*
    | (?:chia\ sẻ|share)\ (?:bài\ viết|ngay|lên\ facebook|qua\ zalo)
    | quay\ lại|trở\ lại|về\ trang\ chủ|lên\ đầu\ trang|báo\ xấu|báo\ cáo|quảng\ cáo|advertisement|aa|a\+|a-
    | (?:本文地址|原文链接|来源|责任编辑)\s?[:：].*
    | 版权声明
    """,
    re.I | re.X,
)
_NO_COPY = re.compile(
    r"""(?:^|(?<=[.!?…/]))[^\S\n]*(?:\(?\*{1,3}\)?|[(\[©®-]){0,3}[^\S\n]?(?:
      (?:(?:vui\ lòng|yêu\ cầu|đề\ nghị)\ )?(?:nghiêm\ cấm|không(?:\ được)?|cấm)(?:\ mọi)?(?:\ hành\ vi)?
        \ (?:sao\ chép|trích\ dẫn|phát\ hành\ lại)\b[^\n]{0,40}
        (?:hình\ thức|(?:khi|nếu)\ chưa|nếu\ không|bài\ viết|nội\ dung|văn\ bản|đồng\ ý|cho\ phép)[^\n]*
    | (?:(?:vui\ lòng|đề\ nghị|yêu\ cầu|phải)\ )?(?:ghi|dẫn|nêu)\ rõ\ nguồn\b[^\n]{0,80}
        (?:phát\ hành|sử\ dụng|trích|đăng|sao\ chép|dẫn|thông\ tin)[^\n]*
    | (?:mọi\ )?bản\ quyền\ (?:thuộc|nội\ dung|bài\ viết|của)\b[^\n]*
    | (?:copyright|©|ⓒ)?\s?(?:©|\(c\))?\s?(?:(?<=©)|(?<=©\s)|(?<=ght\s)|(?<=ⓒ))(?:\d{4}|by|thuộc|báo|tạp\ chí)[^\n]*
    | all\ rights\ reserved[^\n]*
    | (?:未经|未經)[^\n]{0,12}(?:许可|授权|允许|許可)[^\n]*
    | 本文(?:仅代表|系作者|由)[^\n]*
    )""",
    re.I | re.X | re.M,
)
_NO_COPY_CHINESE = re.compile(
    r"(?:未经|未經).{0,8}(?:许可|授权|允许|許可).{0,6}(?:不得|禁止|严禁)(?:转载|轉載)|版权声明|版权所有"
)
_MOJIBAKE = re.compile(
    "[ÃÂ][\x80-\xbf\u0192\u02c6\u02dc\u2018-\u2022\u2026\u20ac\u2122]|áº|á»|Æ[°¡]|Ä[\x80-\xbf\u2018\u2019\u0192]"
)
_TCVN3 = re.compile("[a-zA-Z][µ¸¶·¹¨»¾¼½Æ©Ç®]|[µ¸¶¨»¾¼½©®][a-zA-Z]")
_VNI = re.compile("[aeoyuAEOYU][øûïäåëüöØÛÏÄÅËÜÖ]|[öïÖÏ][ùøûõïÙØÛÕÏ]|ñ[aeiouyöô]|Ñ[AEIOUYÖÔ]")
_TONED = re.compile("[\u1ea0-\u1ef9ơưđĐƯƠ]")


def clean_text(text: str) -> str:
    """NFC with canonical tones, without HTML, boilerplate, no-copy notices and invisible characters; emoji stay.

    A text that is nothing but boilerplate keeps its words. Doing it twice changes nothing.
    """
    return _without_boilerplate(_readable(_without_markup(text)))


def has_no_copy_notice(text: str) -> bool:
    """The publisher forbids copying or asks that its name be given: show an excerpt with the source."""
    readable = _readable(_without_markup(text))
    return bool(_NO_COPY.search(readable) or _NO_COPY_CHINESE.search(readable))


def looks_misdecoded(text: str) -> bool:
    """The bytes were read in a wrong encoding: UTF-8 taken for Latin-1, or the old fonts TCVN3 and VNI."""
    if text.count("\ufffd") * 20 > len(text) > 0:
        return True
    words = text.split()
    if sum(1 for word in words if _TONED.search(word)) * 4 > len(words):
        return False
    suspect = max(sum(1 for word in words if form.search(word)) for form in (_MOJIBAKE, _TCVN3, _VNI))
    return suspect >= 2 and suspect * 5 >= len(words)


def _without_markup(text: str) -> str:
    """Entities may hide tags and tags may hide entities: a few rounds until nothing moves."""
    for _ in range(8):
        if not _MARKUP.search(text):
            break
        bare = _TAG.sub("", _BREAK.sub("\n", _HIDDEN.sub(" ", _ENTITY.sub(_entity, text))))
        if bare == text:
            break
        text = bare
    return text


def _entity(match: re.Match[str]) -> str:
    name = match.group(1)
    if name:
        plain = html.unescape(f"&{name}")
        return plain if plain != f"&{name}" else match.group()
    return "&"


def _readable(text: str) -> str:
    """One kind of line end and blank, canonical letters, no invisible character outside an emoji."""
    if not text.isascii():
        text = _UNREADABLE.sub("", _LINE_ENDS.sub("\n", text))
        text = _EMOJI_JOINER.sub(rf"\1{_KEPT_JOINER}", text)
        text = _LONE_SELECTOR.sub("", canonical(text)).replace(_KEPT_JOINER, "\u200d")
    else:
        text = _UNREADABLE.sub("", _LINE_ENDS.sub("\n", text))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _without_boilerplate(text: str) -> str:
    """The first line is the title or the whole post: only a notice is taken from it."""
    first, *rest = _NO_COPY.sub("", text).split("\n")
    lines = [first, *(kept for line in rest if (kept := _without_caption(line)) or not line)]
    stripped = _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
    return stripped if any(char.isalnum() for char in stripped) else text


def _without_caption(line: str) -> str:
    while line and not _NOISE_LINE.fullmatch(line):
        shorter = _CAPTION.sub("", line).rstrip()
        if shorter == line:
            return line
        line = shorter
    return ""
