"""Formats: the rows within workbooks, web pages, XML and archives, as text.

Belongs here: one module a format. Does not belong here: which list of a file is meant, and what its
cells mean (`assets.engine.opening`).
"""
