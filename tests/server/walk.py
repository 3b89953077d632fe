#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""walk.py TONMEISTER: the studio's server, asked over plain sockets: who is let in,
what is served, and a walk from hello to undo."""
import base64
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import wave

TEXT = """# my song
song: Walk
rate: 48 kHz
tracks:
  Vox: {file: a.wav, fader: -4 dB, chain: [compressor, equaliser: [bell: {at: 1 kHz, gain: 2 dB}]]} # mine
  Keys: {file: b.wav, pan: R20}
"""
number = 0
failed = 0


def check(name, good, more=""):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good and more != "":
        print(f"# {more}")


def make_song(folder):
    chance = random.Random(1)
    for name in ("a.wav", "b.wav"):
        with wave.open(os.path.join(folder, name), "wb") as w:
            w.setnchannels(1)
            w.setsampwidth(2)
            w.setframerate(48000)
            w.writeframes(b"".join(struct.pack("<h", chance.randint(-9000, 9000))
                                   for _ in range(96000)))
    with open(os.path.join(folder, "mix.yaml"), "w") as f:
        f.write(TEXT)


def ask(port, head):
    """Send an HTTP request, return the answer's head and body."""
    with socket.create_connection(("127.0.0.1", port), 5) as s:
        s.settimeout(5)
        s.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        got = b""
        try:
            while True:
                part = s.recv(65536)
                if not part:
                    break
                got += part
                if b"\r\n\r\n" in got:
                    top, body = got.split(b"\r\n\r\n", 1)
                    sizes = [int(line.split(b":")[1]) for line in top.split(b"\r\n")
                             if line.lower().startswith(b"content-length")]
                    if top.startswith(b"HTTP/1.1 101") or \
                            (sizes and len(body) >= sizes[0]):
                        break
        except (TimeoutError, ConnectionError):
            pass
    head, _, body = got.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


def status(port, head):
    first = ask(port, head)[0].split(" ")
    return int(first[1]) if len(first) > 1 else 0


UPGRADE = ("GET {path} HTTP/1.1\nHost: {host}\nUpgrade: websocket\n"
           "Connection: Upgrade\nSec-WebSocket-Version: 13\n"
           "Sec-WebSocket-Key: {key}\nSec-WebSocket-Protocol: tonmeister.1")


def upgrade(path, host, origin):
    key = base64.b64encode(os.urandom(16)).decode()
    return UPGRADE.format(path=path, host=host, key=key) + \
        (f"\nOrigin: {origin}" if origin is not None else "")


