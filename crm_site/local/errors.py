"""What can go wrong with the embedded servers that a person can put right; shown without a traceback."""


class EmbeddedError(Exception):
    """The embedded servers can't run, and the message says what to do about it."""


class StartError(EmbeddedError):
    """A child ended, or stayed silent, before it was ready."""


class PlaceError(EmbeddedError):
    """A folder can't hold the data or the sockets."""


class ProgramError(EmbeddedError):
    """A program of the servers is missing or ended with an error."""


class HomeInUseError(EmbeddedError):
    """Another process works in this data folder."""


class UpgradeError(EmbeddedError):
    """The data folder belongs to a PostgreSQL that can't be used here."""
