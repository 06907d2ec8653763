"""Checks raw JSON against botocore's shapes, strictly: botocore itself ignores what it does not know, and looks at no
enum, pattern or greatest length."""

import regex


def violations(shape, value, path=""):
    """What is wrong with a value, as sentences; none if nothing is."""
    return list(_check(shape, value, path or shape.name))


def _check(shape, value, path):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no structure"
            return
        if shape.is_document_type:
            return
        for name in shape.required_members:
            if name not in value:
                yield f"{path}.{name} is missing"
        for name, member in value.items():
            if name in shape.members:
                yield from _check(shape.members[name], member, f"{path}.{name}")
            else:
                yield f"{path}.{name} is not in the model"
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no list"
            return
        yield from _size(shape, len(value), path)
        for index, member in enumerate(value):
            yield from _check(shape.member, member, f"{path}[{index}]")
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no map"
            return
        yield from _size(shape, len(value), path)
        for key, member in value.items():
            yield from _check(shape.key, key, f"{path}.{key} (key)")
            yield from _check(shape.value, member, f"{path}.{key}")
    elif kind == "string":
        if not isinstance(value, str):
            yield f"{path}: {value!r} is no string"
            return
        yield from _size(shape, len(value.encode("utf-16-le")) // 2, path)
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is none of {shape.enum}"
        pattern = shape.metadata.get("pattern")
        # Java's patterns name classes of Unicode, which `re` does not know.
        if pattern and not regex.fullmatch(pattern, value):
            yield f"{path}: {value!r} does not match {pattern}"
    elif kind in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{path}: {value!r} is no integer"
        else:
            yield from _size(shape, value, path)
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{path}: {value!r} is no boolean"
    elif kind == "timestamp":
        # In this protocol: seconds since 1970, a fraction allowed.
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < 253402300800:
            yield f"{path}: {value!r} is no timestamp"
    else:
        yield f"{path}: this check does not know {kind}"


def _size(shape, size, path):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path}: {size} is less than {least}"
    if most is not None and size > most:
        yield f"{path}: {size} is more than {most}"
