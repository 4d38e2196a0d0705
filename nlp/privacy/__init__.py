"""The rules behind `nlp.pii`: what in a text identifies a private person."""
