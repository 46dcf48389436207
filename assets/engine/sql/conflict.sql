-- Title:   Versions that contradict each other (Hồ sơ có phiên bản mâu thuẫn)
-- Grain:   dossier_key, conflict_kind, the other version
-- What a dossier is does not change as it is handled: two files of one period that differ in it,
-- and a state that goes back from closed to open, are for a person to look at.
WITH other AS (
    SELECT version.*
    FROM core.dossier_version AS version
    INNER JOIN ops.delivery USING (delivery_id)
    WHERE NOT version.is_latest AND delivery.state = 'loaded'
),
pair AS (
    SELECT
        kept.dossier_key, kept.delivery_id, kept.part_number, kept.row_number,
        other.delivery_id AS other_delivery_id, other.part_number AS other_part_number,
        other.row_number AS other_row_number,
        kept.delivery_period = other.delivery_period AS is_one_period,
        unnest([
            CASE WHEN is_one_period AND kept.unit_code <> other.unit_code THEN 'unit' END,
            CASE WHEN is_one_period AND kept.procedure_code <> other.procedure_code
                 THEN 'procedure' END,
            CASE WHEN is_one_period AND kept.channel <> other.channel THEN 'channel' END,
            CASE WHEN is_one_period AND kept.received_date <> other.received_date
                 THEN 'received_date' END,
            CASE WHEN other.state IN ('withdrawn', 'refused_after_acceptance', 'finished', 'returned')
                    AND kept.state NOT IN (
                        'withdrawn', 'refused_after_acceptance', 'finished', 'returned')
                 THEN 'state_goes_back' END
        ]) AS conflict_kind
    FROM other
    INNER JOIN core.dossier AS kept USING (dossier_code)
)
SELECT * EXCLUDE (is_one_period) FROM pair WHERE conflict_kind IS NOT NULL
ORDER BY ALL
