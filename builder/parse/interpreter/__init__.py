"""Work out Python statements and expressions within limits; nothing is executed."""
