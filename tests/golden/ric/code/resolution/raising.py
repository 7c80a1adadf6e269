def __getattr__(name):
    raise ValueError(name)
