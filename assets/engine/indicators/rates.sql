-- Every rate, one line each: rate_pct(numerator, denominator) in percent, 2 decimals, half up.
rate_pct(resolved_early_count + resolved_on_due_date_count + resolved_no_due_date_count, resolved_count) AS on_time_pct,
rate_pct(first_due_early_count + first_due_on_due_date_count + first_due_none_count, resolved_count) AS first_due_on_time_pct,
rate_pct(resolved_early_count + resolved_on_due_date_count, resolved_early_count + resolved_on_due_date_count + resolved_late_count) AS on_time_judged_pct,
rate_pct(resolved_early_count, resolved_count) AS early_pct,
rate_pct(resolved_late_count, resolved_count) AS late_pct,
rate_pct(pending_overdue_count, pending_count) AS pending_overdue_pct,
rate_pct(received_online_count, received_count) AS online_pct,
rate_pct(received_online_count, total_to_handle_count) AS online_of_total_pct,
rate_pct(resolved_digitised_count, resolved_count) AS digitised_pct,
rate_pct(received_digitised_input_count, received_count) AS digitised_input_pct,
rate_pct(resolved_e_result_count, resolved_count) AS e_result_pct,
rate_pct(paid_online_count, payable_count) AS online_payment_pct
