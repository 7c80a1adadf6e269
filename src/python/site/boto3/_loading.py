"""Loading all there is, once, before a process forks."""


def preload():
    """Import every module, parse every model and make every client class.

    Nothing here reads the environment, opens a socket or keeps a session.
    """
    import decimal  # noqa: F401
    import socket  # noqa: F401

    import boto3.dynamodb.conditions  # noqa: F401
    import boto3.dynamodb.table  # noqa: F401
    import boto3.resources.dynamodb  # noqa: F401
    import boto3.resources.s3  # noqa: F401
    import boto3.s3.transfer  # noqa: F401
    import botocore._jmespath_functions  # noqa: F401
    import botocore.paginate  # noqa: F401
    import botocore.signers  # noqa: F401
    import botocore.stub  # noqa: F401
    import botocore.waiter  # noqa: F401
    from boto3.session import mixins_of
    from botocore._data import SERVICES, load_json
    from botocore.client import client_class
    from botocore.errorfactory import create_client_exceptions
    from botocore.model import service_model
    from botocore.parsers import create_parser
    from botocore.serialize import create_serializer
    from botocore.utils import tzlocal, tzutc

    load_json("services.json")
    tzlocal(), tzutc()
    for name in SERVICES:
        kind = client_class(name, mixins_of(name))
        model = service_model(name)
        create_client_exceptions(model, kind.__name__)
        create_parser(model.protocol)
        create_serializer(model.protocol)
        for operation in model.operation_names:
            walk(model.operation_model(operation))


def walk(operation_model):
    """Resolve all shapes of an operation."""
    seen = set()
    todo = [operation_model.input_shape, operation_model.output_shape]
    while todo:
        shape = todo.pop()
        if shape is None or id(shape) in seen:
            continue
        seen.add(id(shape))
        if shape.type_name == "structure":
            todo.extend(shape.members.values())
        elif shape.type_name == "list":
            todo.append(shape.member)
        elif shape.type_name == "map":
            todo += [shape.key, shape.value]
