WHERE = "layer"


def fail():
    raise RuntimeError("in a layer")
