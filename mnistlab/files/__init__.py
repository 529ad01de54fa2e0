"""What is kept or taken away: whole files or none, networks, tables, scripts, reports."""
