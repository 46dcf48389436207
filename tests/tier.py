"""How much is tried: little at each landing (`make test`), much in the long tier (`make soak`)."""

import os

IS_SOAK = bool(os.environ.get("MOTCUA_SOAK"))


def _cases(landing: int, soak: int) -> int:
    return soak if IS_SOAK else landing


# Random registers against the oracle, and lists against a plain reading.
REGISTERS = _cases(18, 600)
LISTS = _cases(30, 600)
# Random deliveries in any order, nights corrected or counted anew, deletions of a portal.
ORDERS = _cases(6, 150)
CORRECTED = _cases(3, 150)
DELETIONS = _cases(3, 30)
# Files gone bad, over all containers.
FUZZ = _cases(200, 20_000)
# Nights that are killed: through the engine, one a stage at least, and through Dagster.
ENGINE_KILLS = _cases(4, 180)
DAGSTER_KILLS = _cases(2, 20)
# Scenarios whose processes are killed at named steps, and how often: in all, or at each name.
KILLED_SCENARIOS = _cases(3, 6)
KILLS_OF_A_STEP = _cases(1, 3)
# Nights in a row with a mishap each, and how many such months there are.
NIGHTS = _cases(8, 20)
MONTHS = _cases(1, 5)
# Months of nights whose clock is wrong for some of them.
WRONG_CLOCKS = _cases(1, 60)
# Installations that grow old in every way, against one load of all that was delivered.
INSTALLATIONS = _cases(30, 300)
