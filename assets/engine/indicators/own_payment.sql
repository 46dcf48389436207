-- Title:   Dossiers of each unit that paid (Hồ sơ đã nộp phí, lệ phí của từng đơn vị)
-- Grain:   period_kind, period_start, period_end, unit_code, unit_valid_from, procedure_code
-- Form:    none
-- Source:  paid.sql
-- Version: 2026.2
--
-- Distinct dossiers: one that paid in two months counts in each, and once in their quarter.
WITH {{paid_sql}}
SELECT
    period.period_kind,
    period.period_start,
    period.period_end,
    unit_code,
    unit_valid_from,
    unit_level,
    procedure_code,
    field_code,
    count(DISTINCT dossier_key) AS payable_count,
    count(DISTINCT dossier_key) FILTER (WHERE is_paid_online) AS paid_online_count
FROM reference.period AS period
INNER JOIN paid_dossier
    ON collected_month BETWEEN period.period_start AND reporting_month(period.period_end)
GROUP BY ALL
