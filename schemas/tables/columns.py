"""The vocabulary every table is described in: `Column`, `Table` and `Macro`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its name, its DuckDB type and what it means in both languages.

    `values` are all it can hold, where these are few; of a list, what its elements can be.
    """

    name: str
    type: str
    vi: str
    en: str
    nullable: bool = True
    values: tuple[str, ...] = ()

    @property
    def comment(self) -> str:
        """Meaning in Vietnamese, then in English, as officials and analysts read it; values."""
        listed = f": {', '.join(self.values)}" if self.values else ""
        return f"{self.vi} | {self.en}{listed}"


@dataclass(frozen=True)
class Table:
    """One table: `layer.name`, what a row is (`key`), and its columns in order."""

    layer: str
    name: str
    vi: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def qualified_name(self) -> str:
        """Name in DuckDB, which is also the asset key: `layer.name`."""
        return f"{self.layer}.{self.name}"

    @property
    def comment(self) -> str:
        """Meaning in Vietnamese, then in English, and the grain."""
        return f"{self.vi} | {self.en} | {', '.join(self.key)}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Column names in table order."""
        return tuple(column.name for column in self.columns)

    def create_sql(self, catalog: str | None = None) -> str:
        """Return `CREATE TABLE IF NOT EXISTS` with types and NOT NULL, without constraints.

        Keys are checked by SQL after a load: a DuckDB primary key costs an index held in memory,
        which at ten million dossiers is most of the memory a service centre has.
        """
        body = ", ".join(
            f"{column.name} {column.type}{'' if column.nullable else ' NOT NULL'}"
            for column in self.columns
        )
        return f"CREATE TABLE IF NOT EXISTS {self._in(catalog)} ({body})"

    def comment_sql(self, catalog: str | None = None, kind: str = "TABLE") -> list[str]:
        """Return the `COMMENT ON` statements of the table, or view, and its columns."""
        name = self._in(catalog)
        statements = [f"COMMENT ON {kind} {name} IS {quoted(self.comment)}"]
        statements += [
            f"COMMENT ON COLUMN {name}.{column.name} IS {quoted(column.comment)}"
            for column in self.columns
        ]
        return statements

    def _in(self, catalog: str | None) -> str:
        return self.qualified_name if catalog is None else f"{catalog}.{self.qualified_name}"


@dataclass(frozen=True)
class Macro:
    """A macro of a published file; a table macro's rows have `columns`, another has none."""

    name: str
    vi: str
    en: str
    parameters: tuple[Column, ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def comment(self) -> str:
        """Meaning in Vietnamese, then in English, and what to give a table macro."""
        given = ", ".join(column.name for column in self.parameters)
        return f"{self.vi} | {self.en}" + (f" | {given}" if given else "")

    def comment_sql(self) -> str:
        """Return the `COMMENT ON` statement of the macro."""
        kind = "MACRO TABLE" if self.columns else "MACRO"
        return f"COMMENT ON {kind} {self.name} IS {quoted(self.comment)}"


def quoted(text: str) -> str:
    """Return `text` as a SQL string literal, for the places that cannot bind a parameter."""
    return "'" + text.replace("'", "''") + "'"
