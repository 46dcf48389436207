"""Rows: what a delivered row may hold: the columns of each kind of export, the rules, the checks.

Belongs here: kinds of export, rules with their sentences, pandera schemas of rows and reference
files. Reading and typing do not belong here (`assets.engine.extract`).
"""

from schemas.rows.exports import DOSSIER, DOSSIER_CODE, KINDS, ExportColumn, Kind
from schemas.rows.reference import REFERENCE_SCHEMAS
from schemas.rows.rules import (
    COLUMN_COUNT,
    EXCLUDED_IDS,
    FLAG_IDS,
    RULES,
    UNREADABLE_TEXT,
    Rule,
    labels_of,
    text_rule,
)
from schemas.rows.validation import (
    FACTS,
    SCHEMAS,
    UNIT_FACTS,
    UNREADABLE_SUFFIX,
    Circumstances,
    judged_columns,
    with_conditions,
)

__all__ = [
    "COLUMN_COUNT", "DOSSIER", "DOSSIER_CODE", "EXCLUDED_IDS", "FACTS", "FLAG_IDS", "KINDS",
    "REFERENCE_SCHEMAS", "RULES", "SCHEMAS", "UNIT_FACTS", "UNREADABLE_SUFFIX", "UNREADABLE_TEXT",
    "Circumstances", "ExportColumn", "Kind", "Rule", "judged_columns", "labels_of", "text_rule",
    "with_conditions",
]  # fmt: skip
