"""Publish: the files that readers open, and the files that units get back.

Belongs here: the guard before readers, the files, their macros, the returns. No figure is made
here (`assets.engine.indicators`).
"""
