-- Title:   Figures as reported on a day (Số liệu như đã công bố vào một ngày)
-- Grain:   as the table asked for
-- Form:    none; body of the table macro ops.as_reported(table_name, reported_at)
-- Source:  ops.revision
-- Version: 2026.2
SELECT * EXCLUDE (change)
FROM ops.revision
WHERE CASE
    WHEN asked_table NOT IN ('by_unit', 'by_level', 'by_unit_field', 'by_unit_procedure')
        THEN error('as_reported: the tables are by_unit, by_level, by_unit_field, by_unit_procedure'
            || left(period_label, 0))
    -- A day is asked for with all that was computed on it.
    ELSE table_name = asked_table AND computed_at < CAST(asked_at AS TIMESTAMP) + CASE
        WHEN typeof(asked_at) = 'DATE' THEN INTERVAL 1 DAY ELSE INTERVAL 1 MICROSECOND END
END
QUALIFY row_number() OVER (
    PARTITION BY period_kind, period_start, period_end, unit_code, scope, unit_level,
        procedure_code, CASE WHEN procedure_code IS NULL THEN field_code END
    ORDER BY computed_at DESC) = 1
    AND change = 'set'
