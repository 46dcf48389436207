-- Title:   Measures by unit and field (Chỉ tiêu theo đơn vị và lĩnh vực)
-- Grain:   period_kind, period_start, period_end, unit_code, field_code
-- Form:    II.06a/VPCP/KSTT, a row a field
-- Source:  own.sql
-- Version: 2026.2
--
-- Own counts of a unit; what stands in no list of procedures is 'unassigned'.
WITH {{own}},
summed AS (
    SELECT period_kind, period_start, period_end, unit_code, field_code, {{summed_counts}}
    FROM own
    GROUP BY ALL
)
SELECT {{period_columns}}, unit_code, field_code, {{counts}},
    {{rates}}
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
