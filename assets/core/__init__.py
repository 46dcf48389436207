"""Layer core: judged rows by delivery, and the registers of their latest state."""
