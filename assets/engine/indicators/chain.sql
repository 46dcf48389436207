-- Months whose carried-over stock is not the stock left by the month before; no row: all is well.
-- Form II.06a: column 6 of a month = column 11 of the month before (here with the paused ones).
WITH stock AS (
    SELECT period_end + 1 AS period_start, unit_code, unit_valid_from, procedure_code,
        pending_count + paused_count AS left_count, 0 AS carried_over_count
    FROM indicators.own_count WHERE period_kind = 'month'
    UNION ALL
    SELECT period_start, unit_code, unit_valid_from, procedure_code, 0, carried_over_count
    FROM indicators.own_count WHERE period_kind = 'month'
)
SELECT period_start, unit_code, unit_valid_from, procedure_code,
    sum(left_count) AS left_count, sum(carried_over_count) AS carried_over_count
FROM stock
WHERE period_start IN (
    SELECT period_start FROM reference.period WHERE period_kind = 'month'
        AND period_start > (SELECT min(period_start) FROM reference.period
            WHERE period_kind = 'month'))
GROUP BY ALL
HAVING sum(left_count) <> sum(carried_over_count)
ORDER BY ALL
