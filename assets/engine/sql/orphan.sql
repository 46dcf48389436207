-- Title:   Payments whose dossier is not in the register (Thanh toán không tìm thấy hồ sơ)
-- Grain:   delivery_id, part_number, row_number
SELECT 'payment' AS record_kind, delivery_id, part_number, row_number, delivery_period, dossier_key, amount
FROM core.payment_request ANTI JOIN core.dossier USING (dossier_code)
UNION ALL
SELECT 'transaction', delivery_id, part_number, row_number, delivery_period, dossier_key, amount
FROM core.payment_transaction ANTI JOIN core.dossier USING (dossier_code)
UNION ALL
SELECT 'receipt', delivery_id, part_number, row_number, delivery_period, dossier_key, amount
FROM core.receipt ANTI JOIN core.dossier USING (dossier_code)
ORDER BY ALL
