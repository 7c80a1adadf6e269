from package import mod

handler = mod.handler
