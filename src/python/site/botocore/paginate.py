"""Walking through answers that come in pages.

Adapted from botocore; see NOTICE.
"""

import base64
import json
from itertools import tee

from botocore import _jmespath as jmespath
from botocore.exceptions import PaginationError
from botocore.utils import merge_dicts


def encode_token(token):
    """Make an opaque string of a service's paging values, which may hold bytes."""
    paths = []

    def walk(data, path):
        if isinstance(data, dict):
            return {key: walk(value, path + [key]) for key, value in data.items()}
        if isinstance(data, list):
            return [walk(value, path + [i]) for i, value in enumerate(data)]
        if isinstance(data, bytes):
            paths.append(path)
            return base64.b64encode(data).decode("ascii")
        return data

    plain = walk(token, [])
    if paths:
        plain["boto_encoded_keys"] = paths
    return base64.b64encode(json.dumps(plain).encode("utf-8")).decode("ascii")


def decode_token(token):
    """Undo `encode_token`."""
    plain = json.loads(base64.b64decode(token.encode("utf-8")).decode("utf-8"))
    for path in plain.pop("boto_encoded_keys", ()):
        container = plain
        for step in path[:-1]:
            container = container[step]
        container[path[-1]] = base64.b64decode(container[path[-1]])
    return plain


def set_value(source, expression, value):
    """Set what a dotted expression names, making dictionaries on the way."""
    names = expression.split(".")
    for name in names[:-1]:
        source = source.setdefault(name, {})
    source[names[-1]] = value


class PageIterator:
    """The pages of one call; iterate over it, or `search` it."""

    def __init__(self, paginator, page_params, op_kwargs):
        self._method = paginator._method
        self._input_token = paginator._input_token
        self._output_token = paginator._output_token
        self._more_results = paginator._more_results
        self._result_keys = paginator.result_keys
        self._limit_key = paginator._limit_key
        self._non_aggregate_key_exprs = paginator._non_aggregate_keys
        self._max_items = page_params["MaxItems"]
        self._starting_token = page_params["StartingToken"]
        self._page_size = page_params["PageSize"]
        self._op_kwargs = op_kwargs
        self._resume_token = None
        self._non_aggregate_part = {}

    @property
    def result_keys(self):
        """Expressions that name the lists in a page."""
        return self._result_keys

    @property
    def resume_token(self):
        """Token with which a later call can go on from here."""
        return self._resume_token

    @resume_token.setter
    def resume_token(self, value):
        if not isinstance(value, dict):
            raise ValueError(f"Bad starting token: {value}")
        names = sorted(self._input_token)
        if "boto_truncate_amount" in value:
            names = sorted(self._input_token + ["boto_truncate_amount"])
        if sorted(value) != names:
            raise ValueError(f"Bad starting token: {value}")
        self._resume_token = encode_token(value)

    @property
    def non_aggregate_part(self):
        """What is the same for all pages."""
        return self._non_aggregate_part

    def __iter__(self):
        current_kwargs = self._op_kwargs
        previous_next_token = None
        next_token = {key: None for key in self._input_token}
        if self._starting_token is not None:
            next_token = self._parse_starting_token()[0]
        total_items = 0
        first_request = True
        primary = self.result_keys[0]
        starting_truncation = 0
        self._inject_starting_params(current_kwargs)
        while True:
            response = self._method(**current_kwargs)
            if first_request:
                if self._starting_token is not None:
                    starting_truncation = self._handle_first_request(response, primary)
                first_request = False
                self._record_non_aggregate_key_values(response)
            else:
                starting_truncation = 0
            count = len(primary.search(response) or [])
            excess = 0
            if self._max_items is not None:
                excess = total_items + count - self._max_items
            if excess > 0:
                self._truncate_response(
                    response, primary, excess, starting_truncation, next_token
                )
                yield response
                break
            yield response
            total_items += count
            next_token = self._get_next_token(response)
            if all(token is None for token in next_token.values()):
                break
            if self._max_items is not None and total_items == self._max_items:
                self.resume_token = next_token
                break
            if previous_next_token is not None and previous_next_token == next_token:
                raise PaginationError(
                    message=f"The same next token was received twice: {next_token}"
                )
            self._inject_token_into_kwargs(current_kwargs, next_token)
            previous_next_token = next_token

    def search(self, expression):
        """Apply a JMESPath expression to every page; lists are given item by item."""
        compiled = jmespath.compile(expression)
        for page in self:
            results = compiled.search(page)
            if isinstance(results, list):
                yield from results
            else:
                yield results

    def _record_non_aggregate_key_values(self, response):
        part = {}
        for expression in self._non_aggregate_key_exprs:
            set_value(part, expression.expression, expression.search(response))
        self._non_aggregate_part = part

    def _inject_starting_params(self, op_kwargs):
        if self._starting_token is not None:
            self._inject_token_into_kwargs(op_kwargs, self._parse_starting_token()[0])
        if self._page_size is not None:
            op_kwargs[self._limit_key] = self._page_size

    @staticmethod
    def _inject_token_into_kwargs(op_kwargs, next_token):
        for name, token in next_token.items():
            if token is not None and token != "None":
                op_kwargs[name] = token
            elif name in op_kwargs:
                del op_kwargs[name]

    def _handle_first_request(self, parsed, primary):
        # The token may say where in the page an earlier call stopped.
        start = self._parse_starting_token()[1]
        data = primary.search(parsed)
        data = data[start:] if isinstance(data, (list, str)) else None
        set_value(parsed, primary.expression, data)
        for token in self.result_keys:
            if token is primary:
                continue
            sample = token.search(parsed)
            empty = sample if isinstance(sample, (int, float)) else None
            if isinstance(sample, (list, str)):
                empty = type(sample)()
            set_value(parsed, token.expression, empty)
        return start

    def _truncate_response(self, parsed, primary, excess, starting_truncation, next_token):
        original = primary.search(parsed) or []
        kept = len(original) - excess
        set_value(parsed, primary.expression, original[:kept])
        next_token["boto_truncate_amount"] = kept + starting_truncation
        self.resume_token = next_token

    def _get_next_token(self, parsed):
        if self._more_results is not None and not self._more_results.search(parsed):
            return {}
        return {
            input_key: output_token.search(parsed) or None
            for output_token, input_key in zip(self._output_token, self._input_token)
        }

    def result_key_iters(self):
        """One iterator over the items of each list."""
        copies = tee(self, len(self.result_keys))
        return [_items(pages, key) for pages, key in zip(copies, self.result_keys)]

    def build_full_result(self):
        """All pages as one answer."""
        complete = {}
        for page in self:
            for key in self.result_keys:
                value = key.search(page)
                if value is None:
                    continue
                before = key.search(complete)
                if before is None:
                    set_value(complete, key.expression, value)
                elif isinstance(value, list):
                    before.extend(value)
                elif isinstance(value, (int, float, str)):
                    set_value(complete, key.expression, before + value)
        merge_dicts(complete, self.non_aggregate_part)
        if self.resume_token is not None:
            complete["NextToken"] = self.resume_token
        return complete

    def _parse_starting_token(self):
        try:
            token = decode_token(self._starting_token)
            return token, token.pop("boto_truncate_amount", 0)
        except (ValueError, TypeError, AttributeError):
            return self._parse_old_starting_token()

    def _parse_old_starting_token(self):
        parts = self._starting_token.split("___")
        index = 0
        if len(parts) == len(self._input_token) + 1:
            try:
                index = int(parts.pop())
            except ValueError:
                parts = [self._starting_token]
        parts = [None if part == "None" else part for part in parts]
        if len(parts) > len(self._input_token):
            raise ValueError(f"Bad starting token: {self._starting_token}")
        parts += [None] * (len(self._input_token) - len(parts))
        return dict(zip(self._input_token, parts)), index


