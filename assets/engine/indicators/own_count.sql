-- Title:   Counts of each unit by itself (Số đếm riêng của từng đơn vị)
-- Grain:   period_kind, period_start, period_end, unit_code, unit_valid_from, procedure_code
-- Form:    II.06a/VPCP/KSTT, columns 3 to 13, day granularity
-- Source:  facts.sql, placed.sql
-- Version: 2026.2
--
-- Dossiers alike are counted once: what each dossier is (facts), how many are alike, what each
-- period says of them (placed). A dossier weighs 1, and -1 where it is taken out of the counts.
WITH {{facts_sql}},
alike AS (
    SELECT *, sum(weight) AS dossier_count FROM facts GROUP BY ALL
),
{{placed_sql}}
SELECT period_kind, period_start, period_end, unit_code, unit_valid_from, unit_level,
    procedure_code, field_code,
    {{counted}}
FROM placed
GROUP BY ALL
