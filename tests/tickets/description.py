"""Holds requests and answers against Atlassian's published description of Jira's REST API."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

_FILE = Path(__file__).with_name("data") / "jira_cloud_v3.json"
_DESCRIPTION: dict[str, Any] = json.loads(_FILE.read_text())
_REGISTRY: Registry[Any] = Registry().with_resource(
    "jira", Resource.from_contents(_DESCRIPTION, default_specification=DRAFT4)
)


@dataclass(frozen=True)
class Operation:
    """One method of one path, as described."""

    path: str
    method: str
    values: dict[str, str]

    @property
    def described(self) -> dict[str, Any]:
        """Return what the description says of it."""
        return dict(_DESCRIPTION["paths"][self.path][self.method])

    def wrong_query(self, query: dict[str, list[str]]) -> list[str]:
        """Return what is wrong with the query."""
        described = {
            each["name"]: each for each in self.described["parameters"] if each["in"] == "query"
        }
        wrong = [f"no query parameter {name!r}" for name in query if name not in described]
        for name, each in described.items():
            if name not in query:
                wrong += [f"query lacks {name!r}"] if each.get("required") else []
            else:
                value = _value(query[name][-1], each["schema"])
                wrong += _errors(Draft4Validator(each["schema"]), value)
        return wrong

    def wrong_body(self, content_type: str, body: Any) -> list[str]:
        """Return what is wrong with the body of a request, read as JSON where it is JSON."""
        contents = self.described.get("requestBody", {}).get("content", {})
        if not contents:
            return ["a body where none is described"] if body else []
        kind = content_type.partition(";")[0].strip().lower()
        if kind not in contents:
            return [f"content type {kind!r} is not one of {list(contents)}"]
        if kind != "application/json":
            return []
        pointer = f"{self._pointer}/requestBody/content/application~1json/schema"
        return _errors(_validator(pointer), body) + self._read_only(contents[kind]["schema"], body)

    def wrong_answer(self, status: int, body: Any) -> list[str]:
        """Return what is wrong with an answer: the stand-in must not drift from Jira either."""
        described = self.described["responses"].get(str(status))
        if described is None:
            return [f"status {status} is not described"]
        if "application/json" not in described.get("content", {}):
            return []
        pointer = f"{self._pointer}/responses/{status}/content/application~1json/schema"
        return _errors(_validator(pointer), body)

    @property
    def _pointer(self) -> str:
        return f"/paths/{self.path.replace('/', '~1')}/{self.method}"

    def _read_only(self, schema: dict[str, Any], body: Any) -> list[str]:
        named = schema.get("$ref", "").rpartition("/")[2]
        properties = _DESCRIPTION["components"]["schemas"].get(named, {}).get("properties", {})
        return [
            f"{name!r} is read-only" for name in body if properties.get(name, {}).get("readOnly")
        ]


def find(method: str, path: str) -> Operation | None:
    """Return the operation that a request asks for. v2's resources are v3's."""
    path = re.sub(r"^/rest/api/2/", "/rest/api/3/", path)
    for template, methods in _DESCRIPTION["paths"].items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        match = re.fullmatch(pattern, path)
        if match and method.lower() in methods:
            return Operation(template, method.lower(), match.groupdict())
    return None


def _validator(pointer: str) -> Draft4Validator:
    escaped = pointer.replace("{", "%7B").replace("}", "%7D")
    return Draft4Validator({"$ref": f"jira#{escaped}"}, registry=_REGISTRY)


def _errors(validator: Draft4Validator, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def _value(text: str, schema: dict[str, Any]) -> Any:
    """Read a query's text as the type that the schema wants, if it can be."""
    if schema.get("type") == "array":
        return text.split(",")
    if schema.get("type") in ("integer", "boolean") and re.fullmatch(r"-?\d+|true|false", text):
        return json.loads(text)
    return text
