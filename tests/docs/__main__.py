"""Write the pages of `docs/` that are made from the code and the sample: `make docs`."""

import tempfile
from pathlib import Path

from tests.docs import analysts_page, columns_page, dictionary
from tests.docs.correction import corrected
from tests.support import SAMPLE_KEYS, new_installation, process


def main() -> None:
    """Write every page anew."""
    written = columns_page.PAGE.read_text(encoding="utf-8")
    columns_page.PAGE.write_text(columns_page.columns_page(written), encoding="utf-8")
    dictionary.PAGE.write_text(dictionary.dictionary(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        sample = new_installation(Path(folder) / "data", with_sample=True)
        process(sample, SAMPLE_KEYS)
        after = corrected(sample, Path(folder) / "corrected")
        samples = analysts_page.Samples(sample.published, after.published)
        written = analysts_page.PAGE.read_text(encoding="utf-8")
        answered = analysts_page.analysts_page(written, samples)
    analysts_page.PAGE.write_text(answered, encoding="utf-8")


if __name__ == "__main__":
    main()
