"""Formats: the rows within workbooks, web pages, XML and archives, as text.

What a library parses is read in a child process with bounds on its time, its memory and what it
writes (`reader` asks, `process` holds the child, `child` runs in it), so a hostile or broken file
costs itself and nothing else. The modules of the formats are imported by the child alone.

Belongs here: one module a format, the child and its bounds. Does not belong here: which list of a
file is meant, and what its cells mean (`assets.engine.opening`); delimited text and JSON, which
our own linear readers and DuckDB read.
"""
