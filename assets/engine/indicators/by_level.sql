-- Title:   Measures by level (Chỉ tiêu theo cấp)
-- Grain:   period_kind, period_start, period_end, unit_level
-- Form:    appendix 3 of the administrative-reform report, rows 3.1 to 3.3
-- Source:  own.sql
-- Version: 2026.2
--
-- Own counts of all units of a level; 'all' is the whole, units unknown to the reference included.
WITH {{own}},
levelled AS (
    SELECT * FROM own
    UNION ALL BY NAME
    SELECT * REPLACE ('all' AS unit_level) FROM own
    UNION ALL BY NAME
    SELECT period_kind, period_start, period_end, unit_level
    FROM wanted_period
    INNER JOIN (
        SELECT unit_level, valid_from, valid_to FROM reference.unit
        UNION ALL
        SELECT 'all', min(valid_from), max(valid_to) FROM reference.unit
    ) AS unit
        ON unit.valid_from <= wanted_period.period_end
        AND unit.valid_to >= wanted_period.period_start
),
summed AS (
    SELECT period_kind, period_start, period_end, unit_level, {{summed_counts}}
    FROM levelled
    GROUP BY ALL
)
SELECT {{period_columns}}, unit_level, {{counts}},
    {{rates}}
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
