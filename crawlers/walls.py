"""Pages that answer 200 and are no pages: captchas, login walls. They are never stored as posts."""

import re
from enum import StrEnum
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from langnghe.text import fold

_CAPTCHA = re.compile(
    r"just a moment\.\.\.|attention required! \| cloudflare|checking your browser before|verify(ing)? (that )?you are "
    r"(a )?human|are you a robot|khong phai (la )?(nguoi may|robot)|"
    r"xac (minh|nhan|thuc) (ban la|rang ban la)? ?con nguoi|"
    r"unusual traffic from your|ma xac nhan de tiep tuc|nhap ma (captcha|xac nhan)"
)
_LOGIN = re.compile(
    r"(ban )?(vui long|can|phai) dang nhap (de|truoc khi)|dang nhap de (xem|tiep tuc|doc)|please (log|sign) in to|"
    r"you must (be )?log(ged)? in"
)
_CAPTCHA_PARTS = (
    "//*[@id='challenge-form' or @id='cf-challenge-running' or contains(@class, 'cf-turnstile')"
    " or contains(@class, 'g-recaptcha') or contains(@class, 'h-captcha')]"
)
_LOGIN_PATH = re.compile(r"/(login|signin|sign-in|dang-nhap|account/login|sso|wp-login\.php)(/|$|\.)", re.I)
_SHORT = 400
"""A page with more text than this is a page, whatever is said on it."""
_BARE = 150
"""A page with more text than this may have a captcha in its comment form."""


class Wall(StrEnum):
    """Why a page is no page, for operators."""

    CAPTCHA = "Trang đòi xác nhận captcha."
    LOGIN = "Trang đòi đăng nhập."


class Blocked(Exception):
    """The site takes us for a robot: not now, perhaps in a later run."""


def wall(root: HtmlElement, *, url: str, title: str | None, text: str) -> Wall | None:
    """None for a real page. `text` is what was read from it."""
    if len(text) > _SHORT:
        return None
    seen = fold(f"{title or ''}\n{' '.join(root.text_content().split())[:5000]}")
    if _CAPTCHA.search(seen) or (len(text) < _BARE and root.xpath(_CAPTCHA_PARTS)):
        return Wall.CAPTCHA
    asks_password = bool(root.xpath("//input[@type='password']"))
    if _LOGIN_PATH.search(urlsplit(url).path) or (asks_password and _LOGIN.search(seen)):
        return Wall.LOGIN
    return None
