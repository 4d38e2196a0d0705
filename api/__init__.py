"""EXCHANGE: intake, tracking and open data for other systems; comes with its own issue."""
