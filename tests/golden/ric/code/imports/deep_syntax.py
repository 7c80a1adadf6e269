def f():
    return (1,

def handler(event, context):
    return 1
