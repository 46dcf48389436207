-- The rows of a measured table as they were reported last, from the revision log.
INSERT INTO {{table}} BY NAME
SELECT {{columns}}
FROM ops.revision
WHERE table_name = '{{name}}'
QUALIFY row_number() OVER (PARTITION BY {{key}} ORDER BY computed_at DESC) = 1 AND change = 'set'
