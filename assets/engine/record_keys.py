"""Which rows are one record: the stored form of codes, and the keys made of them.

Belongs here: telling the codes of one portal from those of another, keyed hashes. Does not belong
here: typing codes (`assets.engine.typing_sql`) and two codes of one dossier
(`assets.engine.aliases`).

A dossier code of the national form is one dossier's, in whatever portal it stands. Any other code,
and the number of every request, transaction and receipt, is its portal's own: two portals count
from 1 each.
"""

from schemas.columns import quoted
from schemas.exports import DOSSIER_CODE
from schemas.settings import Export

_DOSSIER_CODES = ("dossier_code", "other_dossier_code")
_CODES_OF_KEY = {
    "request_key": ("request_code",),
    "transaction_key": ("transaction_code",),
    # Receipts are numbered within a form and a series.
    "receipt_key": ("receipt_form", "receipt_series", "receipt_number"),
}


def stored_columns(names: tuple[str, ...], export: Export, source: str) -> dict[str, str]:
    """Return the SQL, over the columns of a typed batch, of each stored column of `names`."""
    own_codes = {name: _dossier_code(name, export, source) for name in _DOSSIER_CODES}
    special = {
        **own_codes,
        "dossier_key": f"keyed_hash({own_codes['dossier_code']})",
        **{key: _own_key(codes, source) for key, codes in _CODES_OF_KEY.items()},
        # Both change once the register knows the other versions of the dossier.
        "first_due_date": "due_date",
        "delivered_dossier_code": "CAST(NULL AS VARCHAR)",
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
    parts = [f"coalesce({code}, '') || '/'" for code in codes[:-1]]
    return f"keyed_hash({' || '.join([quoted(source + '/'), *parts, codes[-1]])})"