class Socket:
    """A WebSocket, as far as the studio needs it."""

    def __init__(self, port, path):
        self.s = socket.create_connection(("127.0.0.1", port), 10)
        self.s.settimeout(10)
        self.got = b""
        own = f"127.0.0.1:{port}"
        self.s.sendall(upgrade(path, own, "http://" + own)
                       .replace("\n", "\r\n").encode() + b"\r\n\r\n")
        while b"\r\n\r\n" not in self.got:
            self.got += self.s.recv(65536)
        self.head, self.got = self.got.split(b"\r\n\r\n", 1)

    def send(self, data):
        binary = isinstance(data, bytes)
        data = data if binary else json.dumps(data).encode()
        mask = os.urandom(4)
        n = len(data)
        size = bytes([0x80 | n]) if n < 126 else \
            bytes([0x80 | 126]) + struct.pack(">H", n) if n < 65536 else \
            bytes([0x80 | 127]) + struct.pack(">Q", n)
        body = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        self.s.sendall(bytes([0x82 if binary else 0x81]) + size + mask + body)

    def take(self, n):
        while len(self.got) < n:
            part = self.s.recv(1 << 20)
            if not part:
                raise ConnectionError
            self.got += part
        part, self.got = self.got[:n], self.got[n:]
        return part

    def message(self):
        """The next message: (opcode, bytes), fragments put together."""
        whole, kind = b"", 0
        while True:
            first, size = self.take(2)
            size = size & 127
            if size == 126:
                size = struct.unpack(">H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.take(8))[0]
            whole += self.take(size)
            kind = first & 15 or kind
            if first & 0x80:
                return kind, whole

    def until(self, wanted, **match):
        """The next JSON message of a type (others are passed)."""
        while True:
            kind, data = self.message()
            if kind == 8:
                raise ConnectionError
            if kind != 1:
                continue
            m = json.loads(data)
            if m["type"] == wanted and \
                    all(m.get(k) == v for k, v in match.items()):
                return m

    def closed_with(self):
        try:
            while True:
                kind, data = self.message()
                if kind == 8:
                    return struct.unpack(">H", data[:2])[0] if data else 0
        except (ConnectionError, TimeoutError):
            return -1


def test_doors(port, token):
    own = f"127.0.0.1:{port}"
    get = "GET {} HTTP/1.1\nHost: {}"
    head, body = ask(port, get.format("/", own))
    check("the page is served", " 200 " in head and b"<html" in body.lower(), head)
    low = head.lower()
    for name, value in (("content-security-policy", "default-src 'none'"),
                        ("cross-origin-opener-policy", "same-origin"),
                        ("cross-origin-embedder-policy", "require-corp"),
                        ("cross-origin-resource-policy", "same-origin"),
                        ("x-content-type-options", "nosniff"),
                        ("referrer-policy", "no-referrer")):
        check(f"header {name}", f"{name}: {value}" in low, head)
    check("the token is not in the page", token.encode() not in body)
    for path in ("/mix.yaml", "/../mix.yaml", "/%2e%2e/mix.yaml", "/..%2fmix.yaml",
                 "//etc/passwd", "/index.html/..", "/%00"):
        head, got = ask(port, get.format(path, own))
        # a path that ends at "/" once it is put in order is the page itself
        check(f"no file at {path}", got == body or
              head.split(" ")[1:2] in ([], ["400"], ["403"], ["404"]), head)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        code = status(port, f"{method} / HTTP/1.1\nHost: {own}\nContent-Length: 0")
        check(f"no {method}", code in (0, 400, 403, 404, 405), code)
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}",
                 f"127.0.0.1.evil.example:{port}"):
        code = status(port, get.format("/", host))
        check(f"host {host} is refused", code == 403, code)
    for host in (own, f"localhost:{port}", f"[::1]:{port}"):
        check(f"host {host} is ours", status(port, get.format("/", host)) == 200)
    pairs = [(own, None), (own, "null"), (own, "http://evil.example"),
             (own, f"https://{own}"), (own, f"http://127.0.0.1:{port + 1}"),
             (own, f"http://{own}.evil.example"), (own, ""),
             ("evil.example", f"http://{own}"), (f"evil.example:{port}", f"http://{own}"),
             (f"evil.example:{port}", f"http://evil.example:{port}")]
    for host, origin in pairs:
        code = status(port, upgrade("/control", host, origin))
        check(f"no socket for {host} from {origin}", code != 101, code)
    check("a socket for the page", status(port, upgrade(
        "/control", f"localhost:{port}", f"http://localhost:{port}")) == 101)
    check("no socket at another path",
          status(port, upgrade("/other", own, f"http://{own}")) != 101)


def test_tokens(port, token):
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    for name, given in (("wrong", wrong), ("short", token[:-1]), ("missing", "")):
        s = Socket(port, "/control")
        s.send({"type": "hello", "token": given, "tab": "a"})
        check(f"a {name} token is refused", s.closed_with() == 4003)
    s = Socket(port, "/control")
    s.send({"type": "hello", "token": token, "tab": "a"})
    check("after three misses nobody is let in", s.closed_with() == 4003)
    time.sleep(1.1)
    s = Socket(port, "/control")
    s.send({"type": "play"})
    check("nothing is done before hello", s.closed_with() == 4003)


def test_floods(port, token):
    s = Socket(port, "/control")
    s.send({"type": "hello", "token": token, "tab": "f"})
    s.until("transport")
    s.s.sendall(b"\x81\x85\0\0\0\0[1,2]")
    check("a message is an object", s.closed_with() == 4008)
    s = Socket(port, "/control")
    s.send({"type": "hello", "token": token, "tab": "f"})
    s.until("transport")
    deep = b'{"type":' + b"[" * 60 + b"]" * 60 + b"}"
    s.s.sendall(b"\x81" + bytes([0x80 | 126]) + struct.pack(">H", len(deep)) +
                b"\0\0\0\0" + deep)
    check("a deep message is refused", s.closed_with() == 4008)
    s = Socket(port, "/control")
    s.send({"type": "hello", "token": token, "tab": "f"})
    s.until("transport")
    try:
        for _ in range(1500):
            s.send({"type": "parse", "control": "s1/fader", "text": "1"})
        code = s.closed_with()
    except OSError:
        code = 4008
    check("1,500 messages at once are too many", code in (4008, -1), code)


