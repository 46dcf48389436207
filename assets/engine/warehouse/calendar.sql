-- Macros of counting: the calendar of reporting months, closed states, timeliness, rates. Published
-- files have them too, for the macros that explain a figure.

-- First day of the reporting month (15th to 14th, unless set otherwise) that holds the day.
CREATE OR REPLACE {{temp}} MACRO reporting_month(day) AS
    CAST(date_trunc('month', day - {{days_before}}) AS DATE) + {{days_before}};

-- The reporting month in which something had happened by the cut-off; 9999-12-31 if it had not.
CREATE OR REPLACE {{temp}} MACRO month_reached(day, cutoff) AS
    CASE WHEN day <= cutoff THEN reporting_month(day) ELSE DATE '9999-12-31' END;

-- The day on which a dossier ended: of the result, or of its handing over where end_basis says so.
CREATE OR REPLACE {{temp}} MACRO ended_day(end_basis, finished_date, returned_date, refused_date) AS
    CASE
        WHEN end_basis = 'returned' THEN coalesce(returned_date, finished_date, refused_date)
        ELSE coalesce(finished_date, returned_date, refused_date)
    END;

-- Whether a dossier in this state is over.
CREATE OR REPLACE {{temp}} MACRO is_closed(state) AS state IN ({{closed_states}});

-- How an end stands to a due date; NULL without an end.
CREATE OR REPLACE {{temp}} MACRO timeliness(ended, due) AS
    CASE
        WHEN due IS NULL THEN 'no_due_date'
        WHEN ended < due THEN 'early'
        WHEN ended = due THEN 'on_due_date'
        WHEN ended > due THEN 'late'
    END;

-- A share in percent with 2 decimals, rounded half up in integers; NULL over nothing.
CREATE OR REPLACE {{temp}} MACRO rate_pct(numerator, denominator) AS
    CAST(CAST((20000 * CAST(numerator AS BIGINT) + denominator)
              // nullif(2 * CAST(denominator AS BIGINT), 0) AS DECIMAL(9, 0))
         * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(5, 2));

-- The day on which a payment request stands: of the refund, of the collection, else of the asking.
CREATE OR REPLACE {{temp}} MACRO payment_day(state, requested_date, collected_date, refunded_date) AS
    CASE state
        WHEN 'refunded' THEN coalesce(refunded_date, collected_date, requested_date)
        WHEN 'paid' THEN collected_date
        ELSE coalesce(requested_date, collected_date)
    END;
