"""`docs/operator.md`: every picture is there, small enough, and taken by the command."""

import re

from assets.engine.common.paths import PROJECT

PAGE = PROJECT / "docs" / "operator.md"
IMAGES = PROJECT / "docs" / "images"
LARGEST = 200_000
ALL_TOGETHER = 1_500_000


def test_the_page_shows_every_picture_and_no_other() -> None:
    shown = re.findall(r"!\[[^]]+\]\(images/([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(file.name for file in IMAGES.iterdir())
    command = (PROJECT / "tests" / "browser" / "screenshots.py").read_text(encoding="utf-8")
    for name in shown:
        assert f'"{name.removesuffix(".png")}"' in command


def test_pictures_are_small_enough_for_the_repository() -> None:
    sizes = [file.stat().st_size for file in IMAGES.iterdir()]
    assert max(sizes) < LARGEST
    assert sum(sizes) < ALL_TOGETHER
