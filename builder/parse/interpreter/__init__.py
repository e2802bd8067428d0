"""Interpret Python statements and expressions within limits; nothing is executed."""
