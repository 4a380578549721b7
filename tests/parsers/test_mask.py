"""No secret of a container reaches a capture that is stored, and nothing else is touched."""

import dataclasses
import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.capture import Capture, Outcome, Question, Reach, Visit
from parsers.mask import SHORTEST, mask, mask_visit
from parsers.read import read
from parsers.records import Container
from tests.golden import SAMPLES

KEY = b"key of this test"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _capture(probe: str, stdout: bytes, stderr: bytes = b"") -> Capture:
    return Capture("k8s2", Question(probe), probe, Outcome.ANSWERED, 0, stdout, stderr, NOW, 0.1)


def _inspect(env: list[str], **config: object) -> bytes:
    container = {"Id": "a" * 64, "Name": "/web", "State": {"Pid": 7, "Status": "running"}}
    text = json.dumps([{**container, "Config": {"Env": env, **config}}], indent=4)
    return text.encode()


def _visit(*captures: Capture) -> Visit:
    return Visit("k8s2", "172.16.0.57", Reach.REACHED, NOW, NOW, captures=captures)


def _env(capture: Capture) -> tuple[str, ...]:
    (container,) = read(capture).records
    assert isinstance(container, Container)
    return container.env


values = st.text(min_size=SHORTEST).map(lambda text: f"{text}~{len(text)}")
names = st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True)


@given(st.dictionaries(names, values, max_size=5))
def test_no_environment_value_survives(env: dict[str, str]) -> None:
    entries = [f"{name}={value}" for name, value in env.items()]
    masked = mask(_capture("docker-inspect", _inspect(entries)), KEY)
    for entry, name in zip(_env(masked), env, strict=True):
        prefix, _, rest = entry.partition("=masked:")
        assert prefix == name
        assert len(rest) == 12


@given(st.lists(values, min_size=2, max_size=4))
def test_equal_values_have_equal_masks_and_others_do_not(secrets: list[str]) -> None:
    entries = [f"V{number}={value}" for number, value in enumerate(secrets)]
    masks = [
        each.partition("=")[2]
        for each in _env(mask(_capture("docker-inspect", _inspect(entries)), KEY))
    ]
    for one, other in zip(secrets, masks, strict=True):
        for two, another in zip(secrets, masks, strict=True):
            assert (one == two) == (other == another)


def test_a_mask_cannot_be_made_without_the_key() -> None:
    text = _inspect(["DB_PASSWORD=hunter22"])
    one, other = (mask(_capture("docker-inspect", text), key) for key in (b"one", b"other"))
    assert one.stdout != other.stdout


@given(values, st.integers(min_value=0, max_value=400))
def test_a_text_that_was_cut_is_masked_up_to_its_end(secret: str, more: int) -> None:
    whole = _inspect([f"DB_PASSWORD={secret}", f"PLAIN={secret}"])
    at = whole.index(b"DB_PASSWORD=") + len(b"DB_PASSWORD=")
    cut = whole[: at + more]
    masked = mask(_capture("docker-inspect", cut), KEY)
    written = json.dumps(secret)[1:-1].encode()
    assert written not in masked.stdout
    assert len(cut) <= at or b"DB_PASSWORD=masked:" in masked.stdout


@given(values, st.binary(min_size=1, max_size=6), st.data())
def test_a_text_that_was_damaged_is_masked(secret: str, noise: bytes, data: st.DataObject) -> None:
    whole = _inspect([f"DB_PASSWORD={secret}"])
    entry = whole.index(b'"DB_PASSWORD')
    at = data.draw(st.integers(min_value=0, max_value=entry - 20))
    noise = noise.replace(b'"', b"").replace(b"\\", b"")
    damaged = whole[:at] + noise + b"\n" + whole[at:]
    masked = mask(_capture("docker-inspect", damaged), KEY)
    assert json.dumps(secret)[1:-1].encode() not in masked.stdout


@given(st.dictionaries(names, values, max_size=4))
def test_masking_twice_is_masking_once(env: dict[str, str]) -> None:
    entries = [f"{name}={value}" for name, value in env.items()]
    once = mask(_capture("docker-inspect", _inspect(entries)), KEY)
    assert mask(once, KEY) == once


