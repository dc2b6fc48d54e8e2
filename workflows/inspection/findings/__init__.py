"""问题: what an inspector finds, what the audited office answers and puts right, and how it is checked again and closed."""
