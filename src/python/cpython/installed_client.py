"""Which runtime client of AWS's is installed for this `python3`. `doctor` runs this file alone and reads what it prints."""
import sys
from importlib.machinery import PathFinder


def is_usable():
    """Whether there is one of the versions that have a configuration of their own, from 4.0 on."""
    folders = [place for place in sys.path if place and not place.startswith(("/var/", "/opt/"))]
    found = PathFinder.find_spec("awslambdaric", folders)
    if found is None or not found.submodule_search_locations:
        return False
    return PathFinder.find_spec("awslambdaric.lambda_config", found.submodule_search_locations) is not None


def version():
    """The version of whichever there is, or an empty text."""
    # It imports much, which no environment has to wait for.
    from importlib import metadata

    try:
        return metadata.version("awslambdaric")
    except metadata.PackageNotFoundError:
        return ""


if __name__ == "__main__":
    print("usable" if is_usable() else "unusable", version())
