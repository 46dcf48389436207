-- Title:   Dossiers behind a figure (Hồ sơ đứng sau một con số)
-- Grain:   dossier_key
-- Form:    none; body of the table macro explain(measure, period_kind, period_end, unit, scope)
-- Source:  facts.sql, placed.sql, paid.sql: the same lines that count
-- Version: 2026.2
WITH RECURSIVE {{ancestry}},
asked_period AS (
    SELECT * FROM reference.period AS period
    -- What was asked for in vain must not look like nobody.
    WHERE CASE
        WHEN asked_unit IS NOT NULL AND asked_unit <> 'unassigned'
                AND asked_unit NOT IN (SELECT unit_code FROM reference.unit)
            THEN error('explain: no unit of reference.unit has the code ' || asked_unit)
        WHEN (asked_kind, asked_end) NOT IN (
                SELECT (known.period_kind, known.period_end) FROM reference.period AS known)
            THEN error('explain: no period of reference.period has this kind and last day')
        ELSE period.period_kind = asked_kind AND period.period_end = asked_end
    END
),
{{facts_sql}},
{{placed_sql}},
{{paid_sql}},
listed AS (
    SELECT dossier_key, unit_code, unit_valid_from, unit_level, procedure_code, field_code
    FROM placed
    -- A constant error would be folded away: it takes nothing of a column along.
    WHERE CASE asked_measure {{measures}} WHEN 'payable_count' THEN false
        WHEN 'paid_online_count' THEN false
        ELSE error('explain: no measure of a count is called ' || asked_measure || left(unit_code, 0))
    END
    UNION
    SELECT dossier_key, unit_code, unit_valid_from, unit_level, procedure_code, field_code
    FROM asked_period AS period
    INNER JOIN paid_dossier
        ON collected_month BETWEEN period.period_start AND reporting_month(period.period_end)
    WHERE asked_measure = 'payable_count' OR asked_measure = 'paid_online_count' AND is_paid_online
)
SELECT DISTINCT listed.dossier_key, listed.unit_code, listed.unit_level, listed.procedure_code,
    listed.field_code, dossier.delivery_id, dossier.part_number, dossier.row_number
FROM listed
INNER JOIN core.dossier AS dossier USING (dossier_key)
WHERE asked_unit IS NULL OR CASE asked_scope
    WHEN 'own' THEN listed.unit_code = asked_unit
    WHEN 'subtree' THEN (listed.unit_code, listed.unit_valid_from) IN (
        SELECT (reached.unit_code, reached.unit_valid_from) FROM reached
        WHERE reached.ancestor_code = asked_unit)
    ELSE error('explain: the scope is own or subtree' || left(listed.unit_code, 0))
END
