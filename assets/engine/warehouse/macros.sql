-- Macros of reading, which every connection has: blanks and NFC, numbers, dates, codes, the hash.

CREATE OR REPLACE TEMP MACRO clean_text(raw) AS
    trim(regexp_replace(nfc_normalize(raw), '[\s\x0B\x{0085}\p{Z}\x{200B}-\x{200D}\x{2060}\x{FEFF}]+', ' ', 'g'));

-- The tone stands on either vowel of oa, oe, uy: hoà and hòa are one word.
CREATE OR REPLACE TEMP MACRO one_tone_place(label) AS
    CASE WHEN regexp_matches(label, 'o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ]')
         THEN replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(label, 'oà', 'òa'), 'oá', 'óa'), 'oả', 'ỏa'), 'oã', 'õa'), 'oạ', 'ọa'), 'oè', 'òe'), 'oé', 'óe'), 'oẻ', 'ỏe'), 'oẽ', 'õe'), 'oẹ', 'ọe'), 'uỳ', 'ùy'), 'uý', 'úy'), 'uỷ', 'ủy'), 'uỹ', 'ũy'), 'uỵ', 'ụy')
         ELSE label END;

CREATE OR REPLACE TEMP MACRO label_key(raw) AS
    one_tone_place(replace(lower(clean_text(raw)), 'ð', 'đ'));

-- Text that stands for nothing.
CREATE OR REPLACE TEMP MACRO is_empty_text(raw) AS clean_text(raw) IN ('', '-', '--', '–', '—');

-- A number as people write it: 11.047, 10000.0, 10.000 đ, 10 000 đ, ₫10.000, Miễn phí. The grouping
-- mark stands before every three digits, the decimal mark before any other count; one digit behind
-- a dot is how programs print a whole number. What could mean two numbers is none, nor are digits
-- behind a 0, as telephone and identity numbers have them, nor decimals that would be rounded.
CREATE OR REPLACE TEMP MACRO without_currency(text) AS
    regexp_replace(text, '^₫ ?| ?(đ|₫|đồng|vnđ|vnd)\.?$', '');
-- Blanks group only before a currency: 10 000 alone may be two cells in one.
CREATE OR REPLACE TEMP MACRO ungrouped_text(text) AS
    CASE WHEN regexp_full_match(text, '-?[1-9]\d{0,2}( \d{3})+ ?(đ|₫|đồng|vnđ|vnd)\.?')
         THEN replace(without_currency(text), ' ', '')
         ELSE without_currency(text) END;
CREATE OR REPLACE TEMP MACRO number_text(raw) AS ungrouped_text(lower(clean_text(raw)));
CREATE OR REPLACE TEMP MACRO typed_number(text, grouping, decimals) AS
    CASE
        WHEN regexp_full_match(text, '-?(0|[1-9]\d{0,14})') THEN TRY_CAST(text AS DECIMAL(20, 4))
        WHEN text IN ('miễn phí', 'không thu', 'không thu phí') THEN 0
        WHEN grouping <> '' AND regexp_full_match(text, '-?[1-9]\d{0,2}([' || grouping || ']\d{3})+(['
                || coalesce(nullif(decimals, ''), '~') || ']\d{1,4})?')
            THEN TRY_CAST(replace(replace(text, grouping, ''), decimals, '.') AS DECIMAL(20, 4))
        WHEN regexp_full_match(text, '-?(0|[1-9]\d*)(\.\d|['
                || coalesce(nullif(decimals, ''), '~') || '](\d{1,2}|\d{4}))')
            THEN TRY_CAST(replace(text, ',', '.') AS DECIMAL(20, 4))
        WHEN regexp_full_match(text, '[1-9](\.\d+)?e\+?\d{1,2}') AND TRY_CAST(text AS DOUBLE) % 1 = 0
            THEN TRY_CAST(TRY_CAST(text AS DOUBLE) AS DECIMAL(20, 4))
    END;
-- Whole đồng; a share such as 94,4% is no amount.
CREATE OR REPLACE TEMP MACRO typed_amount(text, grouping, decimals) AS
    CASE WHEN typed_number(text, grouping, decimals) % 1 = 0
         THEN CAST(typed_number(text, grouping, decimals) AS BIGINT) END;

-- Days since 30/12/1899, which Excel writes where a date lost its format (2000 to 2099); the
-- fraction is the time of day.
CREATE OR REPLACE TEMP MACRO excel_moment(raw) AS
    CASE WHEN regexp_full_match(clean_text(raw), '\d{5}(\.\d+)?')
              AND TRY_CAST(clean_text(raw) AS DOUBLE) BETWEEN 36526 AND 73050
         THEN make_timestamp(CAST(round((TRY_CAST(clean_text(raw) AS DOUBLE) - 25569) * 86400000) AS BIGINT)
                             * 1000) END;

-- A day by which portals and spreadsheets say "none", in any form, with or without a time: the
-- first of year 1, 1900 or 1970, zeros, Excel's day 0 (a cell of 0 shows as 00:00:00 or 00/01/1900).
CREATE OR REPLACE TEMP MACRO is_null_day(raw) AS
    regexp_full_match(clean_text(raw),
        '(\d{1,2}:\d{2}(:\d{2})? )?'
        || '((0001|1900|1970)[-/.]?01[-/.]?01|0?1[-/.]0?1[-/.](0001|1900|1970)'
        || '|0000[-/.]?00[-/.]?00|00?[-/.]00?[-/.]0000|00[-/.]0?1[-/.]1900|0?1[-/.]00[-/.]1900'
        || '|1899[-/.]12[-/.]30|30[-/.]12[-/.]1899|12[-/.]30[-/.]1899)'
        || '([T ]?\d{1,2}:?\d{2}(:?\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d{2}:?\d{2})?)?'
        || '|0|00:00:00');

-- A code in upper case without blanks, its dashes hyphens, without the apostrophe by which
-- spreadsheets mark text.
CREATE OR REPLACE TEMP MACRO code_marks(text) AS
    regexp_replace(regexp_replace(upper(text), '^[''\x{2018}\x{2019}] ?', ''),
                   '[\x{2010}-\x{2015}\x{2212}]', '-', 'g');
CREATE OR REPLACE TEMP MACRO code_text(raw) AS code_marks(replace(clean_text(raw), ' ', ''));
-- Of several codes in one cell: blanks stand between them too, and go only beside a mark.
CREATE OR REPLACE TEMP MACRO code_list_text(raw) AS
    regexp_replace(code_marks(clean_text(raw)), ' ?([/-]) ?', '\1', 'g');

-- A day of a year with fewer than four digits is no day; 0001-01-01 is how portals write "none".
CREATE OR REPLACE TEMP MACRO plausible_day(day) AS
    CASE WHEN day >= DATE '1900-01-01' OR CAST(day AS DATE) = DATE '0001-01-01' THEN day END;

-- Keyed hash of a code; the key is a session variable and stands in no file of the database.
CREATE OR REPLACE TEMP MACRO keyed_hash(code) AS
    CAST(left(sha256(getvariable('dossier_hash_key') || code), 32) AS UUID);
