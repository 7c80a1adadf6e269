def handler(event, event):
    pass
