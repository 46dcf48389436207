-- Title:   Payments without their dossier or request (Thanh toán không tìm thấy hồ sơ, yêu cầu)
-- Grain:   delivery_id, part_number, row_number
WITH payment AS (
    SELECT 'payment' AS record_kind, delivery_id, part_number, row_number, delivery_period,
        dossier_key, dossier_code, CAST(NULL AS UUID) AS request_key, amount
    FROM core.payment_request
    UNION ALL
    SELECT 'transaction', delivery_id, part_number, row_number, delivery_period,
        dossier_key, dossier_code, request_key, amount
    FROM core.payment_transaction
    UNION ALL
    SELECT 'receipt', delivery_id, part_number, row_number, delivery_period,
        dossier_key, dossier_code, request_key, amount
    FROM core.receipt
),
-- A portal that delivers no requests has no request to miss.
requesting AS (
    SELECT DISTINCT source FROM ops.delivery WHERE kind = 'payment' AND state = 'loaded'
),
judged AS (
    SELECT payment.*,
        CASE
            WHEN dossier.dossier_code IS NULL THEN 'no_dossier'
            WHEN payment.request_key IS NOT NULL AND request.request_key IS NULL
                AND delivery.source IN (FROM requesting) THEN 'no_request'
        END AS reason
    FROM payment
    INNER JOIN ops.delivery AS delivery USING (delivery_id)
    LEFT JOIN core.dossier AS dossier USING (dossier_code)
    LEFT JOIN core.payment_request AS request ON request.request_key = payment.request_key
)
SELECT record_kind, reason, delivery_id, part_number, row_number, delivery_period, dossier_key,
    amount
FROM judged
WHERE reason IS NOT NULL
ORDER BY ALL
