"""Formats: the rows within workbooks, web pages, XML, JSON and archives, as text.

Belongs here: one module a format. What a library parses is read in a child process with bounds on
time, memory and output (`reader` asks, `process` holds the child, `child` runs in it), so a hostile
file costs itself only. Which list is meant and what its cells mean does not belong here
(`assets.engine.extract`). Modules are imported one by one, so that the child starts at once.
"""
