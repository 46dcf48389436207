-- Title:   Measures by unit (Chỉ tiêu theo đơn vị)
-- Grain:   period_kind, period_start, period_end, unit_code, scope
-- Form:    II.06a/VPCP/KSTT, a row a unit
-- Source:  own_count.sql; the unit tree of reference.unit
-- Version: 2026.1
--
-- own: the unit itself. subtree: the unit and all below it, by the parent links of the records
-- valid together, never by the prefix of a code.
WITH RECURSIVE ancestry AS (
    SELECT unit_code, valid_from, valid_to, unit_code AS ancestor_code,
        parent_unit_code AS next_code
    FROM reference.unit
    UNION
    SELECT ancestry.unit_code, ancestry.valid_from, ancestry.valid_to, unit.unit_code,
        unit.parent_unit_code
    FROM ancestry
    INNER JOIN reference.unit AS unit
        ON unit.unit_code = ancestry.next_code
        AND unit.valid_from <= ancestry.valid_to
        AND unit.valid_to >= ancestry.valid_from
),
scoped AS (
    SELECT *, unit_code AS scope_code, 'own' AS scope FROM indicators.own_count
    UNION ALL
    SELECT own_count.*, reached.ancestor_code, 'subtree'
    FROM indicators.own_count
    INNER JOIN (SELECT DISTINCT unit_code, valid_from, ancestor_code FROM ancestry) AS reached
        ON reached.unit_code = own_count.unit_code
        AND reached.valid_from = own_count.unit_valid_from
    UNION ALL
    SELECT *, unit_code, 'subtree' FROM indicators.own_count WHERE unit_code = 'unassigned'
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
