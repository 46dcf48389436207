-- Title:   What changed between two computations (Số liệu thay đổi giữa hai lần tính)
-- Grain:   computed_at, table_name, the period, the keys of the table, measure
-- Form:    none; the view ops.figure_change
-- Source:  ops.revision
-- Version: 2026.2
--
-- A row that came or went counted nothing on the other side.
-- The dossiers that moved a figure: explain_change(measure, period_kind, period_end) of
-- dossiers.duckdb.
WITH said AS (
    SELECT * FROM (
        SELECT computed_at, run_id, table_name, change, period_kind, period_start, period_end,
            period_label, is_provisional, unit_code, scope, unit_level, field_code, procedure_code,
            {{measures}}
        FROM ops.revision
    )
    UNPIVOT INCLUDE NULLS (said FOR measure IN ({{measure_names}}))
),
compared AS (
    SELECT computed_at, run_id, table_name, period_kind, period_start, period_end, period_label,
        is_provisional, unit_code, scope, unit_level, field_code, procedure_code, measure,
        CASE WHEN change = 'set' THEN said END AS now_said,
        lag(now_said) OVER earlier AS before_said,
        lag(computed_at) OVER earlier AS before_computed_at,
        min(computed_at) OVER (PARTITION BY table_name, period_kind, period_start, period_end)
            AS first_computed_at
    FROM said
    WINDOW earlier AS (
        PARTITION BY table_name, period_kind, period_start, period_end, unit_code, scope,
            unit_level, procedure_code, CASE WHEN procedure_code IS NULL THEN field_code END,
            measure
        ORDER BY computed_at)
)
SELECT table_name, period_kind, period_start, period_end, period_label, is_provisional, unit_code,
    scope, unit_level, field_code, procedure_code, measure, before_said, now_said,
    coalesce(now_said, 0) - coalesce(before_said, 0) AS difference, before_computed_at, computed_at,
    run_id
FROM compared
WHERE computed_at > first_computed_at
    AND CASE WHEN measure LIKE '%_count' THEN coalesce(before_said, 0) <> coalesce(now_said, 0)
        ELSE before_said IS DISTINCT FROM now_said END
