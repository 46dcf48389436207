-- Title:   Figures as reported on a day (Số liệu như đã công bố vào một ngày)
-- Grain:   as the table asked for
-- Form:    none; body of the table macro ops.as_reported(table_name, reported_at)
-- Source:  ops.revision
-- Version: 2026.2
SELECT * EXCLUDE (change)
FROM ops.revision
WHERE table_name = asked_table AND computed_at <= asked_at
QUALIFY row_number() OVER (
    PARTITION BY period_kind, period_start, period_end, unit_code, scope, unit_level,
        procedure_code, CASE WHEN procedure_code IS NULL THEN field_code END
    ORDER BY computed_at DESC) = 1
    AND change = 'set'
