"""The demonstration: a small invented site on loopback, collected and shown as real sources are."""
