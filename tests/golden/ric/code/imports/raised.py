raise ImportError("the driver is too old")
