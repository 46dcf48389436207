"""Validate: which typed rows are accepted, and which rules the rejected ones break.

A value that breaks a rule leaves this package as its shape only. Reading a cell as a type
(`assets.engine.extract`) and storing rejected rows (`assets.engine.load`) do not belong here.
"""

from assets.engine.validate.validation import validate

__all__ = ["validate"]
