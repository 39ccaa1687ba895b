"""Lists that chat groups and spreadsheets export: read by a saved mapping, matched to households, entered as orders."""