@given(values)
def test_a_secret_is_masked_in_every_answer_of_the_node(secret: str) -> None:
    spoken = secret.encode("utf-8", "surrogatepass")
    quoted = json.dumps(secret, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
    nested = json.dumps({"Args": json.dumps({"x": secret})}).encode()
    visit = _visit(
        _capture("docker-inspect", _inspect([f"API_TOKEN={secret}"])),
        _capture("docker-ps", b'a1   img   "run -t ' + quoted + b' now"   1 second ago'),
        _capture("birdcl-protocols", b"x" + spoken + b"y", b"cannot use " + spoken),
        _capture("docker-inspect", nested),
    )
    masked = mask_visit(visit, KEY)
    for capture in masked.captures:
        for text in (capture.stdout, capture.stderr):
            assert spoken not in text
            assert quoted not in text
    assert json.dumps(json.dumps(secret))[3:-3].encode() not in masked.captures[3].stdout


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        (b'"run --password=hunter22 --user me"', b'"run --password=%s --user me"'),
        (b'"run --api-token hunter22 --user me"', b'"run --api-token %s --user me"'),
        (b"\"sh -c 'DB_PASS=hunter22 run'\"", b"\"sh -c 'DB_PASS=%s run'\""),
        (b'"run --secret=\\"hunter22\\" x"', b'"run --secret=\\"%s\\" x"'),
        (b'"psql postgres://me:hunter22@db/x"', b'"psql postgres://me:%s@db/x"'),
        (
            b"\"curl -H 'Authorization: Bearer hunter22'\"",
            b"\"curl -H 'Authorization: Bearer %s'\"",
        ),
    ],
)
def test_secrets_of_a_command_line_are_masked_where_they_stand(
    given_text: bytes, wanted: bytes
) -> None:
    hidden = _env(mask(_capture("docker-inspect", _inspect(["X=hunter22"])), KEY))[0][2:].encode()
    assert mask(_capture("docker-ps", given_text), KEY).stdout == wanted.replace(b"%s", hidden)


@pytest.mark.parametrize(
    "command",
    [
        "curl -s -u me:%s http://db/",
        "curl --user=me:%s -o f http://db/",
        "curl -ume:%s http://db/",
        "redis-cli -h db -a %s ping",
        "/usr/bin/redis-cli -a %s",
        "sh -c 'redis-cli -a %s ping; ls -a'",
        'sh -c \\"redis-cli -a %s\\"',
        "mysql -uroot -p%s shop",
        "mysqldump -P 3306 -p%s shop",
        "mongosh -u me -p %s",
        "sshpass -p %s ssh db",
        "docker login -u me -p %s registry",
        "smbclient -U me%%%s //db/x",
        "snmpwalk -v2c -c %s db",
        "ldapsearch -D cn=me -w %s",
        "git clone https://%s-of-a-robot@db/x",
        "git clone https://%s:@db/x",
        "git clone https://%s:x-oauth-basic@db/x",
    ],
)
def test_what_a_program_takes_under_a_flag_of_its_own_is_masked(command: str) -> None:
    text = f'"{command % "hunter22"}"'.encode()
    masked = mask(_capture("docker-ps", text), KEY).stdout
    assert b"hunter22" not in masked
    before, after = command.split("%s")
    assert masked.startswith(f'"{before % ()}'.encode())
    assert masked.endswith(f'{after.removeprefix("-of-a-robot")}"'.encode()) or "x-oauth" in after


@pytest.mark.parametrize(
    "command",
    [
        "nginx -p 8080 -a all -u nobody",
        "ps -u me:group -a",
        "python -a mysql.py -p 8080",
        "mysqld -p3306",
        "mysql -uroot -p shop",
        "curl -u me http://db/ --user-agent me:you",
        "redis-cli -a $REDIS_PASSWORD ping",
        "my-redis-cli -a hunter22",
        "git clone https://git@db/x",
        "ssh://administrator-of-all@db/x",
    ],
)
def test_the_same_flag_of_another_program_is_left_alone(command: str) -> None:
    text = f'"{command}"'.encode()
    assert mask(_capture("docker-ps", text), KEY).stdout == text


def test_a_secret_among_the_arguments_of_a_container_is_masked_wherever_it_stands() -> None:
    text = _inspect(
        [],
        Cmd=["mysql", "-phunter33"],
        Entrypoint=["sh", "-c", "curl -u me:hunter44 db"],
    ).replace(b'"State"', b'"Path": "redis-cli", "Args": ["-a", "hu;n,ter 55", "x"], "State"')
    masked = mask(_capture("docker-inspect", text), KEY).stdout
    for secret in (b"hunter33", b"hunter44", b"hu;n", b"ter 55"):
        assert secret not in masked
    assert b'"x"]' in masked
    json.loads(masked)


@pytest.mark.parametrize(
    "comment",
    [
        'comment "token=%s for Ann"',
        "--comment password=%s",
        'comment "password %s"',
        'comment "a-key: %s"',
        '-m comment --comment "pwd=%s"',
        '-m comment --comment "a-key: %s"',
    ],
)
def test_a_secret_in_a_comment_of_a_filter_is_masked(comment: str) -> None:
    said = f"tcp dport 80 accept {comment % 'hunter22'}\n".encode()
    for probe in ("nft-ruleset", "iptables-save"):
        masked = mask(_capture(probe, said), KEY).stdout
        assert masked.startswith(b"tcp dport 80 accept ")
        assert b"hunter22" not in masked


