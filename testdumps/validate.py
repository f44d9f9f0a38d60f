#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Validate JSON documents: validate.py [--mutate] report|check|batch FILE...

Of a FILE.jsonl, every line is one.
Against the schema of include/pfnscope, made strict: readers ignore keys that
they do not know, but we know all that we write. With --mutate a document must
also fail once a required key is gone, or one is in it that the schema lacks: a
schema that allows everything proves nothing.
"""

import copy
import json
import pathlib
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import jsonschema  # noqa: E402

INCLUDE = pathlib.Path(__file__).resolve().parent.parent / "include" / "pfnscope"


def strict(schema):
    if isinstance(schema, list):
        return [strict(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(value) for key, value in schema.items()}
    if out.get("type") == "object" and "properties" in out:
        out.setdefault("additionalProperties", False)
    return out


def load(name):
    schema = json.loads((INCLUDE / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return strict(schema)


def validator(name):
    schemas = {s["$id"]: s for s in (load("report"), load("check"), load("batch"))}
    schema = schemas[f"{name}.schema.json"]
    resolver = jsonschema.RefResolver(schema["$id"], schema, store=schemas)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def documents(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f] if path.endswith(".jsonl") else [json.load(f)]


def mutations(doc):
    """Documents that must not pass."""
    row = doc["schema"] == "pfnscope/batch-row"
    for key in ("id", "path", "outcome", "status", "run") if row else doc:
        if key != "panic":
            yield f"without {key}", {k: v for k, v in doc.items() if k != key}
    if row:
        yield "unknown key", {**doc, "surprise": 1}
        yield "another outcome", {**doc, "outcome": "failed" if "verdict" in doc else "done"}
        return
    yield "unknown key", {**doc, "surprise": 1}
    deep = copy.deepcopy(doc)
    deep["kernel"]["surprise"] = 1
    yield "unknown key below", deep
    if doc.get("verdict"):
        deep = copy.deepcopy(doc)
        deep["verdict"]["status"] = "guilty"
        yield "unknown status", deep
    if doc["findings"]:
        deep = copy.deepcopy(doc)
        deep["findings"][0]["start"] = 5
        yield "a number for a PFN", deep


def main():
    args = sys.argv[1:]
    mutate = args[0] == "--mutate"
    args = args[mutate:]
    check = validator(args[0])
    bad = 0
    for path in args[1:]:
        errors = []
        for doc in documents(path):
            errors += [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
                       for e in check.iter_errors(doc)]
            wrongs = mutations(doc) if mutate else ()
            errors += [f"passes, and must not: {what}" for what, wrong in wrongs
                       if check.is_valid(wrong)]
        for error in errors:
            print(f"{path}: {error}")
        bad += bool(errors)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
