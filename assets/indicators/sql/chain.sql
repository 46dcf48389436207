-- Months whose carried-over stock is not the stock left by the month before; no row: all is well.
-- Form II.06a: column 6 of a month = column 11 of the month before (here with the paused ones).
SELECT
    month.period_start, month.unit_code, month.unit_valid_from,
    earlier.pending_count + earlier.paused_count AS left_count,
    month.carried_over_count
FROM indicators.own_count AS month
INNER JOIN indicators.own_count AS earlier
    ON earlier.period_end + 1 = month.period_start
    AND earlier.unit_code = month.unit_code
    AND earlier.unit_valid_from = month.unit_valid_from
WHERE month.period_kind = 'month' AND earlier.period_kind = 'month'
    AND earlier.pending_count + earlier.paused_count <> month.carried_over_count
ORDER BY ALL
