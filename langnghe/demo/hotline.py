"""The hotline's export: a CSV file as its software writes it, with two bad lines on purpose."""

import csv
import io

from langnghe.demo.pieces import NOTICE, ZONE, HotlineRow, Publication

COLUMNS = ("Mã phản ánh", "Thời gian", "Lĩnh vực", "Địa bàn", "Nội dung", "Ghi chú")


def hotline_csv(hotline: Publication) -> bytes:
    """UTF-8 with the BOM that Excel writes; line 1 is the header, row N stands on line N + 1."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for row in hotline.rows:
        writer.writerow([row.id, _time(row), row.field, row.area, row.text, NOTICE])
    return written.getvalue().encode("utf-8-sig")


def _time(row: HotlineRow) -> str:
    return f"{row.at.astimezone(ZONE):%d/%m/%Y %H:%M}" if row.at else "32/13/2026 25:61"
