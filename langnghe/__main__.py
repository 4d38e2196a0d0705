"""`python -m langnghe` is the same as `langnghe`."""

from langnghe.cli.app import main

main()
