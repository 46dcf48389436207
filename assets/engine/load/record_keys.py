"""Which rows are one record: the stored form of codes, and the keys made of them.

A dossier code of the national form is one dossier's, in whatever portal it stands. Any other code,
and the number of every request, transaction and receipt, is its portal's own: two portals count
from 1 each.
"""

from schemas.rows import DOSSIER_CODE, Kind
from schemas.settings import Export
from schemas.tables import quoted

_CODES_OF_KEY = {
    "request_key": ("request_code",),
    "transaction_key": ("transaction_code",),
    # Receipts are numbered within a form and a series.
    "receipt_key": ("receipt_form", "receipt_series", "receipt_number"),
}


def record_sql(kind: Kind) -> str:
    """Return the SQL, over typed columns, of the text by which two rows of a list are one record.

    It stands for the keyed hash, which costs more, within one source.
    """
    return _joined(_CODES_OF_KEY.get(kind.identity, (kind.key,)))


def own_code_sql(kind: Kind, export: Export, source: str) -> str:
    """Return the SQL of the dossier code of a row as its list states it; NULL for other kinds."""
    if not kind.has_dossier:
        return "CAST(NULL AS VARCHAR)"
    return _dossier_code("dossier_code", export, source)


def stored_columns(names: tuple[str, ...], export: Export, source: str) -> dict[str, str]:
    """Return the SQL of each stored column of `names`.

    It stands over typed columns, `own_code` (`own_code_sql`) and `agreed_code`, the code that
    other deliveries agreed on for it, or NULL.
    """
    code = "coalesce(agreed_code, own_code)"
    special = {
        "dossier_code": code,
        "dossier_key": f"keyed_hash({code})",
        "delivered_dossier_code": "CASE WHEN agreed_code IS NOT NULL THEN own_code END",
        "other_dossier_code": _dossier_code("other_dossier_code", export, source),
        **{key: _own_key(codes, source) for key, codes in _CODES_OF_KEY.items()},
        # The register knows the first one once it has seen the other versions.
        "first_due_date": "due_date",
    }
    return {name: special.get(name, name) for name in names}


def _dossier_code(name: str, export: Export, source: str) -> str:
    if name not in export.code_patterns:
        return name
    return (
        f"CASE WHEN regexp_full_match({name}, {quoted(DOSSIER_CODE)}) THEN {name} "
        f"ELSE {quoted(source + '/')} || {name} END"
    )


def _own_key(codes: tuple[str, ...], source: str) -> str:
    """Return the SQL of a key; NULL where the last code is."""
    return f"keyed_hash({quoted(source + '/')} || {_joined(codes)})"


def _joined(codes: tuple[str, ...]) -> str:
    return " || ".join([*(f"coalesce({code}, '') || '/'" for code in codes[:-1]), codes[-1]])
