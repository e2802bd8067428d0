"""Pictures in the folders of their classes: found in an archive, looked at, told about."""
