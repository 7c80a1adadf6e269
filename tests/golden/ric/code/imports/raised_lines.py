raise ImportError("several\nlines")
