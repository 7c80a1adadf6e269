def __getattr__(name):
    if name == "dynamic":
        return lambda event, context: "made on demand"
    raise AttributeError(f"no {name}")
