WHERE = "layer, plain"
