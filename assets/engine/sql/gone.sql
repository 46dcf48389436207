-- Title:   Dossiers that a newer snapshot no longer holds (Hồ sơ không còn trong danh sách mới)
-- Grain:   dossier_key
SELECT dossier_key, delivery_id, part_number, row_number, delivery_period, unit_code, state
FROM core.dossier_version
WHERE is_gone
ORDER BY ALL
