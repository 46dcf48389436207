"""Text made comparable: labels and shapes, in Python and in SQL alike."""

import string
import sys
import unicodedata
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.engine.common.paths import Paths
from assets.engine.common.text import EMPTY_TEXTS, clean, label_key, shape
from assets.engine.warehouse import reader

VIETNAMESE = "ăâđêôơưĂÂĐÊÔƠƯáàảãạếềểễệởữỳỵỸ\u0301\u0300\u0309\u0303\u0323\u0302\u031b"
BLANKS = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff"
TEXTS = st.text(string.ascii_letters + string.digits + ".,;-/()#" + VIETNAMESE + BLANKS)


@pytest.fixture(scope="module")
def macros(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("macros")
    with reader(Paths(root, root)) as connection:
        yield connection


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Mã hồ sơ", "mã hồ sơ"),
        ("  MÃ\u00a0 HỒ\tSƠ\u200b", "mã hồ sơ"),
        ("Ma\u0303 ho\u0302\u0300 so\u031b", "mã hồ sơ"),
        ("\ufeffMã\r\nhồ sơ", "mã hồ sơ"),
        ("", ""),
    ],
)
def test_spellings_of_one_label_are_one_key(text: str, key: str) -> None:
    assert label_key(text) == key


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Lò Thị Mẫu 42", "Aa Aaa Aaa 99"),
        ("000.06.33.H22-230105-0001", "999.99.99.A99-999999-9999"),
        ("#REF!", "#AAA!"),
        ("Đ" * 100, "A" * 60),
    ],
)
def test_a_shape_says_what_text_looks_like_and_not_what_it_says(text: str, seen: str) -> None:
    assert shape(text) == seen


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=TEXTS)
def test_sql_and_python_clean_and_key_text_alike(
    text: str, macros: duckdb.DuckDBPyConnection
) -> None:
    found = macros.execute("SELECT clean_text($1), label_key($1)", [text]).fetchone()
    assert found == (clean(text), label_key(text))


@settings(deadline=None)
@given(text=TEXTS)
def test_no_letter_or_digit_of_a_text_is_left_in_its_shape(text: str) -> None:
    assert {char for char in shape(text) if char.isalnum()} <= set("Aa9")


@pytest.mark.parametrize("blank", ["\u2003", "\u2009", "\u202f", "\u3000", "\v"])
def test_other_blanks_are_blanks_in_sql_too(blank: str, macros: duckdb.DuckDBPyConnection) -> None:
    text = f"Đang{blank}xử lý"
    assert macros.execute("SELECT clean_text(?)", [text]).fetchone() == (clean(text),)


def test_sql_and_python_know_the_same_texts_for_nothing(macros: duckdb.DuckDBPyConnection) -> None:
    dashes = [
        chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) == "Pd"
    ]
    texts = ["", "_", ".", "0", *dashes, *(2 * dash for dash in dashes)]
    rows = macros.execute(
        "SELECT text FROM (SELECT unnest($1) AS text) WHERE is_empty_text(text)", [texts]
    ).fetchall()
    assert sorted(text for (text,) in rows) == sorted(EMPTY_TEXTS)
