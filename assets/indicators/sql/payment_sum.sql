-- Title:   Payment requests and money by month (Yêu cầu thanh toán và số tiền theo tháng)
-- Grain:   period_start, unit_code, outcome, method
-- Form:    none; what authorities ask beside the rate of online payment
-- Source:  practice of local authorities
-- Version: 2026.1
--
-- A request counts on the day it was collected, a refund on the day it was paid back, any other on
-- the day it was asked for.
-- Money is summed at the grain of requests: no join multiplies it. A request without a dossier
-- counts once the dossier arrives (quarantine.orphan).
WITH request AS (
    SELECT
        request.dossier_code,
        coalesce(dossier.unit_code, 'unassigned') AS unit_code,
        CASE
            WHEN request.state IN ('refunded', 'cancelled') THEN request.state
            WHEN request.collection = 'exempt' THEN 'exempt'
            WHEN request.amount = 0 THEN 'zero_amount'
            ELSE request.state
        END AS outcome,
        coalesce(request.method, 'unknown') AS method,
        CASE request.state
            WHEN 'refunded' THEN coalesce(refunded_date, collected_date, requested_date)
            WHEN 'paid' THEN collected_date
            ELSE coalesce(requested_date, collected_date)
        END AS day,
        CASE WHEN request.state = 'refunded' THEN -abs(request.amount) ELSE request.amount
        END AS amount
    FROM core.payment_request AS request
    INNER JOIN core.dossier AS dossier USING (dossier_code)
)
SELECT
    period.period_start, unit_code, outcome, method,
    count(DISTINCT dossier_code) AS dossier_count,
    count(*) AS request_count,
    CAST(sum(amount) AS BIGINT) AS amount
FROM request
INNER JOIN reference.period
    ON period.period_kind = 'month' AND day BETWEEN period.period_start AND period.cutoff_date
GROUP BY ALL
ORDER BY ALL
