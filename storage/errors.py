"""Every error that Movewire raises on purpose, as one tree.

    MovewireError               message for people: names the thing and the remedy
    ├── UsageError              wrong call or configuration: exit status 2
    │   ├── SettingsError       a setting is unknown, of the wrong type or impossible
    │   ├── UnknownThing        an entity, feed, entry or alert that is not there
    │   └── WatchlistError      a watchlist file that cannot be taken, with line and column
    ├── TableError              a language's table of words cannot be used, with line and section
    └── StoreError              the database cannot be used: exit status 2
        ├── NotOurDatabase      a foreign, empty or corrupt file
        │   └── DamagedDatabase  a file of ours, broken inside
        ├── StoreReadOnly       the file or its folder cannot be written
        └── StoreFull           the disk is full

A failing feed or delivery is no error in this sense: it is a value, recorded and retried.
"""


class MovewireError(Exception):
    """Base of all errors raised on purpose; ``str()`` is one clear line for people."""


class UsageError(MovewireError):
    """The call or its configuration is wrong; the command line exits with status 2."""


class SettingsError(UsageError):
    """A setting is unknown, has the wrong type or cannot work."""


class UnknownThing(UsageError):
    """The named entity, feed, entry, story or alert does not exist."""


class WatchlistError(UsageError):
    """A watchlist file cannot be taken; the message carries file, line and column."""


class TableError(MovewireError):
    """A table of words cannot be used; the message carries file, line and section."""


class StoreError(MovewireError):
    """The database cannot be used; the command line exits with status 2."""


class NotOurDatabase(StoreError):
    """The file is foreign, empty or corrupt: it is refused, never overwritten."""


class DamagedDatabase(NotOurDatabase):
    """The file is ours, and broken inside."""


class StoreReadOnly(StoreError):
    """The database file or its folder cannot be written."""


class StoreFull(StoreError):
    """The disk is full; what was acknowledged is safe."""
