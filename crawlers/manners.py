"""Scrapy's settings for one source. What Scrapy leaves open by default is closed here; see each line's reason."""

from typing import Any

from crawlers.config import SourceConfig
from langnghe.settings import Settings

MAX_BODY = 5 * 2**20
"""Bytes, unpacked: a gzip bomb stops here."""


def scrapy_settings(config: SourceConfig, settings: Settings) -> dict[str, Any]:
    delay_s = max(settings.crawl_delay_s, config.delay_s)
    return _network(config, settings, delay_s) | {
        "ROBOTSTXT_OBEY": True,  # by crawlers.middlewares.Robots: Scrapy's own lets through after 5xx and timeouts
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,  # a proxy would resolve names unchecked
            "crawlers.middlewares.PublicAddresses": 50,
            "crawlers.middlewares.Robots": 100,
            "crawlers.middlewares.PatientRetry": 550,
        },
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # the frontier knows what was seen
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,  # an HTTP server that runs Python
        "EXTENSIONS": {
            "scrapy.extensions.memusage.MemoryUsage": None,
            "crawlers.memory.ResidentMemory": 0,
        },
        "MEMUSAGE_ENABLED": True,
        "MEMUSAGE_LIMIT_MB": 1024,
        "COOKIES_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "RETRY_TIMES": 2,
        "RETRY_PAUSE_S": 1.0,
        "RETRY_LONGEST_PAUSE_S": 60.0,
    }


def _network(config: SourceConfig, settings: Settings, delay_s: float) -> dict[str, Any]:
    return {
        "USER_AGENT": settings.user_agent,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.5",
            "Accept-Language": "vi,en;q=0.5",
        },
        "DOWNLOAD_HANDLERS": dict.fromkeys(("file", "data", "ftp", "s3")),
        "DOWNLOAD_MAXSIZE": MAX_BODY,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": 25,
        "DOWNLOAD_VERIFY_CERTIFICATES": config.verify_tls,
        "DOWNLOAD_DELAY": delay_s,
        "REDIRECT_MAX_TIMES": 5,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4 if delay_s else 16,
        "AUTOTHROTTLE_ENABLED": delay_s > 0,  # no delay: the operator's own site, where it would only slow down
        "AUTOTHROTTLE_START_DELAY": delay_s,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 2.0,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
    }
