-- Months whose carried-over stock is not the stock left by the month before; no row: all is well.
-- Form II.06a: column 6 of a month = column 11 of the month before (here with the paused ones).
WITH month AS (
    SELECT * FROM indicators.own_count WHERE period_kind = 'month'
)
SELECT
    month.period_start, month.unit_code, month.unit_valid_from,
    coalesce(earlier.pending_count + earlier.paused_count, 0) AS left_count,
    month.carried_over_count
FROM month
LEFT JOIN month AS earlier
    ON earlier.period_end + 1 = month.period_start
    AND earlier.unit_code = month.unit_code
    AND earlier.unit_valid_from = month.unit_valid_from
WHERE month.period_start > (SELECT min(period_start) FROM month)
    AND coalesce(earlier.pending_count + earlier.paused_count, 0) <> month.carried_over_count
ORDER BY ALL
