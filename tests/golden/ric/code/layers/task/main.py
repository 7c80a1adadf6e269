"""Code that uses layers."""


def plain(event, context):
    import in_layer
    return [in_layer.WHERE, in_layer.__file__]


def site_packages(event, context):
    import in_site
    return [in_site.WHERE, in_site.__file__]


def function_wins(event, context):
    import shared
    return [shared.WHERE, shared.__file__]


def site_packages_win(event, context):
    import twice
    return twice.WHERE


def package(event, context):
    import both.part
    return [both.__file__, both.part.__file__]


def nested(event, context):
    from deep import value
    return value.WHERE


def fails(event, context):
    import in_layer
    return in_layer.fail()


def over_library(event, context):
    import colorsys
    return colorsys.WHERE


def missing(event, context):
    import in_no_layer
