"""Are single names and values known to the catalogue and in range?"""
