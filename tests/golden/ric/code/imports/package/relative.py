from . import broken_name
