import deep_error
