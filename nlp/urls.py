"""One address for one page, so that the same article found twice is one mention.

`http` and `https` count as one page: every public site answers on `https`, and a feed that mixes the two would
otherwise store each article twice. Hosts with a port of their own, IP addresses and names without a dot keep their
scheme, because there the address must still work as it is. `www.` stays: some sites answer on one of the two only.
"""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

_TRACKER = re.compile(
    r"^(?:(?:fbc|gc|dc|twc|ttc|msclk|yc|ysc|zc)lid|(?:utm|mtm|pk|itm|vero|oly|mc|hsa)_\w+|gidzl|zarsrc|igsh(?:id)?|mibextid|"
    r"rdid|share_url|_g[al]|gbraid|wbraid|ref(?:_src|_url|errer)?|s_cid|spm|vn_(?:source|campaign|medium|term|thumb)|"
    r"__(?:cft__.*|tn__|xts__.*))$",
    re.I,
)
"""A list of our own: the one of courlan also takes `cid`, `keyword` and `gallery`, which tell pages apart here."""
_AMP_PATH = re.compile(r"/amp/?$|^/amp(?=/)|\.amp(?=\.html?$|$)")
_AMP_QUERY = frozenset({"amp", "outputType=amp"})
_MOBILE = re.compile(r"^(?:m|mobile|amp|touch|wap)\.(?=[^.]+\.[^.]+)")
_AMP_CACHE = re.compile(r"^https?://(?:www\.)?(?:google\.[a-z.]+/amp|[\w-]+\.cdn\.ampproject\.org/[a-z])/(s/)?", re.I)
_REDIRECT = re.compile(r"^https?://(?:l|lm)\.(?:facebook|messenger|instagram)\.com/l\.php\?", re.I)
_ADDRESS = re.compile(r"^(?:\d{1,3}\.){3}\d{1,3}$|^\[|^[^.]+$")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def canonical_url(url: str) -> str:
    """The page's address without trackers, fragment, AMP, mobile host and default port; its query in order.

    What is not an http(s) address comes back stripped of blanks, as it is. Never raises, and doing it twice
    changes nothing.
    """
    stripped = url.strip()
    try:
        return _canonical(_unwrapped(stripped))
    except ValueError:
        return stripped


def _canonical(url: str) -> str:
    if not re.match(r"https?://[^/]", url, re.I):
        return url
    parts = urlsplit(safe_url_string(url.replace("&amp;", "&")))
    scheme, host = _scheme_and_host(parts.scheme.lower(), parts.netloc.lower().rpartition("@")[2])
    path = re.sub(r"/{2,}", "/", parts.path) or "/"
    while (shorter := _AMP_PATH.sub("", path) or "/") != path:
        path = shorter
    return canonicalize_url(urlunsplit((scheme, host, path, _query(parts.query), "")))


def _scheme_and_host(scheme: str, netloc: str) -> tuple[str, str]:
    host, _, port = netloc.rpartition(":") if re.search(r":\d*$", netloc) else (netloc, "", "")
    if port == _DEFAULT_PORTS[scheme]:
        port = ""
    if port or _ADDRESS.search(host):
        return scheme, f"{host}:{port}" if port else host
    return "https", _MOBILE.sub("", host.rstrip("."))


def _query(query: str) -> str:
    return urlencode(
        [
            (key, value)
            for key, value in parse_qsl(query, keep_blank_values=True)
            if not _TRACKER.match(key) and key not in _AMP_QUERY and f"{key}={value}" not in _AMP_QUERY
        ]
    )


def _unwrapped(url: str) -> str:
    """The page behind an AMP cache or a social network's redirect."""
    if cache := _AMP_CACHE.match(url):
        return f"http{'s' if cache.group(1) else ''}://{url[cache.end() :]}"
    if _REDIRECT.match(url):
        return unquote(dict(parse_qsl(urlsplit(url).query)).get("u", url))
    return url
