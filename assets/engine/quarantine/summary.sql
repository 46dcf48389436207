-- Title:   Rejected and flagged rows by rule (Dòng bị từ chối hoặc cảnh báo, theo quy tắc)
-- Grain:   source, export, delivery_period, rule_id
WITH rejected AS (
    SELECT delivery_id, rule_id, count(*) AS row_count
    FROM quarantine.rejected_row GROUP BY ALL
),
flag AS (
    SELECT delivery_id, unnest(flags) AS rule_id FROM core.dossier_version WHERE flags IS NOT NULL
    UNION ALL
    SELECT delivery_id, unnest(flags) FROM core.payment_version WHERE flags IS NOT NULL
    UNION ALL
    SELECT delivery_id, unnest(flags) FROM core.transaction_version WHERE flags IS NOT NULL
    UNION ALL
    SELECT delivery_id, unnest(flags) FROM core.receipt_version WHERE flags IS NOT NULL
    UNION ALL
    SELECT delivery_id, unnest(flags) FROM core.procedure_version WHERE flags IS NOT NULL
),
-- Catalogues change after rows were loaded, so what they say is asked each time.
filed AS (
    SELECT delivery_id, procedure_code, channel, count(*) AS row_count
    FROM core.dossier WHERE procedure_code IS NOT NULL GROUP BY ALL
),
catalogue AS (
    SELECT delivery_id, 'procedure_unknown' AS rule_id, row_count
    FROM filed ANTI JOIN reference.procedure USING (procedure_code)
    UNION ALL
    SELECT filed.delivery_id, 'info_only_filed_online', filed.row_count
    FROM filed INNER JOIN reference.procedure AS listed USING (procedure_code)
    WHERE filed.channel = 'online' AND listed.service_level = 'info'
),
broken AS (
    FROM rejected
    UNION ALL
    SELECT delivery_id, rule_id, count(*) FROM flag GROUP BY ALL
    UNION ALL
    FROM catalogue
)
SELECT
    delivery.source, delivery.export, delivery.delivery_period, broken.rule_id,
    rule.severity, rule.repairer, rule.rule_vi, rule.rule_en,
    CAST(sum(broken.row_count) AS BIGINT) AS row_count
FROM broken
INNER JOIN ops.delivery USING (delivery_id)
INNER JOIN rule USING (rule_id)
WHERE delivery.state = 'loaded'
GROUP BY ALL
ORDER BY ALL
