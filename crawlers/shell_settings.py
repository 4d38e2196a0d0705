"""Settings of `scrapy shell URL`, for trying selectors by hand; crawls use `crawlers.manners`."""

USER_AGENT = "LangNgheBot/0.1 (scrapy shell)"
ROBOTSTXT_OBEY = True
DOWNLOAD_HANDLERS = {"file": None, "data": None, "ftp": None, "s3": None}
DOWNLOAD_MAXSIZE = 5 * 2**20
DOWNLOAD_TIMEOUT = 25
REDIRECT_MAX_TIMES = 5
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
