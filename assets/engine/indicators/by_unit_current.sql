-- Title:   Measures by today's units (Chỉ tiêu theo đơn vị ngày nay)
-- Grain:   period_kind, period_start, period_end, unit_code, scope, is_current
-- Form:    II.06a/VPCP/KSTT, a row a unit
-- Source:  own.sql; current_unit.sql
-- Version: 2026.2
--
-- own: what counts under the unit today. subtree: with all units below it today; what an ended
-- unit keeps stands below what its parent has become, so that a province loses nothing.
WITH RECURSIVE {{own}},
{{current_unit}},
parent AS (
    -- The parent on the unit's last day, today at the latest, as it is today.
    SELECT DISTINCT child.current_code, child.current_from,
        parent.current_code AS parent_code, parent.current_from AS parent_from,
        parent.is_current AS parent_is_current
    FROM current_unit AS child
    CROSS JOIN today
    INNER JOIN reference.unit AS unit
        ON unit.unit_code = child.parent_unit_code
        AND least(child.current_to, today.day) BETWEEN unit.valid_from AND unit.valid_to
    INNER JOIN current_unit AS parent
        ON parent.unit_code = unit.unit_code AND parent.unit_valid_from = unit.valid_from
),
reached AS (
    SELECT current_code, current_from, is_current,
        current_code AS ancestor_code, current_from AS ancestor_from,
        is_current AS ancestor_is_current
    FROM current_unit
    UNION
    SELECT reached.current_code, reached.current_from, reached.is_current,
        parent.parent_code, parent.parent_from, parent.parent_is_current
    FROM reached
    INNER JOIN parent
        ON parent.current_code = reached.ancestor_code
        AND parent.current_from = reached.ancestor_from
),
scoped AS (
    SELECT *, 'own' AS scope FROM current_count
    UNION ALL BY NAME
    SELECT current_count.* REPLACE (
            ancestor_code AS unit_code, ancestor_is_current AS is_current),
        'subtree' AS scope
    FROM current_count
    INNER JOIN reached
        ON reached.current_code = current_count.unit_code
        AND reached.current_from = current_count.unit_valid_from
),
summed AS (
    SELECT period_kind, period_start, period_end, unit_code, scope, is_current,
        {{summed_counts}}
    FROM scoped
    GROUP BY ALL
)
SELECT {{period_columns}}, unit_code, scope, is_current, {{counts}},
    {{rates}}
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
