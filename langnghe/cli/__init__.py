"""The command line: verb noun, no logic of its own."""
