-- Macros every connection has. Text: blanks and NFC; dates: the 15th-to-14th calendar; rates.

CREATE OR REPLACE TEMP MACRO clean_text(raw) AS
    trim(regexp_replace(nfc_normalize(raw), '[\s\x0B\x{0085}\p{Z}\x{200B}-\x{200D}\x{2060}\x{FEFF}]+', ' ', 'g'));

CREATE OR REPLACE TEMP MACRO label_key(raw) AS lower(clean_text(raw));

CREATE OR REPLACE TEMP MACRO code_text(raw) AS upper(replace(clean_text(raw), ' ', ''));

-- What a text looks like, never what it says: `Aaaa 99`.
CREATE OR REPLACE TEMP MACRO text_shape(raw) AS
    left(regexp_replace(regexp_replace(regexp_replace(
        clean_text(raw), '[^\p{Lu}\P{L}]', 'a', 'g'), '\p{Lu}', 'A', 'g'), '\d', '9', 'g'), 60);

-- A day of a year with fewer than four digits is no day; 0001-01-01 is how portals write "none".
CREATE OR REPLACE TEMP MACRO plausible_day(day) AS
    CASE WHEN day >= DATE '1900-01-01' OR day = DATE '0001-01-01' THEN day END;

-- First day of the reporting month (15th to 14th) that holds the day.
CREATE OR REPLACE TEMP MACRO reporting_month(day) AS
    CAST(date_trunc('month', day - 14) AS DATE) + 14;

-- The reporting month in which something had happened by the cut-off; 9999-12-31 if it had not.
CREATE OR REPLACE TEMP MACRO month_reached(day, cutoff) AS
    CASE WHEN day <= cutoff THEN reporting_month(day) ELSE DATE '9999-12-31' END;

-- A share in percent with 2 decimals, rounded half up in integers; NULL over nothing.
CREATE OR REPLACE TEMP MACRO rate_pct(numerator, denominator) AS
    CAST(CAST((20000 * CAST(numerator AS BIGINT) + denominator)
              // nullif(2 * CAST(denominator AS BIGINT), 0) AS DECIMAL(9, 0))
         * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(5, 2));

-- Keyed hash of a code; the key is a session variable and stands in no file of the database.
CREATE OR REPLACE TEMP MACRO keyed_hash(code) AS
    CAST(left(sha256(getvariable('dossier_hash_key') || code), 32) AS UUID);