def test_a_secret_in_the_json_of_a_label_is_masked_and_the_text_stays_json() -> None:
    label = json.dumps({"password": "hunter22", "retries": 3, "no_token": True})
    said = json.dumps([{"Config": {"Labels": {"config": label}}, "no_token": True}])
    masked = mask(_capture("docker-inspect", said.encode()), KEY).stdout
    (container,) = json.loads(masked)
    told = json.loads(container["Config"]["Labels"]["config"])
    assert told["password"].startswith("masked:")
    assert (told["retries"], told["no_token"]) == (3, True)


def test_a_comment_that_names_a_port_or_a_key_stays() -> None:
    said = b'comment "default/my-secret:http has no endpoints"\ncomment "the key of it all"\n'
    assert mask(_capture("nft-ruleset", said), KEY).stdout == said


def test_arguments_labels_and_health_checks_are_masked() -> None:
    text = _inspect(
        [],
        Cmd=["run", "--token", "hunter22", "--password=a b c", "--verbose"],
        Labels={"com.example.secret": "s3cret-label", "com.example.author": "Ann"},
        Healthcheck={"Test": ["CMD", "--api-key", "hunter33"]},
    )
    masked = mask(_capture("docker-inspect", text), KEY).stdout
    for secret in (b"hunter22", b"a b c", b"s3cret-label", b"hunter33"):
        assert secret not in masked
    assert b"--verbose" in masked
    assert b'"com.example.author": "Ann"' in masked
    json.loads(masked)


def _cri(env: list[str]) -> bytes:
    """Return what crictl before 1.31 prints: a document for each container."""
    variables = [dict(zip(("key", "value"), each.split("=", 1), strict=True)) for each in env]
    labels = {"io.kubernetes.pod.name": "web", "io.kubernetes.pod.namespace": "shop"}
    applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(variables)}
    names = {"id": "a" * 64, "metadata": {"name": "app"}, "state": "CONTAINER_RUNNING"}
    status = {**names, "labels": labels, "annotations": applied}
    nested = {**applied, "io.kubernetes.cri-o.Annotations": json.dumps(applied)}
    spec = {"process": {"env": env}, "annotations": nested}
    info = {"config": {"envs": variables, "annotations": applied}, "runtimeSpec": spec}
    one = json.dumps({"status": status, "info": info}, indent=2)
    return f"{one}\n{one}\n".encode()


@given(st.dictionaries(names, values, max_size=5))
def test_no_environment_value_of_a_pods_container_survives(env: dict[str, str]) -> None:
    masked = mask(_capture("crictl-inspect", _cri([f"{k}={v}" for k, v in env.items()])), KEY)
    for value in env.values():
        assert json.dumps(value)[1:-1].encode() not in masked.stdout
    records = read(masked).records
    assert len(records) == 2
    for record in records:
        assert isinstance(record, Container)
        for each, name in zip(record.env, env, strict=True):
            assert each.startswith(f"{name}=masked:")


@given(values, st.integers(min_value=0, max_value=400))
def test_a_pods_container_that_was_cut_off_is_masked_up_to_its_end(secret: str, more: int) -> None:
    whole = _cri([f"DB_PASSWORD={secret}"])
    for key in (b'"value": "', b'"DB_PASSWORD='):
        at = whole.index(key) + len(key)
        masked = mask(_capture("crictl-inspect", whole[: at + more]), KEY)
        assert json.dumps(secret)[1:-1].encode() not in masked.stdout


def test_a_password_with_an_at_sign_is_masked_to_its_end() -> None:
    said = b"dial postgres://me:hunt@er22@db/x and http://172.16.0.1:80/a@b failed"
    masked = mask(_capture("docker-ps", b"", said), KEY).stderr
    assert masked.startswith(b"dial postgres://me:masked:")
    assert masked.endswith(b"@db/x and http://172.16.0.1:80/a@b failed")
    assert b"er22" not in masked


def test_what_a_failed_login_printed_is_masked() -> None:
    said = "k8s2: sh did not start (exit status 1): export DB_PASSWORD=hunter22; http://a:s3cret@b"
    visit = dataclasses.replace(_visit(), reach=Reach.NO_SHELL, detail=said)
    detail = mask_visit(visit, KEY).detail
    assert detail.startswith("k8s2: sh did not start (exit status 1): export DB_PASSWORD=masked:")
    assert "hunter22" not in detail
    assert "s3cret" not in detail


