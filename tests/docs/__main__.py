"""Write the pages of `docs/` that are made from the code: `make docs`."""

from tests.docs import columns_page, dictionary


def main() -> None:
    """Write every page anew."""
    written = columns_page.PAGE.read_text(encoding="utf-8")
    columns_page.PAGE.write_text(columns_page.columns_page(written), encoding="utf-8")
    dictionary.PAGE.write_text(dictionary.dictionary(), encoding="utf-8")


if __name__ == "__main__":
    main()
