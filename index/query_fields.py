"""The fields of the query language: their names, and what their values mean in a given context."""

import re
from collections.abc import Callable
from datetime import datetime

from index.context import QueryContext
from index.nodes import Between, IdPrefix, Match, MatchField, Node
from index.query_dates import parse_period
from langnghe.errors import QueryError
from langnghe.text import fold

_CODE = re.compile(r"[cnodp]:\w+")
_MIN_ID = 4


def field_node(name: str, value: str, context: QueryContext, position: int) -> Node:
    """The condition `name:value`. Raises QueryError at `position`."""
    build = FIELDS.get(fold(name))
    if build is None:
        known = ", ".join(f"{field}:" for field in SHOWN)
        raise QueryError(f"Không có trường “{name}:”. Các trường dùng được: {known}", position)
    if not value.strip():
        raise QueryError(f"Sau “{name}:” còn thiếu giá trị", position)
    return build(value.strip(), context, position)


def _labels(field: MatchField, title: str) -> Callable[[str, QueryContext, int], Node]:
    def build(value: str, context: QueryContext, position: int) -> Node:
        codes = [code for part in value.split(",") for code in _label_codes(field, title, part, context, position)]
        return Match(field=field, values=tuple(dict.fromkeys(codes)))

    return build


def _label_codes(field: str, title: str, value: str, context: QueryContext, position: int) -> list[str]:
    """Codes whose code or name is `value`; else those whose name has it as a part."""
    wanted = _slug(value)
    table = context.labels_of(field)
    if not table:
        return [wanted]
    names = {code: [_slug(name) for name in (code, *texts)] for code, texts in table.items()}
    equal = [code for code, slugs in names.items() if wanted in slugs]
    partial = [code for code, slugs in names.items() if any(f"_{wanted}_" in f"_{slug}_" for slug in slugs)]
    if wanted and (equal or partial):
        return equal or partial
    known = "; ".join(texts[0] if texts else code for code, texts in table.items())
    raise QueryError(f"{title} “{value.strip()}” không có. Có thể chọn: {known}", position)


def _place(value: str, context: QueryContext, position: int) -> Node:
    codes = [value] if _CODE.fullmatch(value) else [found.code for found in context.resolve_place(value)]
    if not codes:
        raise QueryError(f"Không biết nơi nào tên “{value}”; hãy thử tên phường, quận, thành phố", position)
    return Match(field="place", values=tuple(sorted({same for code in codes for same in context.expand_place(code)})))


def _agency(value: str, context: QueryContext, position: int) -> Node:
    codes = context.resolve_agency(value)
    if not codes:
        raise QueryError(f"Không biết cơ quan nào tên “{value}”", position)
    return Match(field="agency", values=tuple(codes))


def _source(value: str, _: QueryContext, __: int) -> Node:
    return Match(field="source", values=tuple(part.strip() for part in value.split(",")))


def _since(value: str, context: QueryContext, position: int) -> Node:
    return Between(since=_period(value, context, position)[0])


def _until(value: str, context: QueryContext, position: int) -> Node:
    return Between(until=_period(value, context, position)[1])


def _period(value: str, context: QueryContext, position: int) -> tuple[datetime, datetime]:
    try:
        return parse_period(value, context.now)
    except (ValueError, OverflowError) as error:
        example = "22/10/2025, 2025-10, “hôm qua”, “7 ngày”"
        raise QueryError(f"Không hiểu ngày “{value}”; hãy viết như {example}", position) from error


def _id(value: str, _: QueryContext, position: int) -> Node:
    if not re.fullmatch(f"[0-9a-fA-F]{{{_MIN_ID},64}}", value):
        raise QueryError(f"Mã “{value}” không đúng; mã gồm ít nhất {_MIN_ID} ký tự 0-9, a-f", position)
    return IdPrefix(text=value.lower())


def _slug(text: str) -> str:
    return "_".join(re.findall(r"\w+", fold(text).replace("_", " ")))


_BUILDERS: list[tuple[tuple[str, ...], Callable[[str, QueryContext, int], Node]]] = [
    (("chu_de", "topic"), _labels("topic", "Chủ đề")),
    (("cam_xuc", "sentiment"), _labels("sentiment", "Cảm xúc")),
    (("y_dinh", "intent"), _labels("intent", "Ý định")),
    (("khan_cap", "urgency"), _labels("urgency", "Mức khẩn cấp")),
    (("noi", "place"), _place),
    (("co_quan", "agency"), _agency),
    (("nguon", "source"), _source),
    (("kenh", "channel"), _labels("channel", "Kênh")),
    (("ngon_ngu", "language"), _labels("language", "Ngôn ngữ")),
    (("tu", "since", "from"), _since),
    (("den", "until", "to"), _until),
    (("ma", "id"), _id),
]
FIELDS = {name: build for names, build in _BUILDERS for name in names}
SHOWN = [names[0] for names, _ in _BUILDERS]
