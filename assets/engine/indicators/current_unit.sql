-- Title:   Where each unit's history counts today (Đơn vị ngày nay của từng đơn vị)
-- Grain:   current_unit: unit_code, unit_valid_from; current_count: period, today's unit
-- Form:    none; common table expressions of by_unit_current.sql and by_level_current.sql
-- Source:  own.sql; reference.unit and reference.unit_succession
-- Version: 2026.2
--
-- Today is the last day counted. A record that ended counts under its single successor, that one's
-- successor, and so on; where there is none or there are several, the last record reached keeps
-- what it has, and is_current is false. A change of parent is a succession of the unit by itself.
-- Each step leads to a record that ends later, so every chain ends.
today AS (
    SELECT max(cutoff_date) AS day FROM reference.period
),
single_successor AS (
    SELECT unit_code, changed_on, min(successor_code) AS successor_code
    FROM reference.unit_succession
    CROSS JOIN today
    WHERE changed_on <= today.day
    GROUP BY unit_code, changed_on
    HAVING count(*) = 1
),
chain AS (
    SELECT unit_code, valid_from AS unit_valid_from,
        unit_code AS current_code, valid_from AS current_from, valid_to AS current_to
    FROM reference.unit
    UNION ALL
    SELECT chain.unit_code, chain.unit_valid_from,
        unit.unit_code, unit.valid_from, unit.valid_to
    FROM chain
    INNER JOIN single_successor
        ON single_successor.unit_code = chain.current_code
        AND single_successor.changed_on = chain.current_to + 1
    INNER JOIN reference.unit AS unit
        ON unit.unit_code = single_successor.successor_code
        AND single_successor.changed_on BETWEEN unit.valid_from AND unit.valid_to
),
chain_end AS (
    SELECT unit_code, unit_valid_from,
        arg_max(current_code, current_to) AS current_code,
        arg_max(current_from, current_to) AS current_from
    FROM chain
    GROUP BY unit_code, unit_valid_from
),
current_unit AS (
    SELECT chain_end.*, unit.unit_level, unit.parent_unit_code, unit.valid_to AS current_to,
        today.day BETWEEN unit.valid_from AND unit.valid_to AS is_current
    FROM chain_end
    CROSS JOIN today
    INNER JOIN reference.unit AS unit
        ON unit.unit_code = chain_end.current_code AND unit.valid_from = chain_end.current_from
    UNION ALL BY NAME
    -- Nobody's dossiers are no remnant of an old unit.
    SELECT 'unassigned' AS unit_code, DATE '0001-01-01' AS unit_valid_from,
        'unassigned' AS current_code, DATE '0001-01-01' AS current_from,
        'unassigned' AS unit_level, true AS is_current
),
current_count AS (
    SELECT own.* EXCLUDE (unit_code, unit_valid_from, unit_level),
        current_code AS unit_code, current_from AS unit_valid_from,
        current_unit.unit_level, is_current
    FROM own
    INNER JOIN current_unit USING (unit_code, unit_valid_from)
    UNION ALL BY NAME
    -- Today's units have a row in every period, those that are no more while they existed.
    SELECT DISTINCT period_kind, period_start, period_end, current_code AS unit_code,
        current_from AS unit_valid_from, unit_level, is_current
    FROM wanted_period
    CROSS JOIN today
    INNER JOIN current_unit
        ON current_code <> 'unassigned'
        -- A unit yet to come may have dossiers that paid before they were received, and no zeros.
        AND current_from <= today.day
        AND (is_current OR current_from <= period_end AND current_to >= period_start)
)
