"""What several pages show: frame, problems, numbers, markup."""
