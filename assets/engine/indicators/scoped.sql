-- Title:   Own counts and those with all units below (Số đếm riêng và gồm cấp dưới)
-- Grain:   scoped: as own.sql, and scope
-- Form:    none; common table expression of the tables with a row a unit
-- Source:  own.sql, ancestry.sql
-- Version: 2026.2
--
-- own: the unit itself. subtree: the unit and all below it, by the parent links of the records
-- valid together, never by the prefix of a code. A unit without a dossier has its rows of zeros.
scoped AS (
    SELECT *, 'own' AS scope FROM own
    UNION ALL BY NAME
    SELECT own.* REPLACE (reached.ancestor_code AS unit_code), 'subtree' AS scope
    FROM own INNER JOIN reached USING (unit_code, unit_valid_from)
    UNION ALL BY NAME
    SELECT period_kind, period_start, period_end, unit_code, scope
    FROM wanted_period
    INNER JOIN reference.unit
        ON unit.valid_from <= wanted_period.period_end
        AND unit.valid_to >= wanted_period.period_start
    CROSS JOIN (VALUES ('own'), ('subtree')) AS scopes(scope)
)
