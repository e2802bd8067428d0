"""What is in the columns of a table, what can be predicted from them, and what to beware of."""
