"""Collect: delivered files, from the inbox into the raw store, and the manifest that lists them.

Belongs here: which files are new, their period and the days they cover, storing and purging bytes.
Asking portals does not belong here (`portal`), nor loading rows (`load`).
"""
