"""The floor (records, settings, errors, text, store) and the top (ingest, jobs, cli) of Lắng Nghe."""
