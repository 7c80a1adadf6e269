from package import nothing
