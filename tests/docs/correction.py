"""The sample after a correction: what the questions about changed figures are asked of."""

import shutil
from datetime import date, timedelta
from pathlib import Path

from assets.engine.common.paths import Paths
from tests.assets.deliveries import CODE, COMMUNE, correct_commune, delivered_file, read_commune
from tests.end_to_end.dossier_model import RESOLVED, day_of
from tests.support import SETTINGS, process

KEY = "2023-05-15"
LAST_DAY = date(2023, 6, 14)
DAYS_LATE = timedelta(days=3)


def corrected(sample: Paths, folder: Path) -> Paths:
    """Copy the sample to `folder` and deliver a month of the communes anew, as its page says.

    Of the first two dossiers that were received and due in the month and resolved in time, one
    turns out to have ended three days late, the other to have come in over the counter.
    """
    shutil.copytree(sample.data, folder)
    paths = Paths(folder, SETTINGS)
    file = delivered_file(paths, COMMUNE, KEY)
    late, direct, *_ = (cells for cells in read_commune(file) if _is_in_time(cells))
    due = day_of(late["Ngày hẹn trả"])
    assert due is not None
    correct_commune(
        file,
        {
            late[CODE]: {"Ngày kết thúc xử lý": f"{due + DAYS_LATE:%d/%m/%Y} 09:00:00"},
            direct[CODE]: {"Kênh thực hiện": "Trực tiếp"},
        },
    )
    process(paths, [KEY])
    return paths


def _is_in_time(cells: dict[str, str]) -> bool:
    received, ended, due = (
        day_of(cells[name]) for name in ("Ngày tiếp nhận", "Ngày kết thúc xử lý", "Ngày hẹn trả")
    )
    return (
        cells["Trạng thái"] in RESOLVED
        and cells["Kênh thực hiện"] == "Trực tuyến"
        and cells["Loại kết quả"] == "Kết quả"
        and received is not None and ended is not None and due is not None
        and date.fromisoformat(KEY) <= received <= ended <= due <= LAST_DAY - DAYS_LATE
    )  # fmt: skip
