"""Writes the bundled sample: eleven months of invented deliveries of one district.

Belongs here: the order of the steps, and ``planted.csv``. Not here: the steps, which
the ``sample_*`` modules beside this one hold. Nothing of the pipeline is imported, so that the
sample cannot inherit its mistakes.

Run ``python data/sample/generate.py [FOLDER]``. The same bytes come out every time: one seed,
no clock, no network, nothing that depends on hash order.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from sample_catalogue import read_levels
from sample_chance import Dice
from sample_dossiers import DossierMaker, digitise, number_dossiers
from sample_figures import COMMUNE_EXPORT, DISTRICT_EXPORT, MONTHS, PAYMENT_EXPORT
from sample_files import FILE_NAMES, FIRST_ROWS, write_delivery
from sample_payments import RequestMaker
from sample_people import People, Person
from sample_planted import plant
from sample_rows import Row, dossier_rows, request_rows

SAMPLE = Path(__file__).resolve().parent
SEED = 769
SOURCE = "xin_man"


def make_sample() -> tuple[dict[tuple[str, int], list[Row]], list[Person]]:
    """Return the rows by export and number of the month, and all people."""
    dice = Dice(SEED)
    levels = read_levels()
    people = People(dice, levels["commune"].units)
    # The first two people sign the district's lists.
    for _ in range(2):
        people.someone(levels["district"].units[0])
    makers = {name: DossierMaker(dice, level, people) for name, level in levels.items()}
    dossiers = [dossier for name, maker in makers.items() for dossier in maker.make(name)]
    number_dossiers(dossiers)
    digitise(dice, dossiers)
    request_maker = RequestMaker(dice)
    requests = request_maker.make(dossiers)
    deliveries: dict[tuple[str, int], list[Row]] = {}
    for number, month in enumerate(MONTHS):
        deliveries[DISTRICT_EXPORT, number] = dossier_rows(dossiers, "district", month)
        deliveries[COMMUNE_EXPORT, number] = dossier_rows(dossiers, "commune", month)
        deliveries[PAYMENT_EXPORT, number] = request_rows(requests, month)
    plant(deliveries, makers, request_maker)
    return deliveries, people.all


def marked_people() -> list[str]:
    """Return every invented name, identity number, phone number and address that is written.

    Addresses come as written and, where they hold a line break, with a blank in its place.
    """
    texts: list[str] = []
    for person in make_sample()[1]:
        flat = person.address.replace("\n", " ")
        village = flat.split(",")[0]
        texts += [person.name, person.identity, person.phone, person.address, flat, village]
    return list(dict.fromkeys(texts))


def write_sample(target: Path = SAMPLE) -> None:
    """Write all deliveries and ``planted.csv`` below a folder."""
    deliveries, people = make_sample()
    found: list[tuple[str, str, str, int, str, str]] = []
    for (export, number), rows in deliveries.items():
        month = MONTHS[number]
        period = f"{month.start:%Y-%m-%d}"
        name = FILE_NAMES[export].format(month.end)
        path = target / "inbox" / SOURCE / export / period / name
        write_delivery(path, export, rows, month, people[:2])
        found += [
            (export, period, name, row_number, row.kind, row.rule)
            for row_number, row in enumerate(rows, FIRST_ROWS[export])
            if row.kind
        ]
    with (target / "planted.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["export", "period", "file_name", "row_number", "kind", "rule_id"])
        writer.writerows(sorted(found))


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