def _items(pages, key):
    for page in pages:
        yield from key.search(page) or []


class Paginator:
    """Makes page iterators of one operation."""

    PAGE_ITERATOR_CLS = PageIterator

    def __init__(self, method, config, model):
        self._method = method
        self._model = model
        self._input_token = _as_list(config["input_token"])
        self._output_token = [jmespath.compile(t) for t in _as_list(config["output_token"])]
        more = config.get("more_results")
        self._more_results = None if more is None else jmespath.compile(more)
        self._non_aggregate_keys = [
            jmespath.compile(key) for key in config.get("non_aggregate_keys", ())
        ]
        self.result_keys = [jmespath.compile(key) for key in _as_list(config["result_key"])]
        self._limit_key = config.get("limit_key")

    def paginate(self, **kwargs):
        """Iterate over the pages of a call with these parameters."""
        params = self._extract_paging_params(kwargs)
        return self.PAGE_ITERATOR_CLS(self, params, kwargs)

    def _extract_paging_params(self, kwargs):
        config = kwargs.pop("PaginationConfig", {})
        max_items = config.get("MaxItems")
        page_size = config.get("PageSize")
        if page_size is not None:
            if self._limit_key is None:
                raise PaginationError(
                    message="PageSize parameter is not supported for the "
                    "pagination interface for this operation."
                )
            shape = self._model.input_shape.members[self._limit_key]
            page_size = str(page_size) if shape.type_name == "string" else int(page_size)
        return {
            "MaxItems": None if max_items is None else int(max_items),
            "StartingToken": config.get("StartingToken"),
            "PageSize": page_size,
        }


def _as_list(value):
    return value if isinstance(value, list) else [value]
