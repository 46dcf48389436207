-- Title:   Measures by unit (Chỉ tiêu theo đơn vị)
-- Grain:   period_kind, period_start, period_end, unit_code, scope
-- Form:    II.06a/VPCP/KSTT, a row a unit
-- Source:  scoped.sql
-- Version: 2026.2
WITH RECURSIVE {{ancestry}},
{{own}},
{{scoped}},
summed AS (
    SELECT period_kind, period_start, period_end, unit_code, scope, {{summed_counts}}
    FROM scoped
    GROUP BY ALL
)
SELECT {{period_columns}}, unit_code, scope, {{counts}},
    {{rates}}
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
