-- Title:   Measures by level (Chỉ tiêu theo cấp)
-- Grain:   period_kind, period_start, period_end, unit_level
-- Form:    appendix 3 of the administrative-reform report, rows 3.1 to 3.3
-- Source:  own_count.sql
-- Version: 2026.1
--
-- Own counts of all units of a level; 'all' is the whole, units unknown to the reference included.
WITH levelled AS (
    SELECT * FROM indicators.own_count
    UNION ALL
    SELECT * REPLACE ('all' AS unit_level) FROM indicators.own_count
),
summed AS (
    SELECT period_kind, period_start, period_end, unit_level,
        {{summed_counts}}
    FROM levelled
    GROUP BY ALL
)
SELECT period_kind, period_start, period_end, period_label, cutoff_date, is_provisional,
    unit_level, {{counts}},
    {{rates}}
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
