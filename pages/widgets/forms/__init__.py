"""The one form: a catalogue entry and an ObjectSpec become widgets."""
