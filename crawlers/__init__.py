"""COLLECT: public feeds, pages, forums, APIs and files become mentions."""
