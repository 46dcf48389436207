"""Headers wanted and headers offered: what of a sample file the settings map, and what not.

Belongs here: headers that are missing or stand twice, and which ones a column probably means. Does
not belong here: finding the headers of a sample (`settings_offered`) and reading rows.
"""

from typing import Any

from assets.engine.common.text import header_key, label_key
from assets.engine.extract import ENOUGH_RECORDS, GROUP_SEPARATOR
from assets.engine.settings_draft import DraftExport
from assets.engine.settings_findings import Findings, likely, toml_text
from assets.engine.settings_offered import Offered, is_path, plain_path, usual_column
from schemas.settings import PEOPLE_HEADER

# Without these a dossier is read and never counted.
COUNTED = {
    "unit_code": "every dossier would count as unassigned",
    "channel": "no dossier would count as filed online",
    "received_date": "no dossier would count in any period",
}
_PLACES = "of a list it takes [0] for the first, [#-1] for the last, [*] for all"
# What objects call the text that people read, then their code.
_TEXT_KEYS = ("ten", "name", "title", "label", "ma", "code", "id")

Values = dict[str, dict[str, list[str]]]


def fitted(
    export: DraftExport, offer: Offered, shared: Values, *, name: str, findings: Findings
) -> tuple[DraftExport, list[str]]:
    """Return the export with columns that the sample has, and the headers that none reads.

    A column whose header is missing goes on with the one that is probably meant, so that one
    check finds everything; `shared` are the texts that the exports of its kind share.
    """
    wanted = _without_bad_paths(export.headers(), offer, name, findings)
    found = {
        column: texts for column, texts in wanted.items() if any(offer.has(text) for text in texts)
    }
    copies = _copies(export, found)
    taken = [text for texts in found.values() for text in texts]
    spare = [path for path in offer.named if not _is_taken(path, taken, offer)]
    needed = [column.name for column in export.definition.columns if column.needed]
    needed += COUNTED if export.kind == "dossier" else ()
    sought = {column: wanted.get(column, []) for column in [*wanted, *needed]}
    if not _is_such_a_list(sought, spare, export.kind, offer):
        findings.add(
            f"exports.{name}.columns",
            f"the file has no {_kind(offer)} that they name, nor one that a {export.kind} usually "
            "has: is it a list of this export?",
        )
        return export.model_copy(update={"columns": {}}).usable(), spare
    for column in sought:
        if column in found and column not in copies:
            continue
        meant = _meant(column, wanted.get(column, []), spare, export.kind, offer)
        if column in copies:
            said = f"reads '{found.pop(column)[0]}', as {copies[column]} does" + _or(meant)
            findings.add(f"exports.{name}.columns.{column}", said)
        else:
            _say_missing(
                column, wanted.get(column), meant, offer, is_needed=column in needed, name=name,
                findings=findings,
            )  # fmt: skip
        if meant:
            findings.propose(f"exports.{name}.columns", f"{column} = {toml_text(meant)}")
            found[column] = [meant]
            spare = [path for path in spare if not _is_taken(path, [meant], offer)]
    columns: dict[str, Any] = {
        column.name: found[column.name]
        for column in export.definition.columns
        if column.name in found
    }
    values = {column: shared[column] for column in columns if column in shared}
    values |= {column: texts for column, texts in export.values.items() if column in columns}
    mapped = export.model_copy(update={"columns": columns, "values": values})
    for said in mapped.value_problems():
        findings.add(f"exports.{name}", said)
    return mapped.usable(), spare


def _say_missing(
    column: str,
    texts: list[str] | None,
    meant: str | None,
    offer: Offered,
    *,
    is_needed: bool,
    name: str,
    findings: Findings,
) -> None:
    place = f"exports.{name}.columns.{column}"
    if texts is None:
        if column in COUNTED:
            findings.add(place, f"is not mapped: {COUNTED[column]}{_or(meant)}")
        return  # The model has said of the others that they are needed.
    if not texts:
        return  # No path, which has been said.
    if offer.is_json and (said := _of_json(texts, offer)):
        findings.add(place, said + _or(meant))
        return
    quoted = " or ".join(f"'{text}'" for text in texts)
    is_known = any(offer.has_top(text) for text in texts) or offer.count < ENOUGH_RECORDS
    if offer.is_json and meant is None and is_known and not is_needed:
        # Portals leave out what a record does not have.
        findings.notes.append(f"{place}: {quoted} is in none of the first {offer.count:,} records")
        return
    findings.add(place, f"the file has no {_kind(offer)} {quoted}{_or(meant)}")


