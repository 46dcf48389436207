"""Counts of a trial: what the loading as a whole says about the settings.

Belongs here: a file that would be refused, flags on half of its rows, receptions at night. Does
not belong here: texts of single columns (`settings_tries`).
"""

from assets.engine.common.messages import counted
from assets.engine.settings_draft import DraftSource
from assets.engine.settings_findings import Findings
from assets.engine.settings_trial import Trial

# A share of receptions at night that says something about the zone, not about the clerks.
_NIGHT_SHARE = 0.25
_FLAGGED_SHARE = 0.5
_SWAPPED = "are two columns swapped?"
_OTHER_HEADER = "is another header meant?"
# Flags that a mistake of the settings puts on most rows: where it stands, and what to ask.
_ASKED = {
    "due_before_received": ("columns", _SWAPPED),
    "end_before_received": ("columns", _SWAPPED),
    "collected_before_requested": ("columns", _SWAPPED),
    "parts_differ_from_amount": ("columns", _SWAPPED),
    "unit_missing": ("columns.unit_code", _OTHER_HEADER),
    "channel_missing": ("columns.channel", _OTHER_HEADER),
    "received_date_missing": ("columns.received_date", _OTHER_HEADER),
    "end_date_missing": ("columns.finished_date", _OTHER_HEADER),
    "returned_date_missing": ("columns.returned_date", _OTHER_HEADER),
    "method_missing": ("columns.method", _OTHER_HEADER),
    "date_in_future": ("date_formats", "do they read another day than the portal writes?"),
    "day_month_swapped": ("date_formats", "do they read days as months?"),
}


def look_at_counts(trial: Trial, source: DraftSource, name: str, findings: Findings) -> None:
    """Name what the loading of the whole sample says."""
    _look_at_flags(trial, name, findings)
    _look_at_night(trial, name, findings)
    _say_refusal(trial, source, findings)


def _look_at_flags(trial: Trial, name: str, findings: Findings) -> None:
    """Name flags on so many rows that the settings, not the rows, must be wrong."""
    accepted = trial.loaded.accepted
    for flag, (place, question) in _ASKED.items():
        count = trial.flags.get(flag, 0)
        if count and count >= _FLAGGED_SHARE * accepted:
            said = f"{flag} on {count:,} of {accepted:,} rows: {question}"
            findings.add(f"exports.{name}.{place}", said)


def _look_at_night(trial: Trial, name: str, findings: Findings) -> None:
    """Note that times look like those of another zone."""
    night = trial.flags.get("received_at_night", 0)
    if trial.loaded.accepted and night > _NIGHT_SHARE * trial.loaded.accepted:
        findings.notes.append(
            f"exports.{name}.time_zone: {counted(night, 'dossier')} received between 0 and 5 "
            "o'clock: are the times of another zone?"
        )


def _say_refusal(trial: Trial, source: DraftSource, findings: Findings) -> None:
    """Name what the loading itself says: a file refused, too many rows rejected."""
    loaded = trial.loaded
    if loaded.reason:
        reason = loaded.reason.replace(f" ({loaded.delivery.reference})", "")
        findings.add("the file", f"would be refused: {reason}")
    elif trial.refusable_count > source.refuse_above_share * loaded.read:
        findings.add(
            "refuse_above_share",
            f"the file would be refused: {trial.refusable_count:,} of {loaded.read:,} rows "
            f"rejected, more than {source.refuse_above_share:.0%}",
        )
    findings.notes.extend(loaded.warnings)
