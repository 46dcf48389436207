-- Title:   Rejected rows by rule (Dòng bị từ chối theo quy tắc)
-- Grain:   source, export, delivery_period, rule_id
SELECT
    delivery.source, delivery.export, delivery.delivery_period, rejected_row.rule_id,
    rule.rule_vi, rule.rule_en, count(*) AS rejected_row_count
FROM quarantine.rejected_row
INNER JOIN ops.delivery USING (delivery_id)
INNER JOIN rule USING (rule_id)
WHERE delivery.state = 'loaded'
GROUP BY ALL
ORDER BY ALL
