"""The database: the truth from which annotations and the index are derived."""
