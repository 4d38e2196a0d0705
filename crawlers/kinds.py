"""The table of kinds. A new kind of source: a name in `SourceKind`, one spider, one line here."""

from crawlers.config import SourceKind
from crawlers.spiders.base import SourceSpider
from crawlers.spiders.discourse import DiscourseSpider
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.listing import ListingSpider
from crawlers.spiders.nodebb import NodebbSpider
from crawlers.spiders.sitemap import SitemapSpider
from crawlers.spiders.wordpress import WordpressSpider

SPIDERS: dict[SourceKind, type[SourceSpider]] = {
    SourceKind.FEED: FeedSpider,
    SourceKind.SITEMAP: SitemapSpider,
    SourceKind.LISTING: ListingSpider,
    SourceKind.WORDPRESS: WordpressSpider,
    SourceKind.NODEBB: NodebbSpider,
    SourceKind.DISCOURSE: DiscourseSpider,
}
"""`file` is missing on purpose: `crawlers.files` reads it without a network."""
