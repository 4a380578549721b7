"""No secret in one of Calico's objects reaches a capture that is stored."""

import dataclasses
import re

import pytest

from collector.capture import Capture, Outcome, Question
from parsers.mask import mask
from tests.parsers.test_calico import POOL


def test_secrets_in_objects_are_masked_and_nothing_else_is() -> None:
    text = POOL.replace("cidr: 10.0.0.0/16", "password: s3cret value").replace(
        "'{\"spec\":{}}'", '\'{"password":"in-json-1","url":"http://u:in-url-2@host"}\''
    )
    text += "    reference:\n      password:\n        secretKeyRef:\n          key: bgp\n"
    question = Question("calicoctl-get")
    plain = Capture("k8s1", question, "", Outcome.ANSWERED, 0, text.encode())
    masked = mask(plain, b"key").stdout.decode()
    assert not [each for each in ("s3cret", "in-json-1", "in-url-2") if each in masked]
    assert masked.count("masked:") == 3
    assert [a for a, b in zip(text.split("\n"), masked.split("\n"), strict=True) if a != b] == [
        line for line in text.split("\n") if "s3cret" in line or "in-json" in line
    ]
    assert (
        mask(dataclasses.replace(plain, stdout=masked.encode()), b"key").stdout.decode() == masked
    )


@pytest.mark.parametrize(
    "text",
    [
        "spec:\n  bgpPassword: hunter2\n",
        "- token: 'hunter2'\n",
        'a: "{\\"password\\":\\"hunter2\\"}"\n',
        "a: {secret: hunter2, b: c}\n",
        "apiToken: |\n  hunter2\n\nb: c\n",
        "  passphrase: >-\n      hunter2\n      hunter2\n  b: c\n",
        'password: "hunter2\n',
        "url: https://user:hunter2@etcd:2379\n",
        "header: 'Authorization: Bearer hunter2'\n",
        "args:\n- --token=hunter2\n",
        "annotations:\n  vault.io/secret-id: hunter2\n",
        "annotations:\n  example.org/auth: hunter2\n",
        "client-key-data: hunter2\n",
        "etcd_key: hunter2\n",
        'a: \'[{"name":"DB_PASSWORD","value":"hunter2"}]\'\n',
    ],
)
def test_a_secret_is_masked_in_whatever_form_yaml_has_it(text: str) -> None:
    question = Question("calicoctl-get-rest")
    capture = Capture("k8s1", question, "", Outcome.ANSWERED, 0, text.encode(), b"hunter2 failed")
    masked = mask(capture, b"key")
    assert b"hunter2" not in masked.stdout + masked.stderr
    assert b"masked:" in masked.stdout
    assert len(masked.stdout.split(b"\n")) == len(text.split("\n"))


def test_a_plain_secret_goes_to_the_end_of_its_line() -> None:
    capture = Capture(
        "k8s1", Question("calicoctl-get"), "", Outcome.ANSWERED, 0, b"a:\n- token: two words, [x]\n"
    )
    assert re.fullmatch(rb"a:\n- token: masked:\w{12}\n", mask(capture, b"key").stdout)


@pytest.mark.parametrize(
    "text",
    [
        "password:\n  secretKeyRef:\n    key: bgp\n    name: bgp-secrets\n",
        "password: null\ntoken: ~\nsecret: ''\n",
        "secretKeyRef: {key: bgp}\n",
        "selector: token == 'web' && has(secret)\n",
        "name: token\n",
    ],
)
def test_what_only_names_a_secret_is_left_alone(text: str) -> None:
    question = Question("calicoctl-get")
    capture = Capture("k8s1", question, "", Outcome.ANSWERED, 0, text.encode())
    assert mask(capture, b"key").stdout.decode() == text
