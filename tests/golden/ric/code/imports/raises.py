print("module level")
raise ValueError("at import")