def _kind(offer: Offered) -> str:
    return "path" if offer.is_json else "header"


def _is_such_a_list(
    sought: dict[str, list[str]], spare: list[str], kind: str, offer: Offered
) -> bool:
    """Say whether the file has any of the columns, be it by another name."""
    return any(
        any(offer.has(text) or offer.has_top(text) for text in texts)
        or _meant(column, texts, spare, kind, offer)
        for column, texts in sought.items()
    )


def _without_bad_paths(
    wanted: dict[str, list[str]], offer: Offered, name: str, findings: Findings
) -> dict[str, list[str]]:
    """Return the headers without what is no path; a list of JSON may stand in any of them."""
    good = {
        column: [text for text in texts if not offer.is_json or is_path(text)]
        for column, texts in wanted.items()
    }
    for column, texts in wanted.items():
        for text in texts:
            if text not in good[column]:
                meant = offer.through_lists(text)
                findings.add(
                    f"exports.{name}.columns.{column}",
                    f"'{text}' is no path: {_PLACES}{_or(meant)}",
                )
                if meant:
                    good[column].append(meant)
                    findings.propose(f"exports.{name}.columns", f"{column} = {toml_text(meant)}")
    return good


def _of_json(texts: list[str], offer: Offered) -> str | None:
    """Return why records have a path and still no text for it."""
    for text in texts:
        if keys := sorted({plain_path(path).split(".")[text.count(".") + 1]
                           for path in offer.below(text)}):  # fmt: skip
            return f"'{text}' is an object with the keys {', '.join(keys)}"
        if offer.through_lists(text):
            return f"'{text}' takes a list for a text, or a text for a list: {_PLACES}"
    return None


def _or(meant: str | None) -> str:
    return f"; did you mean '{meant}'?" if meant else ""


def _copies(export: DraftExport, found: dict[str, list[str]]) -> dict[str, str]:
    """Return columns with the header of another of one reading, with that other's name.

    One of them is a copied line that nobody fitted; flags and values may well share a header.
    """
    owners: dict[tuple[str, str], str] = {}
    copies = {}
    for column in export.definition.columns:
        for text in found.get(column.name, ()):
            owner = owners.setdefault((column.reading, label_key(text)), column.name)
            if owner != column.name and column.reading in ("date", "code", "amount"):
                copies[column.name] = owner
    return copies


def _meant(
    column: str, texts: list[str], spare: list[str], kind: str, offer: Offered
) -> str | None:
    """Return which spare header a column probably means: another group, a slip, a usual name."""
    spare = [path for path in spare if not PEOPLE_HEADER.search(path)]
    for text in texts if offer.is_json else ():
        within = {path.rpartition(".")[2].lower(): path for path in offer.below(text)
                  if path in spare}  # fmt: skip
        if key := next((key for key in _TEXT_KEYS if key in within), None):
            return within[key].replace("[*]", "[0]")
        if path := offer.through_lists(text):
            return path
    leaves = {header_key(path.rpartition(GROUP_SEPARATOR)[2]): path for path in reversed(spare)}
    keys = {header_key(path): path for path in reversed(spare)}
    for text in texts:
        if path := leaves.get(header_key(text.rpartition(GROUP_SEPARATOR)[2])):
            return path
    for path in spare:
        if usual_column(path, kind) == column:
            return path
    for text in texts:
        if key := likely(header_key(text), list(keys), 0.75):
            return keys[key]
    return None


def _is_taken(path: str, taken: list[str], offer: Offered) -> bool:
    if offer.is_json:
        return plain_path(path) in map(plain_path, taken)
    return label_key(path) in map(label_key, taken) or header_key(path) in map(header_key, taken)
