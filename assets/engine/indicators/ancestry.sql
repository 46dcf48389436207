-- Title:   Units that a unit counts in (Các đơn vị mà một đơn vị được tính vào)
-- Grain:   reached: unit_code, unit_valid_from, ancestor_code
-- Form:    none; common table expressions of by_unit.sql and of the check of its sums
-- Source:  the unit tree of reference.unit
-- Version: 2026.1
--
-- Each record of a unit counts in itself and all above it, by the parent links of the records
-- valid together, never by the prefix of a code.
ancestry AS (
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
reached AS (
    SELECT DISTINCT unit_code, valid_from AS unit_valid_from, ancestor_code FROM ancestry
    UNION ALL
    SELECT 'unassigned', DATE '0001-01-01', 'unassigned'
)
