"""The errors Motcua raises, each saying four things.

    MotcuaError
      SettingsError      a settings or reference file does not fit its model
      FileRefused        one delivered file cannot be taken; the others go on
      PortalError        a portal's API cannot be collected; files and other portals go on
      WarehouseError     the warehouse or a published file cannot be opened or written
        WarehouseHeld    another process holds the warehouse
      BalanceError       counts that must balance do not; nothing is published

Never put a cell's text into an error: it may be a person's name.
"""


class MotcuaError(Exception):
    """An error in four parts: what was being done, what was found, expected, and what to do."""

    def __init__(self, doing: str, found: str, expected: str, to_do: str) -> None:
        self.doing = doing
        self.found = found
        self.expected = expected
        self.to_do = to_do
        super().__init__(f"{self.said}. {to_do}")

    @property
    def said(self) -> str:
        """The first three parts: all but what to do."""
        # What was found may be a sentence of its own.
        found, expected = self.found.removesuffix("."), self.expected.removesuffix(".")
        return f"{self.doing}: found {found}; expected {expected}"


class SettingsError(MotcuaError):
    """A settings or reference file does not fit its model."""


class FileRefused(MotcuaError):
    """A delivered file cannot be taken; it stops itself, not the run."""


class PortalError(MotcuaError):
    """A portal's API cannot be collected; the inbox and other portals go on."""


class WarehouseError(MotcuaError):
    """The warehouse or a published file cannot be opened or written."""


class WarehouseHeld(WarehouseError):
    """Another process holds the warehouse; nothing is known of what is in it."""


class BalanceError(MotcuaError):
    """Counts that must balance do not; nothing is published."""
