"""Random delimited lists with faults in them, read by the engine and in plain Python.

`MOTCUA_SOAK=1` runs ten times as many.
"""

import os
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.engine.paths import Paths
from assets.engine.warehouse import warehouse
from tests.support import SETTINGS, new_installation, take_in
from tests.unit import plain_reading
from tests.unit.deliveries import (
    COMMUNE_HEADERS,
    JANUARY,
    PERSON,
    cells,
    code,
    csv_text,
    dossier,
    place,
)

EXAMPLES = 400 if os.environ.get("MOTCUA_SOAK") else 40


@dataclass
class Intake:
    """An installation that refuses no file for its rejects, with its warehouse open."""

    paths: Paths
    connection: duckdb.DuckDBPyConnection
    count: int = field(default=0)


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    root = tmp_path_factory.mktemp("intake")
    shutil.copytree(SETTINGS / "reference", root / "settings" / "reference")
    (root / "settings" / "sources").mkdir()
    text = (SETTINGS / "sources" / "xin_man.toml").read_text(encoding="utf-8")
    text = text.replace("refuse_above_share = 0.2", "refuse_above_share = 1.0")
    (root / "settings" / "sources" / "xin_man.toml").write_text(text, encoding="utf-8")
    paths = Paths(new_installation(root / "data").data, root / "settings")
    with warehouse(paths) as connection:
        yield Intake(paths, connection)


def _spelt(*texts: str) -> st.SearchStrategy[str]:
    """Return spellings of the same texts, as spreadsheets and web pages leave them."""
    return st.builds(
        lambda text, spell: spell(text),
        st.sampled_from(texts),
        st.sampled_from(
            (
                str,
                str.upper,
                lambda text: unicodedata.normalize("NFD", text),
                lambda text: text.replace(" ", "\u00a0"),
                lambda text: f" {text}\u200b ",
            )
        ),
    )


BLANK = st.sampled_from(("", " ", "\u00a0"))
PEOPLE = st.sampled_from((
    PERSON, "", f'"{PERSON}"', f"{PERSON};", f"{PERSON}\nThôn Mẫu", f"{PERSON}\r\n\r\nThôn Mẫu",
    f'gọi là "{PERSON}", dòng', "Mẫu ; \" ; '", "\\", "#",
))  # fmt: skip
DAYS = st.sampled_from(("05/01/2023", "5/1/2023 08:00:00", "29/02/2024", " 14/01/2023", ""))
BAD_DAYS = st.sampled_from(("31/02/2023", "29/02/2023", "hôm qua", "2023-01-05", "Mẫu"))
ROWS = st.fixed_dictionaries(
    {
        "number": st.sampled_from(("1", "2")),
        "dossier_code": st.builds(code, st.integers(1, 12)),
        "unit_code": _spelt("UBND xã Chí Cà"),
        "person": PEOPLE,
        "channel": _spelt("Trực tuyến", "Trực tiếp") | BLANK,
        "received_date": DAYS,
        "due_date": DAYS,
        "state": _spelt("Đang xử lý", "Đã xử lý xong", "Mới đăng ký"),
    }
)
FAULTS = st.one_of(
    st.just({}),
    st.just({}),
    st.just({}),
    st.fixed_dictionaries({"dossier_code": BLANK | st.sampled_from(("Mẫu", "(chưa cấp)"))}),
    st.fixed_dictionaries({"state": BLANK | st.sampled_from(("Đang chờ duyệt", PERSON))}),
    st.fixed_dictionaries({"channel": st.just("Fax")}),
    st.fixed_dictionaries({"received_date": BAD_DAYS}),
    st.fixed_dictionaries({"due_date": BAD_DAYS, "finished_date": BAD_DAYS}),
)
WIDTH = len(COMMUNE_HEADERS)


@st.composite
def _lines(draw: st.DrawFn) -> list[str]:
    (line,) = cells([draw(ROWS) | draw(FAULTS)])
    form = draw(st.sampled_from(("row", "row", "row", "twice", "short", "long", "blank", "empty")))
    if form == "short":
        return line[: draw(st.integers(1, WIDTH - 1))]
    if form == "long":
        return line + ["thừa"] * draw(st.integers(1, 3))
    if form == "blank":
        return []
    return [""] * WIDTH if form == "empty" else line


def _deliver(intake: Intake, text: str) -> str:
    """Load this list alone and return its delivery's identity."""
    intake.count += 1
    file = place(intake.paths, "dossiers_commune", JANUARY, f"{intake.count}.csv")
    file.write_text(text, encoding="utf-8", newline="")
    results = take_in(intake.paths, [JANUARY], intake.connection)
    file.unlink()
    (result,) = (item for item in results if item.delivery.name.endswith(f"/{intake.count}.csv"))
    assert result.reason is None
    return result.delivery.delivery_id


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=st.lists(_lines(), max_size=30), first=st.integers(1, 10**12))
def test_the_engine_reads_a_list_as_plain_python_does(
    lines: list[list[str]], first: int, intake: Intake
) -> None:
    # The first row's running number makes the bytes new; nothing else depends on it.
    opening = cells([dossier(20, number=str(first * 10**6 + intake.count))])
    text = csv_text([*opening, *lines])
    expected = plain_reading.read(text)
    delivery = _deliver(intake, text)
    ask = intake.connection.execute
    versions = ask(
        "SELECT row_number, dossier_code FROM core.dossier_version WHERE delivery_id = ?",
        [delivery],
    ).fetchall()
    rejected = ask(
        "SELECT row_number, rule_id FROM quarantine.rejected_row WHERE delivery_id = ?", [delivery]
    ).fetchall()
    (counted,) = ask(
        "SELECT read_count, accepted_count, quarantined_count, duplicate_count, layout_count "
        "FROM ops.delivery WHERE delivery_id = ?",
        [delivery],
    ).fetchall()
    assert set(versions) == expected.accepted
    assert len(versions) == len(expected.accepted)
    assert set(rejected) == expected.rejected
    assert counted == (
        expected.read, len(expected.accepted), len({row for row, _ in expected.rejected}),
        expected.duplicates, expected.layout,
    )  # fmt: skip


def test_one_dossier_has_one_latest_version_after_all_these_lists(intake: Intake) -> None:
    _deliver(intake, csv_text(cells([dossier(20), dossier(21)])))
    doubled = intake.connection.execute(
        "SELECT dossier_code FROM core.dossier_version GROUP BY ALL "
        "HAVING count(*) FILTER (WHERE is_latest) <> 1"
    ).fetchall()
    assert doubled == []
