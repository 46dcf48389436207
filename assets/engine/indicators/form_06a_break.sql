-- Rows of form II.06a that break an identity of the form, and by how much; no row: all is well.
-- 3 = 4+5+6, 7 = 8+9+10, 11 = 12+13, 3 = 7+11 and what the form has no column for, column 6 of a
-- month = column 11 of the month before. The dossiers: explain(measure, ...) of dossiers.duckdb.
WITH form AS (
    SELECT *, period_kind = 'month'
        AND period_start > (SELECT min(period_start) FROM indicators.form_06a
            WHERE period_kind = 'month') AS has_month_before
    FROM indicators.form_06a
),
stock AS (
    SELECT period_end + 1 AS period_start, unit_code, scope, field_code, column_11
    FROM indicators.form_06a
    WHERE period_kind = 'month'
),
chained AS (
    SELECT
        coalesce(form.period_start, stock.period_start) AS period_start,
        coalesce(form.unit_code, stock.unit_code) AS unit_code,
        coalesce(form.scope, stock.scope) AS scope,
        coalesce(form.field_code, stock.field_code) AS field_code,
        coalesce(column_6, 0) AS column_6,
        coalesce(stock.column_11, 0) AS left_before
    FROM (FROM form WHERE has_month_before) AS form
    FULL JOIN stock USING (period_start, unit_code, scope, field_code)
    WHERE coalesce(form.period_start, stock.period_start)
        IN (SELECT period_start FROM form WHERE has_month_before)
)
SELECT period_kind, period_start, unit_code, scope, field_code, '3 = 4 + 5 + 6' AS identity,
    column_3 AS stated, column_4 + column_5 + column_6 AS found
FROM form WHERE stated <> found
UNION ALL
SELECT period_kind, period_start, unit_code, scope, field_code, '7 = 8 + 9 + 10',
    column_7, column_8 + column_9 + column_10
FROM form WHERE column_7 <> column_8 + column_9 + column_10
UNION ALL
SELECT period_kind, period_start, unit_code, scope, field_code, '11 = 12 + 13',
    column_11, column_12 + column_13
FROM form WHERE column_11 <> column_12 + column_13
UNION ALL
SELECT period_kind, period_start, unit_code, scope, field_code, '3 = 7 + 11 + left out',
    column_3, column_7 + column_11 + left_out_count
FROM form WHERE column_3 <> column_7 + column_11 + left_out_count
UNION ALL
SELECT 'month', period_start, unit_code, scope, field_code, '6 = 11 of the month before',
    column_6, left_before
FROM chained WHERE column_6 <> left_before
ORDER BY ALL
