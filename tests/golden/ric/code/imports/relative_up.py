from ..package import x
