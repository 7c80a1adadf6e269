"""A module that a handler uses."""
ORDERS = {"1": {"total": 3}}


class Order:
    @property
    def total(self):
        return self.lines["total"]


def load(number):
    try:
        return ORDERS[number]
    except KeyError:
        raise LookupError(f"no order {number}")


def total(values, discount):
    return (
        sum(values)
        / (discount - 3)
    )
