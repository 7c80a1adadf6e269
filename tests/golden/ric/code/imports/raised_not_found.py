raise ModuleNotFoundError("custom text", name="x")
