-- Title:   Measures by level of today's units (Chỉ tiêu theo cấp của đơn vị ngày nay)
-- Grain:   period_kind, period_start, period_end, unit_level, is_current
-- Form:    appendix 3 of the administrative-reform report, rows 3.1 to 3.3
-- Source:  own.sql; current_unit.sql
-- Version: 2026.2
--
-- What counts under all of today's units of a level, and apart (is_current is false) what units of
-- that level keep that are no more; 'all' is the whole, these included.
WITH RECURSIVE {{own}},
{{current_unit}},
levelled AS (
    SELECT * FROM current_count
    UNION ALL BY NAME
    SELECT * REPLACE ('all' AS unit_level, true AS is_current) FROM current_count
),
summed AS (
    SELECT period_kind, period_start, period_end, unit_level, is_current,
        {{summed_counts}}
    FROM levelled
    GROUP BY ALL
)
SELECT {{period_columns}}, unit_level, is_current, {{counts}},
    {{rates}}
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
