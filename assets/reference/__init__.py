"""Layer reference: units, procedures, periods and the definitions of the measures."""
