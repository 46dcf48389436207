-- Rejected rows of the files in force with their unit, for the files to send back.
SELECT
    coalesce(row.unit_code, $unassigned) AS unit_code, delivery.delivery_period, delivery.export,
    left(delivery.file_sha256, 8) AS file, row.part_number, row.row_number, row.record_code,
    row.rule_id, row.found
FROM quarantine.rejected_row AS row
INNER JOIN ops.delivery AS delivery USING (delivery_id)
WHERE delivery.state = 'loaded'
ORDER BY ALL
