-- The durable tables as the version before numbered migrations made them; a warehouse of that
-- version has them all.

CREATE SCHEMA IF NOT EXISTS core;
CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA IF NOT EXISTS quarantine;

CREATE TABLE IF NOT EXISTS core.dossier_version (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,
    delivery_period DATE NOT NULL,
    is_latest BOOLEAN NOT NULL,
    is_gone BOOLEAN NOT NULL,
    flags VARCHAR[],
    dossier_code VARCHAR NOT NULL,
    delivered_dossier_code VARCHAR,
    other_dossier_code VARCHAR,
    dossier_key UUID NOT NULL,
    unit_code VARCHAR,
    procedure_code VARCHAR,
    channel VARCHAR,
    service_level VARCHAR,
    state VARCHAR NOT NULL,
    result_kind VARCHAR,
    return_method VARCHAR,
    submitted_date DATE,
    received_date DATE,
    due_date DATE,
    first_due_date DATE,
    supplement_requested_date DATE,
    finished_date DATE,
    returned_date DATE,
    refused_date DATE,
    has_digitised_input BOOLEAN,
    has_reused_input BOOLEAN,
    has_e_result BOOLEAN,
    is_paper_result_due BOOLEAN
);

CREATE TABLE IF NOT EXISTS core.payment_version (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,
    delivery_period DATE NOT NULL,
    is_latest BOOLEAN NOT NULL,
    is_gone BOOLEAN NOT NULL,
    flags VARCHAR[],
    request_code VARCHAR NOT NULL,
    request_key UUID NOT NULL,
    dossier_code VARCHAR NOT NULL,
    delivered_dossier_code VARCHAR,
    dossier_key UUID NOT NULL,
    requested_date DATE,
    collected_date DATE,
    refunded_date DATE,
    fee_amount BIGINT,
    charge_amount BIGINT,
    amount BIGINT NOT NULL,
    method VARCHAR,
    collection VARCHAR,
    receipt_numbers VARCHAR[],
    state VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS core.transaction_version (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,
    delivery_period DATE NOT NULL,
    is_latest BOOLEAN NOT NULL,
    is_gone BOOLEAN NOT NULL,
    flags VARCHAR[],
    transaction_code VARCHAR NOT NULL,
    transaction_key UUID NOT NULL,
    request_code VARCHAR,
    request_key UUID,
    dossier_code VARCHAR NOT NULL,
    delivered_dossier_code VARCHAR,
    dossier_key UUID NOT NULL,
    transaction_date DATE,
    amount BIGINT NOT NULL,
    state VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS core.receipt_version (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,
    delivery_period DATE NOT NULL,
    is_latest BOOLEAN NOT NULL,
    is_gone BOOLEAN NOT NULL,
    flags VARCHAR[],
    receipt_number VARCHAR NOT NULL,
    receipt_form VARCHAR,
    receipt_series VARCHAR,
    receipt_key UUID NOT NULL,
    request_code VARCHAR,
    request_key UUID,
    dossier_code VARCHAR NOT NULL,
    delivered_dossier_code VARCHAR,
    dossier_key UUID NOT NULL,
    issued_date DATE,
    fee_kind VARCHAR,
    amount BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS core.procedure_version (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,
    delivery_period DATE NOT NULL,
    is_latest BOOLEAN NOT NULL,
    is_gone BOOLEAN NOT NULL,
    flags VARCHAR[],
    procedure_code VARCHAR NOT NULL,
    procedure_name VARCHAR NOT NULL,
    field_name VARCHAR,
    issuing_authority VARCHAR,
    service_level VARCHAR,
    has_paper_result BOOLEAN,
    has_fee BOOLEAN
);

CREATE TABLE IF NOT EXISTS core.dossier_alias (
    alias_code VARCHAR NOT NULL,
    dossier_code VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS ops.delivery (
    delivery_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    export VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    delivery_period DATE NOT NULL,
    file_sha256 VARCHAR NOT NULL,
    file_suffix VARCHAR NOT NULL,
    file_bytes BIGINT NOT NULL,
    state VARCHAR NOT NULL,
    reason VARCHAR,
    covers_to DATE,
    extracted_at TIMESTAMP,
    origin VARCHAR NOT NULL,
    is_snapshot BOOLEAN NOT NULL,
    read_count BIGINT NOT NULL,
    accepted_count BIGINT NOT NULL,
    quarantined_count BIGINT NOT NULL,
    flagged_count BIGINT NOT NULL,
    duplicate_count BIGINT NOT NULL,
    layout_count BIGINT NOT NULL,
    unit_unknown_count BIGINT NOT NULL,
    warnings VARCHAR[],
    reading_version VARCHAR NOT NULL,
    collected_at TIMESTAMP NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    counted_at TIMESTAMP,
    run_id VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS ops.delivery_part (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    member_number INTEGER NOT NULL,
    sheet_number INTEGER NOT NULL,
    container VARCHAR NOT NULL,
    encoding VARCHAR NOT NULL,
    header_row BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS ops.collection (
    delivery_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    export VARCHAR NOT NULL,
    delivery_period DATE NOT NULL,
    whole_asked_at TIMESTAMP,
    changes_known_at TIMESTAMP
);

CREATE TABLE IF NOT EXISTS ops.layout (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    layout_kind VARCHAR NOT NULL,
    layout_row_count BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS ops.check_value (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,
    column_name VARCHAR NOT NULL,
    stated BIGINT NOT NULL,
    counted BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS ops.revision (
    computed_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    change VARCHAR NOT NULL,
    period_kind VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    period_label VARCHAR NOT NULL,
    cutoff_date DATE NOT NULL,
    is_provisional BOOLEAN NOT NULL,
    end_basis VARCHAR NOT NULL,
    closed_other VARCHAR NOT NULL,
    formula_version VARCHAR NOT NULL,
    unit_code VARCHAR,
    scope VARCHAR,
    unit_level VARCHAR,
    field_code VARCHAR,
    procedure_code VARCHAR,
    received_count BIGINT NOT NULL,
    received_online_count BIGINT NOT NULL,
    received_direct_count BIGINT NOT NULL,
    received_postal_count BIGINT NOT NULL,
    received_unknown_channel_count BIGINT NOT NULL,
    carried_over_count BIGINT NOT NULL,
    total_to_handle_count BIGINT NOT NULL,
    resolved_count BIGINT NOT NULL,
    resolved_early_count BIGINT NOT NULL,
    resolved_on_due_date_count BIGINT NOT NULL,
    resolved_late_count BIGINT NOT NULL,
    resolved_no_due_date_count BIGINT NOT NULL,
    closed_other_count BIGINT NOT NULL,
    closed_undated_count BIGINT NOT NULL,
    closed_before_received_count BIGINT NOT NULL,
    pending_count BIGINT NOT NULL,
    pending_in_time_count BIGINT NOT NULL,
    pending_overdue_count BIGINT NOT NULL,
    pending_no_due_date_count BIGINT NOT NULL,
    paused_count BIGINT NOT NULL,
    received_digitised_input_count BIGINT NOT NULL,
    received_reused_count BIGINT NOT NULL,
    resolved_e_result_count BIGINT NOT NULL,
    resolved_digitised_count BIGINT NOT NULL,
    payable_count BIGINT NOT NULL,
    paid_online_count BIGINT NOT NULL,
    on_time_pct DECIMAL(5,2),
    on_time_judged_pct DECIMAL(5,2),
    early_pct DECIMAL(5,2),
    late_pct DECIMAL(5,2),
    pending_overdue_pct DECIMAL(5,2),
    online_pct DECIMAL(5,2),
    online_of_total_pct DECIMAL(5,2),
    digitised_pct DECIMAL(5,2),
    digitised_input_pct DECIMAL(5,2),
    e_result_pct DECIMAL(5,2),
    online_payment_pct DECIMAL(5,2)
);

CREATE TABLE IF NOT EXISTS ops.moved_dossier (
    computed_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    dossier_key UUID NOT NULL,
    side VARCHAR NOT NULL,
    delivery_id VARCHAR,
    part_number INTEGER,
    row_number BIGINT,
    unit_code VARCHAR,
    procedure_code VARCHAR,
    channel VARCHAR,
    service_level VARCHAR,
    state VARCHAR,
    result_kind VARCHAR,
    return_method VARCHAR,
    submitted_date DATE,
    received_date DATE,
    due_date DATE,
    first_due_date DATE,
    supplement_requested_date DATE,
    finished_date DATE,
    returned_date DATE,
    refused_date DATE,
    has_digitised_input BOOLEAN,
    has_reused_input BOOLEAN,
    has_e_result BOOLEAN,
    is_paper_result_due BOOLEAN
);

CREATE TABLE IF NOT EXISTS quarantine.rejected_row (
    delivery_id VARCHAR NOT NULL,
    part_number INTEGER NOT NULL,
    row_number BIGINT NOT NULL,
    rule_id VARCHAR NOT NULL,
    unit_code VARCHAR,
    record_code VARCHAR,
    dossier_code VARCHAR,
    found VARCHAR
);

-- One row: the last migration, and a hash of the definitions of all tables since.
CREATE TABLE ops.schema_version (
    version INTEGER NOT NULL,
    definitions VARCHAR NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
