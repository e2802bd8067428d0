"""The workspace folder: projects, weight files, shared copies."""
