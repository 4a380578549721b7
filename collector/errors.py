"""The collector's errors. Raised for mistakes of the user only; what nodes do comes back as data.

``CollectorError`` is the root: ``InventoryError`` (the list of nodes is wrong), ``SshConfigError``
(~/.ssh/config cannot be read). Their text is a whole sentence for a person.
"""


class CollectorError(Exception):
    """The root of what the collector raises."""


class InventoryError(CollectorError):
    """The inventory cannot be read, contradicts itself, or has no such node or group."""


class SshConfigError(CollectorError):
    """The user's SSH configuration cannot be read."""
