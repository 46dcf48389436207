-- Title:   Dossiers that changed a figure (Hồ sơ làm thay đổi một con số)
-- Grain:   computed_at, dossier_key, unit_code, side
-- Form:    none; body of the table macro explain_change(measure, period_kind, period_end)
-- Source:  facts.sql, placed.sql over what dossiers said before and after (ops.moved_dossier)
-- Version: 2026.2
--
-- side: before, the figure of that unit counted the dossier until this computation; after, it
-- counts it since. A dossier counted in the same place on both sides moved nothing.
WITH asked_period AS (
    SELECT * FROM reference.period AS period
    -- What was asked for in vain must not look like nobody.
    WHERE CASE
        WHEN (asked_kind, asked_end) NOT IN (
                SELECT (known.period_kind, known.period_end) FROM reference.period AS known)
            THEN error('explain_change: no period of reference.period has this kind and last day')
        ELSE period.period_kind = asked_kind AND period.period_end = asked_end
    END
),
{{facts_sql}},
{{placed_sql}},
listed AS (
    SELECT computed_at, side, dossier_key, unit_code, procedure_code, field_code,
        count(*) OVER (PARTITION BY computed_at, dossier_key, unit_code, procedure_code) AS sides
    FROM placed
    -- A constant error would be folded away: it takes nothing of a column along.
    WHERE CASE asked_measure {{measures}}
        ELSE error('explain_change: no measure of dossiers (payments are not kept) is called '
            || asked_measure || left(unit_code, 0))
    END
)
SELECT computed_at, side, dossier_key, listed.unit_code, listed.procedure_code, field_code,
    moved.delivery_id, moved.part_number, moved.row_number
FROM listed
INNER JOIN ops.moved_dossier AS moved USING (computed_at, side, dossier_key)
WHERE sides = 1
ORDER BY ALL
