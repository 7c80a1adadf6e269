"""The context object."""
import json
import time


def shown(event, context):
    print(context)
    return repr(context)


def names(event, context):
    return sorted(name for name in dir(context) if not name.startswith("__"))


def attributes(event, context):
    return {name: str(value) for name, value in vars(context).items() if name != "_epoch_deadline_time_in_ms"}


def kinds(event, context):
    return {name: type(value).__name__ for name, value in vars(context).items()}


def class_names(event, context):
    kind = type(context)
    identity = type(context.identity)
    return [kind.__name__, kind.__qualname__, kind.__module__, identity.__name__, identity.__module__]


def remaining(event, context):
    first = context.get_remaining_time_in_millis()
    second = context.get_remaining_time_in_millis()
    return [type(first).__name__, 0 < first <= 3000, second <= first]


def negative_remaining(event, context):
    context._epoch_deadline_time_in_ms = int(time.time() * 1000) - 5000
    return context.get_remaining_time_in_millis()


def no_request_id(event, context):
    return context.request_id


def camel_case(event, context):
    return context.awsRequestId


def no_timeout(event, context):
    return context.get_remaining_time()


def as_item(event, context):
    return context["aws_request_id"]


def as_json(event, context):
    return json.dumps(context)


def as_dict(event, context):
    return sorted(context.__dict__)


def set_attribute(event, context):
    context.trace = [1]
    context.function_name = "other"
    return [context.trace, context.function_name]


def identity(event, context):
    return [repr(context.identity), context.identity.cognito_identity_id, bool(context.identity)]


def set_identity(event, context):
    context.identity.other = 1


def client_context(event, context):
    found = context.client_context
    return [repr(found), found.custom, found.env, found.client.installation_id, found.client.app_title,
            found.client.app_version_name, found.client.app_version_code, found.client.app_package_name]


def client_context_shown(event, context):
    return repr(context.client_context)


def client_context_part(event, context):
    return context.client_context.client


def no_client_context(event, context):
    return context.client_context.custom


def tenant(event, context):
    return context.tenant_id


def trace_context(event, context):
    return [context.w3c(), repr(context.client_context)]


def two_requests(event, context):
    return [context.aws_request_id, context.function_version]


def compared(event, context):
    return [context == context, isinstance(hash(context), int), bool(context)]