def test_a_bgp_password_is_masked_in_any_text() -> None:
    said = b'    neighbor 172.16.0.47 as 64512; password "s3cr3tbgp"; }'
    masked = mask(_capture("birdcl-protocols", said), KEY).stdout
    assert masked.startswith(b'    neighbor 172.16.0.47 as 64512; password "masked:')
    assert masked.endswith(b'"; }')


def test_what_is_no_secret_stays_byte_for_byte() -> None:
    for sample in SAMPLES.glob("*/*.txt"):
        probe = sample.parent.name
        if not probe.startswith("docker"):
            text = sample.read_bytes()
            assert mask(_capture(probe, text), KEY).stdout == text


def test_an_ordinary_word_or_address_is_not_hunted_through_the_answers() -> None:
    env = ["AUTH_MODE=default", "AUTH_SERVER=172.16.0.254", "KEY=on", "PWD=/var/lib"]
    route = b"default via 172.16.0.254 dev enp1s0f0 onlink\n/var/lib\n"
    visit = _visit(_capture("docker-inspect", _inspect(env)), _capture("ip-route", route))
    assert mask_visit(visit, KEY).captures[1].stdout == route


@pytest.mark.parametrize("word", ["Config", "Networ", 'Name": ', "running", "Status"])
def test_a_container_cannot_hide_another_by_the_choice_of_its_password(word: str) -> None:
    text = _inspect([f"PASSWORD={word}"], Image="shop/web:1")
    (before,) = read(_capture("docker-inspect", text)).records
    (after,) = read(mask(_capture("docker-inspect", text), KEY)).records
    assert isinstance(before, Container)
    assert isinstance(after, Container)
    assert dataclasses.replace(after, env=()) == dataclasses.replace(before, env=())


def test_a_number_is_not_found_inside_another_number() -> None:
    visit = _visit(
        _capture("docker-inspect", _inspect(["PASSWORD=123456"])),
        _capture("ethtool-S", b"     rx_bytes: 91234567\n     tx_bytes: 123456\n"),
    )
    said = mask_visit(visit, KEY).captures[1].stdout
    assert b"rx_bytes: 91234567\n" in said
    assert b"tx_bytes: masked:" in said


def test_a_detail_of_a_capture_is_masked() -> None:
    failed = dataclasses.replace(_capture("docker-ps", b""), detail="cannot run hunter22!")
    visit = _visit(_capture("docker-inspect", _inspect(["PASSWORD=hunter22"])), failed)
    assert "hunter22" not in mask_visit(visit, KEY).captures[1].detail


def test_only_container_answers_teach_secrets() -> None:
    capture = _capture("ip-route", b"default via 172.16.0.254 dev token=enp1s0f0\n")
    assert mask(capture, KEY) == capture


HOSTILE = {
    "quotes": b'"' * 400_000,
    "backslashes": b'"Env": ["A=' + b"\\" * 400_000,
    "open brackets": b"[" * 400_000,
    "flags": b'"--token ' * 50_000,
    "assignments": b"a=" * 200_000,
    "quoted assignments": b"token='" * 60_000,
    "urls": b"://a:" * 80_000,
    "one long login": b"://a:" + b"b:" * 200_000,
    "headers": b"authorization: basic " * 40_000,
    "password statements": b'password "x\n' * 40_000,
    "password and blanks": b"password" + b" " * 400_000,
    "one long word": b"token" * 80_000,
    "programs": b"redis-cli " * 40_000,
    "programs that quote": b'redis-cli "a ' * 30_000,
    "flags of a program": b"curl" + b" -u" * 130_000,
    "programs in strings": b'"redis-cli", "-a", ' * 20_000,
    "tokens of addresses": b"https://" + b"a" * 400_000,
    "many addresses": b"https://aaaaaaaaaaaaaaaaaa " * 15_000,
    "comments": b'comment "token=' * 30_000,
    "colons far away": (b'"a"' + b" " * 200) * 2_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_costs_linear_time(name: str) -> None:
    text = HOSTILE[name]
    half = _seconds(text[: len(text) // 2])
    assert _seconds(text) < max(4 * half, 0.5)


def _seconds(text: bytes) -> float:
    capture = _capture("docker-inspect", text)
    began = time.process_time()
    mask(capture, KEY)
    return time.process_time() - began


def test_many_containers_with_secrets_of_their_own_cost_linear_time() -> None:
    def seconds(count: int) -> float:
        env = [f"DB_PASSWORD_{each}=s3cret-{each:08}" for each in range(count)]
        return _seconds(_inspect(env) + b"\n" + b"x" * 500 * count)

    assert seconds(2000) < max(5 * seconds(500), 2.0)
