"""The only sockets of the watchers: one module for each kind of source."""
