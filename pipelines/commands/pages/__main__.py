"""The command `pages`: write the data dictionary and the page of export columns anew."""

from pipelines.commands.pages import columns, dictionary


def main() -> None:
    """Write both pages."""
    written = columns.PAGE.read_text(encoding="utf-8")
    columns.PAGE.write_text(columns.columns_page(written), encoding="utf-8")
    dictionary.PAGE.write_text(dictionary.dictionary(), encoding="utf-8")


if __name__ == "__main__":
    main()
