-- Title:   Dossiers that a newer whole list no longer holds (Hồ sơ không còn trong danh sách mới)
-- Grain:   dossier_key
-- One whose row was rejected is still on the newer list: quarantine.rejected_row says what is wrong.
WITH rejected AS (
    SELECT unnest([record_code, source || '/' || record_code]) AS dossier_code
    FROM quarantine.rejected_row INNER JOIN ops.delivery USING (delivery_id)
    WHERE delivery.state = 'loaded'
)
SELECT dossier_key, delivery_id, part_number, row_number, delivery_period, unit_code, state
FROM core.dossier_version ANTI JOIN rejected USING (dossier_code)
WHERE is_gone
ORDER BY ALL
