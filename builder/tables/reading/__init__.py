"""From a file of any kind of table to typed columns, within bounds."""
