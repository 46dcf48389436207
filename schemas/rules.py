"""Why a row is rejected: each rule with its sentence in both languages.

Belongs here: rule ids and sentences. A rule id is `<column>_<problem>`, or the name of a rule
about the whole row. Does not belong here: the checks that apply them (`schemas.judgement`).
"""

from dataclasses import dataclass

from schemas.exports import KINDS, ExportColumn


@dataclass(frozen=True)
class Rule:
    """A reason to reject a row, as the operator and the unit that repairs it read it."""

    rule_id: str
    vi: str
    en: str


COLUMN_COUNT = Rule(
    "column_count",
    "Số ô của dòng khác số cột của tiêu đề; sửa dấu phân cách hoặc dấu nháy trong dòng.",
    "The row has more or fewer cells than the header; repair separators or quotes in the row.",
)
UNREADABLE_TEXT = Rule(
    "unreadable_text",
    "Dòng có ký tự hoặc dấu nháy không đọc được; xuất lại tệp bằng UTF-8.",
    "The row has bytes or quotes that cannot be read; export the file again in UTF-8.",
)
COLLECTED_DATE_MISSING = Rule(
    "collected_date_missing",
    "Yêu cầu đã thanh toán nhưng không có ngày thu; bổ sung ngày thu.",
    "The request is paid but has no collection date; add the date.",
)
AMOUNT_NEGATIVE = Rule(
    "amount_negative",
    "Số tiền âm; nhập số tiền từ 0 đồng trở lên.",
    "The amount is negative; give an amount of 0 or more.",
)
ROW_RULES = (COLUMN_COUNT, UNREADABLE_TEXT, COLLECTED_DATE_MISSING, AMOUNT_NEGATIVE)


def problem_of(column: ExportColumn) -> str:
    """Return what is wrong with text that could not be typed: `unknown` or `unreadable`."""
    return "unknown" if column.reading in ("value", "flag") else "unreadable"


def missing_rule(column: ExportColumn) -> Rule:
    """Return the rule that a needed column is empty."""
    return Rule(
        f"{column.name}_missing",
        f"Cột {column.name} để trống; bổ sung giá trị.",
        f"Column {column.name} is empty; fill it in.",
    )


def text_rule(column: ExportColumn) -> Rule:
    """Return the rule that the text of a column could not be typed."""
    problem = problem_of(column)
    expected_vi, expected_en = {
        "unknown": ("một giá trị có trong cấu hình nguồn", "a value listed in the source settings"),
        "unreadable": (
            f"định dạng {column.reading} của cấu hình nguồn",
            f"the {column.reading} format of the source settings",
        ),
    }[problem]
    return Rule(
        f"{column.name}_{problem}",
        f"Cột {column.name} có giá trị không đọc được; cần {expected_vi}.",
        f"Column {column.name} holds text that is not {expected_en}.",
    )


RULES = {
    rule.rule_id: rule
    for rule in (
        *ROW_RULES,
        *(missing_rule(c) for kind in KINDS.values() for c in kind.columns if c.needed),
        *(text_rule(c) for kind in KINDS.values() for c in kind.columns if c.reading != "unit"),
    )
}
