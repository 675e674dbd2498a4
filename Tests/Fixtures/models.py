"""Writes what the answers of a release of Authentik are made of:

    python3 models.py 2026.5.8.json 2026.5.0-rc1.yaml > ../AuthentikSandboxTests/Models/2026.5.json

A file is an OpenAPI document, or facts of one: {"release": …, "models": {NAME: {FIELD: TYPE} or [WORD, …]}} with types in
the words of the generated Python client. The first counts; what it does not say is taken from the second, if there is one:
models that it leaves out, and whether a field that may be missing may be null, too.

Types are written as `uuid`, `date`, `string`, `integer`, `number`, `boolean`, `object`, `any`, the name of an object or of
an enumeration, and `[TYPE]` for a list. With `?` a value may be null, and a field may be missing.
"""

import json
import re
import sys

# What the sandbox answers with. Objects within them are found by themselves.
ROOTS = """Application ApplicationEntitlement CertificateKeyPair Event ExpressionPolicy Flow Group OAuth2Provider
OAuth2ProviderSetupURLs Outpost Pagination Permission Policy PolicyBinding Provider ProxyProvider Role ScopeMapping
SessionUser Token TransactionApplicationResponse User Version""".split()

# What it is sent, where a test sends every field.
ROOTS += "OutpostRequest ProxyProviderRequest ScopeMappingRequest".split()

PYTHON = {
    "StrictStr": "string", "StrictInt": "integer", "StrictBool": "boolean", "UUID": "uuid", "datetime": "date",
    "Dict[str, Any]": "object", "Union[StrictFloat, StrictInt]": "number", "Any": "any",
}


class Field:
    """A type, and whether the field may be missing and its value null; None where that is not said."""

    def __init__(self, kind, missing, null):
        self.kind, self.missing, self.null = kind, missing, null


class Python:
    """Facts in the words of the generated client."""

    def __init__(self, document):
        self.release, self.models = document["release"], document["models"]

    def words(self, name):
        model = self.models.get(name)
        return model if isinstance(model, list) else None

    def object(self, name):
        model = self.models.get(name)
        return {k: self.field(v) for k, v in model.items()} if isinstance(model, dict) else None

    def field(self, text):
        # Of a type of several lines only the first is there, so that a default may be out of sight.
        is_cut = text.count("[") > text.count("]")
        missing = text.endswith("None")
        text = re.sub(r"(,? default=None| =( default=)?None| = None)$", "", text)
        null = text.startswith("Optional[")
        if null:
            text = text[len("Optional["):].removesuffix("]")
        kind = self.kind(text)
        if is_cut and null and not missing:
            return Field(kind, None, None)
        # A field that may be missing is Optional, whether its value may be null or not.
        return Field(kind, missing, None if missing else null)

    def kind(self, text):
        if text in PYTHON:
            return PYTHON[text]
        cut = re.match(r"Annotated\[(str|int),?$", text)
        if cut:
            return {"str": "string", "int": "integer"}[cut[1]]
        if text.startswith("List["):
            return "[" + self.kind(text[len("List["):].removesuffix("]")) + "]"
        if not re.fullmatch(r"\w+", text):
            raise SystemExit(f"what is {text}?")
        return text


class OpenAPI:
    """An OpenAPI document."""

    def __init__(self, document):
        self.release, self.schemas = document["info"]["version"], document["components"]["schemas"]

    def words(self, name):
        return self.schemas.get(name, {}).get("enum")

    def object(self, name):
        schema = self.schemas.get(name)
        if schema is None or "properties" not in schema:
            return None
        required = schema.get("required", [])
        return {
            k: Field(self.kind(v), k not in required, v.get("nullable", False)) for k, v in schema["properties"].items()
        }

    def kind(self, schema):
        for wrapper in ("allOf", "oneOf"):
            if wrapper in schema:
                schema = schema[wrapper][0]
        if "$ref" in schema:
            return schema["$ref"].rsplit("/", 1)[-1]
        if schema.get("type") == "array":
            return "[" + self.kind(schema["items"]) + "]"
        named = {"uuid": "uuid", "date-time": "date"}.get(schema.get("format"))
        return named or schema.get("type", "any")


def read(path):
    if path.endswith(".json"):
        with open(path) as file:
            return Python(json.load(file))
    import yaml

    with open(path) as file:
        return OpenAPI(yaml.safe_load(file))


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    sources = [read(path) for path in sys.argv[1:]]
    objects, words, unknown = {}, {}, set()

    def first(look, name):
        return next((found for found in (look(source, name) for source in sources) if found is not None), None)

    def visit(name):
        if name in objects or name in words or name in unknown:
            return
        found = first(lambda s, n: s.words(n), name)
        if found is not None:
            words[name] = sorted(found)
            return
        fields = first(lambda s, n: s.object(n), name)
        if fields is None:
            unknown.add(name)
            return
        written = objects[name] = {}
        for field, value in fields.items():
            others = [o[field] for o in (s.object(name) or {} for s in sources) if field in o]
            kind = next((o.kind for o in others if is_known(o.kind)), "any")
            missing = next((o.missing for o in others if o.missing is not None), True)
            null = next((o.null for o in others if o.null is not None), True)
            written[field + "?" * missing] = kind + "?" * null
            inner = kind.strip("[]")
            if inner[0].isupper():
                visit(inner)

    def is_known(kind):
        inner = kind.strip("[]")
        return inner[0].islower() or any(s.words(inner) is not None or s.object(inner) is not None for s in sources)

    for root in ROOTS:
        visit(root)
    print('{"from": %s,' % json.dumps([source.release for source in sources]))
    print('"unknown": %s,' % json.dumps(sorted(unknown)))
    print('"objects": {')
    print(",\n".join(f"{json.dumps(k)}: {json.dumps(objects[k])}" for k in sorted(objects)))
    print('},\n"enumerations": {')
    print(",\n".join(f"{json.dumps(k)}: {json.dumps(words[k])}" for k in sorted(words)))
    print("}}")


main()
