"""Runs of many nights, that are killed, wait, lack room, or have a wrong clock."""
