"""The bundled boto3: a small client of the course's own AWS, with boto3's interface.

It speaks AWS's real protocols to the endpoint that AWS_ENDPOINT_URL names. See
NOTICE beside this package for what it takes from the real boto3.
"""

__version__ = "1.44.8"

from boto3.session import Session

DEFAULT_SESSION = None


def setup_default_session(**kwargs):
    """Set up the session that `client` and `resource` use."""
    global DEFAULT_SESSION
    DEFAULT_SESSION = Session(**kwargs)


def set_stream_logger(name="boto3", level=10, format_string=None):
    """Print a logger's records. This package itself logs nothing."""
    import logging

    if format_string is None:
        format_string = "%(asctime)s %(name)s [%(levelname)s] %(message)s"
    logger = logging.getLogger(name)
    logger.setLevel(level)
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter(format_string))
    logger.addHandler(handler)


def _get_default_session():
    if DEFAULT_SESSION is None:
        setup_default_session()
    return DEFAULT_SESSION


def client(*args, **kwargs):
    """Make a client of a service: `boto3.client("s3")`."""
    return _get_default_session().client(*args, **kwargs)


def resource(*args, **kwargs):
    """Make a resource of a service: `boto3.resource("dynamodb")`."""
    return _get_default_session().resource(*args, **kwargs)


def _preload():
    """Import and parse everything, so that forks of this process share it."""
    from boto3._loading import preload

    preload()
