-- Title:   Measures by unit (Chỉ tiêu theo đơn vị)
-- Grain:   period_kind, period_start, period_end, unit_code, scope
-- Form:    II.06a/VPCP/KSTT, a row a unit
-- Source:  own_count.sql; the unit tree of reference.unit
-- Version: 2026.1
--
-- own: the unit itself. subtree: the unit and all below it, by the parent links of the records
-- valid together, never by the prefix of a code.
WITH RECURSIVE {{ancestry}},
scoped AS (
    SELECT *, unit_code AS scope_code, 'own' AS scope FROM indicators.own_count
    UNION ALL
    SELECT own_count.*, reached.ancestor_code, 'subtree'
    FROM indicators.own_count
    INNER JOIN reached USING (unit_code, unit_valid_from)
),
summed AS (
    SELECT period_kind, period_start, period_end, scope_code AS unit_code, scope,
        {{summed_counts}}
    FROM scoped
    GROUP BY ALL
)
SELECT period_kind, period_start, period_end, period_label, cutoff_date, is_provisional,
    unit_code, scope, {{counts}},
    {{rates}}
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
