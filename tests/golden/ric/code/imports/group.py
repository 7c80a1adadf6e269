raise ExceptionGroup("several", [ValueError("a")])