def read_mix(folder):
    """The float frames of out/mix.wav."""
    with open(os.path.join(folder, "out", "mix.wav"), "rb") as f:
        data = f.read()
    at = data.index(b"data")
    return data[at + 8:at + 8 + struct.unpack("<I", data[at + 4:at + 8])[0]]


def test_walk(port, token, folder):
    control = Socket(port, "/control")
    audio = Socket(port, "/audio")
    control.send({"type": "hello", "token": token, "tab": "one"})
    audio.send({"type": "hello", "token": token, "tab": "one"})
    hello = control.until("hello")
    check("hello", hello["protocol"] == 1 and hello["tab"] == "one", hello)
    snapshot = control.until("snapshot")
    check("snapshot", [s["name"] for s in snapshot["strips"]] ==
          ["Vox", "Keys", "Mix"], snapshot["strips"])
    control.until("transport", playing=False)
    began = time.monotonic()
    control.send({"type": "play"})
    epoch = control.until("transport", playing=True)["epoch"]
    heard, first = b"", 0.0
    target = 2048
    audio.send(struct.pack("<IIII", 0x434e4f54, epoch, 0, target))
    while len(heard) < 8 * 48000:
        kind, frame = audio.message()
        if kind != 2:
            continue
        first = first or time.monotonic() - began
        magic, what, width, of, n = struct.unpack("<IHHII", frame[:16])
        assert magic == 0x4d4e4f54 and what == 1 and width == 2 and of == epoch
        heard += frame[32:32 + 8 * n]
        audio.send(struct.pack("<IIII", 0x434e4f54, epoch, len(heard) // 8, target))
    check("a second of sound has the bytes of the rendered file",
          heard == read_mix(folder)[:len(heard)])
    print(f"# play to first frame: {1000 * first:.0f} ms")
    meters = None
    while meters is None:
        kind, frame = control.message()
        if kind == 2 and struct.unpack("<H", frame[4:6])[0] == 2:
            meters = frame
    check("meters have a row a strip and one for the ear",
          struct.unpack("<I", meters[12:16])[0] == 5)
    control.send({"type": "touch", "control": "s1/fader"})
    control.send({"type": "move", "control": "s1/fader", "value": -12.0})
    control.until("moved", control="s1/fader")
    changed = False
    for _ in range(40):
        kind, frame = audio.message()
        changed |= struct.unpack("<I", frame[24:28])[0] > 0
        heard += frame[32:]
        audio.send(struct.pack("<IIII", 0x434e4f54, epoch, len(heard) // 8, target))
        if changed:
            break
    check("the move is in the sound", changed)
    path = os.path.join(folder, "mix.yaml")
    control.send({"type": "release", "control": "s1/fader", "id": 1})
    news = control.until("changed")
    check("the strip is shown anew", news["strips"][0]["fader"]["text"] == "-12 dB")
    check("the text says so, comments kept",
          open(path).read() == TEXT.replace("-4 dB", "-12 dB"), open(path).read())
    control.send({"type": "undo", "id": 2})
    control.until("ok", id=2)
    check("undo brings the bytes back", open(path).read() == TEXT)
    control.send({"type": "stop"})
    control.until("transport", playing=False)


def main():
    program = sys.argv[1]
    folder = tempfile.mkdtemp(prefix="ton-walk-")
    make_song(folder)
    subprocess.run([program, "mix", folder, "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    server = subprocess.Popen([program, "studio", folder, "--no-open", "--stay"],
                              stdout=subprocess.PIPE, text=True)
    try:
        address = server.stdout.readline().strip()
        port = int(address.split(":")[2].split("/")[0])
        token = address.split("#")[1]
        check("an address with a token", len(token) == 32, address)
        test_doors(port, token)
        test_tokens(port, token)
        test_walk(port, token, folder)
        test_floods(port, token)
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"1..{number}")
    return failed > 0


sys.exit(main())
