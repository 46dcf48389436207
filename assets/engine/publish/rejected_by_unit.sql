-- Rejected rows of the files in force with their unit, for the files to send back.
-- Where the row itself names no known unit, the register knows the unit of its dossier.
SELECT
    coalesce(row.unit_code, dossier.unit_code, $unassigned) AS unit_code,
    delivery.delivery_period, delivery.source, delivery.export,
    left(delivery.file_sha256, 8) AS file, row.part_number, row.row_number,
    row.record_code, row.dossier_code, row.rule_id, row.found
FROM quarantine.rejected_row AS row
INNER JOIN ops.delivery AS delivery USING (delivery_id)
LEFT JOIN core.dossier_alias AS alias ON alias.alias_code = row.dossier_code
LEFT JOIN core.dossier AS dossier
    ON dossier.dossier_code = coalesce(alias.dossier_code, row.dossier_code)
WHERE delivery.state = 'loaded'
ORDER BY ALL
