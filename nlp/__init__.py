"""UNDERSTAND: clean, mask, deduplicate, classify and locate what people write."""
