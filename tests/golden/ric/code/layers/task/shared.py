WHERE = "function"
