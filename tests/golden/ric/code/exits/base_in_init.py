def connect():
    raise BaseException("no connection")


connect()
