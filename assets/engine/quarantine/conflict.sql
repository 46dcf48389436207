-- Title:   Versions that contradict each other (Phiên bản mâu thuẫn)
-- Grain:   record_kind, the version kept, conflict_kind, the other version
-- What a dossier or a request is does not change as it is handled: files in force that differ in
-- it, and a state that goes back from closed to open, are for a person to look at. A unit may
-- change from one period to the next, as a dossier is handed on.
WITH loaded AS (
    SELECT delivery_id, source, export FROM ops.delivery WHERE state = 'loaded'
),
dossier AS (
    SELECT
        'dossier' AS record_kind, kept.dossier_key, kept.delivery_id, kept.part_number,
        kept.row_number, other.delivery_id AS other_delivery_id,
        other.part_number AS other_part_number, other.row_number AS other_row_number,
        unnest([
            CASE WHEN kept.delivery_period = other.delivery_period
                    AND kept.unit_code <> other.unit_code THEN 'unit' END,
            CASE WHEN kept.procedure_code <> other.procedure_code THEN 'procedure' END,
            CASE WHEN kept.channel <> other.channel THEN 'channel' END,
            CASE WHEN kept.received_date <> other.received_date THEN 'received_date' END,
            CASE WHEN is_closed(other.state) AND NOT is_closed(kept.state)
                 THEN 'state_goes_back' END
        ]) AS conflict_kind
    FROM core.dossier_version AS other
    SEMI JOIN loaded USING (delivery_id)
    INNER JOIN core.dossier AS kept USING (dossier_key)
    WHERE NOT other.is_latest
),
-- One second code under two first codes, in two files of an export: it joins neither.
stated AS (
    SELECT dossier.*, loaded.source, loaded.export,
        first_value((delivery_id, part_number, row_number)) OVER (
            PARTITION BY loaded.source, loaded.export, other_dossier_code
            ORDER BY delivery_period, delivery_id, part_number, row_number) AS first_place,
        first_value(dossier_code) OVER (
            PARTITION BY loaded.source, loaded.export, other_dossier_code
            ORDER BY delivery_period, delivery_id, part_number, row_number) AS first_code
    FROM core.dossier AS dossier
    INNER JOIN loaded USING (delivery_id)
    WHERE other_dossier_code IS NOT NULL
        AND NOT list_contains(coalesce(flags, []), 'other_dossier_code_shared')
),
shared AS (
    SELECT 'dossier', dossier_key, delivery_id, part_number, row_number,
        first_place[1], first_place[2], first_place[3], 'second_code_shared'
    FROM stated WHERE dossier_code <> first_code
),
payment AS (
    SELECT
        'payment', kept.dossier_key, kept.delivery_id, kept.part_number, kept.row_number,
        other.delivery_id, other.part_number, other.row_number,
        unnest([
            CASE WHEN kept.dossier_key <> other.dossier_key THEN 'dossier' END,
            CASE WHEN kept.amount <> other.amount THEN 'amount' END,
            CASE WHEN other.state IN ('paid', 'refunded') AND kept.state = 'unpaid'
                 THEN 'state_goes_back' END
        ]) AS conflict_kind
    FROM core.payment_version AS other
    SEMI JOIN loaded USING (delivery_id)
    INNER JOIN core.payment_request AS kept USING (request_key)
    WHERE NOT other.is_latest
),
receipt AS (
    SELECT
        'receipt', kept.dossier_key, kept.delivery_id, kept.part_number, kept.row_number,
        other.delivery_id, other.part_number, other.row_number,
        unnest([
            CASE WHEN kept.dossier_key <> other.dossier_key THEN 'dossier' END,
            CASE WHEN kept.request_key <> other.request_key THEN 'request' END,
            CASE WHEN kept.amount <> other.amount THEN 'amount' END
        ]) AS conflict_kind
    FROM core.receipt_version AS other
    SEMI JOIN loaded USING (delivery_id)
    INNER JOIN core.receipt AS kept USING (receipt_key)
    WHERE NOT other.is_latest
)
SELECT * FROM (
    FROM dossier UNION ALL FROM shared UNION ALL FROM payment UNION ALL FROM receipt)
WHERE conflict_kind IS NOT NULL
ORDER BY ALL
