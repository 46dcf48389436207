"""The pandera schemas of the reference tables that authorities keep as CSV.

Belongs here: what a `data/reference/*.csv` file must fit. Does not belong here: reading it
(`assets.engine.reference`). Each check's `error` ends the sentence "<column> of row n ...".
"""

import pandera.pandas as pa

UNIT_LEVELS = ("province", "department", "district", "commune")
SERVICE_LEVELS = ("full", "partial")

_DATE = pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$", error="is no date YYYY-MM-DD")
_FLAG = pa.Check.isin(("true", "false"), error="is neither true nor false")


def _column(*checks: pa.Check, nullable: bool = False) -> pa.Column:
    return pa.Column(str, list(checks), nullable=nullable)


UNIT_SCHEMA = pa.DataFrameSchema(
    {
        "unit_code": _column(pa.Check.str_matches(r"^[0-9A-Z.]+$", error="is no code")),
        "unit_name": _column(),
        "unit_level": _column(pa.Check.isin(UNIT_LEVELS, error=f"is none of {UNIT_LEVELS}")),
        "parent_unit_code": _column(nullable=True),
        "valid_from": _column(_DATE),
        "valid_to": _column(_DATE),
        "source": _column(),
    },
    strict=True,
    unique=["unit_code", "valid_from"],
)

PROCEDURE_SCHEMA = pa.DataFrameSchema(
    {
        "procedure_code": pa.Column(
            str,
            pa.Check.str_matches(r"^[1-9]\.\d{6}$", error="is no code such as 1.001193"),
            unique=True,
        ),
        "procedure_name": _column(),
        "field_code": _column(),
        "field_name": _column(),
        "service_level": _column(
            pa.Check.isin(SERVICE_LEVELS, error=f"is none of {SERVICE_LEVELS}"), nullable=True
        ),
        "has_paper_result": _column(_FLAG, nullable=True),
        "has_fee": _column(_FLAG, nullable=True),
        "source": _column(),
    },
    strict=True,
)

REFERENCE_SCHEMAS = {"unit": UNIT_SCHEMA, "procedure": PROCEDURE_SCHEMA}
