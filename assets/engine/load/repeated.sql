-- Title:   Records on more than one row of a delivery
-- Grain:   record
-- Grouping hashes of ten million codes takes half the time of grouping the codes.
WITH staged AS (SELECT {{record}} AS record FROM read_parquet($files))
SELECT record FROM staged
WHERE hash(record) IN (SELECT hash(record) FROM staged GROUP BY ALL HAVING count(*) > 1)
GROUP BY ALL HAVING count(*) > 1
