"""An installation of an earlier version goes on as it was."""
