-- Title:   Records that no period counts (Bản ghi không kỳ nào đếm)
-- Grain:   record_kind, reason, unit_code
-- Together with the dossiers that some period counts, these are the whole register.
WITH bounds AS (
    -- Payments are summed by month; a dossier counts in the year of the first month, too.
    SELECT min(period_start) AS first_day,
        min(period_start) FILTER (WHERE period_kind = 'month') AS first_month,
        max(cutoff_date) AS last_day, any_value(end_basis) AS end_basis
    FROM reference.period
),
dossier AS (
    SELECT *,
        ended_day(end_basis, finished_date, returned_date, refused_date) AS ended_date,
        is_closed(state) OR state = 'paused_other' AND ended_date IS NOT NULL AS is_closed
    FROM core.dossier CROSS JOIN bounds
),
outside_dossier AS (
    SELECT
        coalesce(unit_code, 'unassigned') AS unit_code,
        CASE
            WHEN state IN ('new', 'not_accepted') THEN state
            WHEN received_date IS NULL THEN 'no_received_date'
            WHEN received_date > last_day THEN 'received_after_cutoff'
            WHEN received_date < first_day AND is_closed AND ended_date < first_day
                THEN 'closed_before_first_period'
            WHEN received_date < first_day AND is_closed AND ended_date IS NULL
                THEN 'closed_undated_before_first_period'
        END AS reason
    FROM dossier
),
outside_payment AS (
    SELECT
        coalesce(dossier.unit_code, 'unassigned') AS unit_code,
        payment_day(request.state, requested_date, collected_date, request.refunded_date) AS day,
        CASE
            WHEN dossier.dossier_code IS NULL THEN 'payment_without_dossier'
            WHEN day IS NULL THEN 'payment_undated'
            WHEN day > last_day THEN 'payment_after_cutoff'
            WHEN day < first_month THEN 'payment_before_first_period'
        END AS reason
    FROM core.payment_request AS request
    LEFT JOIN core.dossier AS dossier ON dossier.dossier_code = request.dossier_code
    CROSS JOIN bounds
)
SELECT 'dossier' AS record_kind, reason, unit_code, count(*) AS record_count
FROM outside_dossier WHERE reason IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'payment', reason, unit_code, count(*)
FROM outside_payment WHERE reason IS NOT NULL GROUP BY ALL
ORDER BY ALL
