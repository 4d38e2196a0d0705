"""The few kinds of error; each message is one plain line that says what to do."""


class LangNgheError(Exception):
    """Shown to people as it is, in Vietnamese; the CLI prints it and exits with `exit_code`."""

    exit_code = 1


class UsageError(LangNgheError):
    """The user asked for something that does not exist or cannot be read."""

    exit_code = 2


class ConfigError(LangNgheError):
    """A setting, a source file or the installation is wrong; an operator must mend it."""

    exit_code = 3


class StoreError(LangNgheError):
    """The database cannot be reached or written now."""

    exit_code = 4


class IndexUnavailable(LangNgheError):
    """The search index cannot be reached or is held by another process; trying later may help."""

    exit_code = 5


class WeightsError(LangNgheError):
    """The model's files are missing, damaged or of another label set."""

    exit_code = 6


class QueryError(UsageError):
    """A search query that cannot be understood; points at the place."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


class BadInput(LangNgheError):
    """One item that can never be processed; it goes to quarantine with this reason."""
