"""The runtime interface client of this project: what runs between the Runtime API and the handler.

What handlers, callers and the log see of it is held to recordings of AWS's client (`tests/golden/ric`). Some functions
carry AWS's names, and `# line N` before a line says at which number it counts: where tracebacks on Lambda show it.
"""

#: The version whose behaviour was recorded.
__version__ = "4.2.2"
