"""The pandera schemas of the reference tables that authorities keep as CSV.

Each check's `error` ends the sentence "<column> of row n ...".
"""

import pandas as pd
import pandera.pandas as pa

from schemas.tables import SERVICE_LEVELS, UNIT_LEVELS


def _is_day(texts: pd.Series) -> pd.Series:
    days = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    return days.notna() & (texts.str.len() == len("2004-07-08"))


def _ends_after_it_begins(units: pd.DataFrame) -> pd.Series:
    return units["valid_from"] <= units["valid_to"]


def _stands_once(rows: pd.DataFrame) -> pd.Series:
    return ~rows.duplicated(["unit_code", "successor_code", "changed_on"])


def _begins_after_the_record_before(units: pd.DataFrame) -> pd.Series:
    """Say whether each record begins after the one before it of the same unit ended."""
    ordered = units.sort_values("valid_from")
    before = ordered.groupby("unit_code")["valid_to"].shift()
    return (before.isna() | (ordered["valid_from"] > before)).reindex(units.index)


def _is_weekend_if_worked(days: pd.DataFrame) -> pd.Series:
    dates = pd.to_datetime(days["day"], format="%Y-%m-%d", errors="coerce")
    is_weekend = dates.dt.day_of_week >= _SATURDAY
    return is_weekend | (days["is_working"] == "false")


_SATURDAY = 5
_DATE = pa.Check(_is_day, error="is no date YYYY-MM-DD")
_CODE = pa.Check.str_matches(r"^[0-9A-Z.]+$", error="is no code")
_FLAG = pa.Check.isin(("true", "false"), error="is neither true nor false")


def _column(*checks: pa.Check, nullable: bool = False) -> pa.Column:
    return pa.Column(str, list(checks), nullable=nullable)


UNIT_SCHEMA = pa.DataFrameSchema(
    {
        "unit_code": _column(_CODE),
        "unit_name": _column(),
        "unit_level": _column(pa.Check.isin(UNIT_LEVELS, error=f"is none of {UNIT_LEVELS}")),
        "parent_unit_code": _column(nullable=True),
        "valid_from": _column(_DATE),
        "valid_to": _column(_DATE),
        "source": _column(),
    },
    checks=[
        pa.Check(_ends_after_it_begins, error="valid_to lies before valid_from"),
        # Two records valid on one day would count its dossiers twice.
        pa.Check(
            _begins_after_the_record_before,
            error="its unit_code has another record valid on the same day",
        ),
    ],
    strict=True,
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

UNIT_SUCCESSION_SCHEMA = pa.DataFrameSchema(
    {
        "unit_code": _column(_CODE),
        "successor_code": _column(_CODE),
        "changed_on": _column(_DATE),
        "source": _column(),
    },
    # Said twice, one successor would look like two.
    checks=pa.Check(_stands_once, error="says what another row says"),
    strict=True,
)

HOLIDAY_SCHEMA = pa.DataFrameSchema(
    {
        "day": pa.Column(str, _DATE, unique=True),
        "is_working": _column(_FLAG),
        "holiday_name": _column(),
        "source": _column(),
        "valid_from": _column(_DATE),
        "is_certain": _column(_FLAG),
    },
    checks=pa.Check(
        _is_weekend_if_worked,
        error="is_working is true on a day from Monday to Friday, which is worked anyway",
    ),
    strict=True,
)

REFERENCE_SCHEMAS = {
    "unit": UNIT_SCHEMA,
    "unit_succession": UNIT_SUCCESSION_SCHEMA,
    "procedure": PROCEDURE_SCHEMA,
    "holiday": HOLIDAY_SCHEMA,
}
