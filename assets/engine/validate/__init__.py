"""Validate: which typed rows are accepted, and which rules the rejected ones break.

A value that breaks a rule leaves this package as its shape only. Belongs here: the rules applied,
and which unit a cell means. Typing (`extract`) and storing rejected rows (`load`) do not.
"""

from assets.engine.validate.units import UnitLabels, bearers_of_names, unit_labels, with_units
from assets.engine.validate.validation import validate

__all__ = ["UnitLabels", "bearers_of_names", "unit_labels", "validate", "with_units"]
