"""Write the answers of `docs/analysts.md` anew, as the sample gives them: a part of `make docs`."""

import tempfile
from pathlib import Path

from tests.docs import analysts_page
from tests.docs.correction import corrected
from tests.support import SAMPLE_KEYS, new_installation, process


def main() -> None:
    """Ask the sample before and after its correction."""
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
