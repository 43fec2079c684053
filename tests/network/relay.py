#!/usr/bin/env python3
"""A network of two ends and a bad line between them, for tests. Linux, as root.

    server 198.18.0.1 ──tun──┐ relay ┌──tun── client 198.18.0.2

Each end is a network namespace without a name, held open by this process: when it ends, however it
ends, nothing is left behind. Programs are put there with `nsenter --net=PATH`. All packets pass
through here, where they are delayed, lost, held up and blocked as told.

It is told in lines of JSON on the standard input, answers each with one on the standard output, and
ends with the input. It begins by saying {"server": PATH, "client": PATH, ...}.

    {"set": {...}}       changes the line, from the next packet on; see `Line`. What stands inside of
                         "down" (from the server to the client) or "up" is for that direction alone.
    {"stats": true}      what has passed and what was dropped, by direction
    {"door": {"listen": 8000, "to": 8000}}
                         lets this machine reach a TCP port of the server's loopback, past the line
    {"move": "198.18.0.3"}
                         gives the client another address, as a change of networks does

`--check` says whether all this can be had here, by its exit code and a sentence.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

SERVER, CLIENT = "198.18.0.1", "198.18.0.2"  # RFC 2544: a network for tests of networks
PREFIX = 24
MTU = 1500

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
PROTOCOLS = {"tcp": 6, "udp": 17}
BURST = 64  # packets from one end before the other's turn

libc = ctypes.CDLL(None, use_errno=True)


def main():
    if sys.argv[1:] == ["--check"]:
        reason = unavailable()
        print(reason or "it can be had")
        sys.exit(1 if reason else 0)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    ends = [End("server", SERVER), End("client", CLIENT)]
    setns(home)
    lines = {"down": Line(), "up": Line()}
    controls = Controls(home, ends, lines)
    namespaces = {end.name: f"/proc/{os.getpid()}/fd/{end.namespace}" for end in ends}
    say({**namespaces, "addresses": {end.name: end.address for end in ends}})
    relay([(ends[0], ends[1], lines["down"]), (ends[1], ends[0], lines["up"])], controls)


def unavailable():
    """Why there can be no such network here, or `None`."""
    for program in ("ip", "nsenter"):
        if not shutil.which(program):
            return f"there is no `{program}`"
    try:
        # In a process of its own: this one stays where it is.
        child = os.fork()
        if child == 0:
            try:
                End("probe", SERVER)
                os._exit(0)
            except (OSError, subprocess.CalledProcessError):
                os._exit(1)
        return None if os.waitpid(child, 0)[1] == 0 else "namespaces and TUN devices need root"
    except OSError as error:
        return str(error)


class End:
    """A namespace with one device, whose packets come here."""

    def __init__(self, name, address):
        self.name, self.address = name, address
        if libc.unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        self.namespace = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        request = struct.pack("16sH22x", b"line", IFF_TUN | IFF_NO_PI)
        fcntl.ioctl(self.tun, TUNSETIFF, request)
        # What is opened and run now is of the namespace.
        with open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w") as switch:
            switch.write("1")
        ip("link set lo up")
        ip(f"link set line mtu {MTU} up")
        ip(f"addr add {address}/{PREFIX} dev line")
        ip("route add default dev line")

    def move(self, address):
        """Takes another address; the route goes with the old one and comes back."""
        ip(f"addr add {address}/{PREFIX} dev line")
        ip(f"addr del {self.address}/{PREFIX} dev line")
        # The kernel takes secondary addresses away with the first.
        ip(f"addr replace {address}/{PREFIX} dev line")
        ip("route replace default dev line")
        self.address = address


class Line:
    """One direction.

    delayMs        one way
    jitterMs       spread of the delay, even, to either side; order is kept unless `reorder`
    lossPercent    of packets, at random, each by itself
    rateBps        0 for no bound
    queueMs        what may wait for its turn at that rate; what comes then is dropped
    block          protocols that do not pass, with a port or all of them: ["udp", "tcp:8000"]
    silence        nothing passes
    seed           of loss and jitter; setting it begins the same sequence again
    """

    def __init__(self):
        self.delayMs = self.jitterMs = self.lossPercent = self.rateBps = 0
        self.queueMs = 300
        self.block = []
        self.silence = self.reorder = False
        self.seed = 1
        self.random = random.Random(self.seed)
        self.free = self.last = 0.0
        self.counts = dict.fromkeys(("packets", "bytes", "lost", "queueFull", "blocked"), 0)

    def set(self, name, value):
        if name not in vars(Line()) or name in ("random", "free", "last", "counts"):
            raise ValueError(f"a line has no {name}")
        setattr(self, name, value)
        if name == "seed":
            self.random = random.Random(value)

    def arrival(self, packet, now):
        """When a packet that enters now comes out, or `None`."""
        if self.silence or any(matches(rule, packet) for rule in self.block):
            return self.drop("blocked")
        if self.random.random() * 100 < self.lossPercent:
            return self.drop("lost")
        at = now
        if self.rateBps > 0:
            self.free = max(self.free, now)
            if (self.free - now) * 1e3 > self.queueMs:
                return self.drop("queueFull")
            self.free += len(packet) * 8 / self.rateBps
            at = self.free
        spread = self.random.uniform(-self.jitterMs, self.jitterMs) if self.jitterMs else 0
        at += max(0, self.delayMs + spread) / 1e3
        if not self.reorder:
            at = self.last = max(at, self.last)
        self.counts["packets"] += 1
        self.counts["bytes"] += len(packet)
        return at

    def drop(self, why):
        self.counts[why] += 1


def matches(rule, packet):
    """Whether an IPv4 packet is of a protocol, and from or to a port of it."""
    protocol, _, port = rule.partition(":")
    if packet[9] != PROTOCOLS[protocol]:
        return False
    header = (packet[0] & 15) * 4
    return not port or int(port) in struct.unpack_from("!HH", packet, header)


class Controls:
    """What is said on the standard input."""

    def __init__(self, home, ends, lines):
        self.home, self.ends, self.lines = home, ends, lines
        self.unread = b""

    def hear(self):
        """Acts on what is there; `False` at the end."""
        text = os.read(0, 65536)
        if not text:
            return False
        *whole, self.unread = (self.unread + text).split(b"\n")
        for line in whole:
            try:
                say(self.act(json.loads(line)))
            except (ValueError, KeyError, OSError, subprocess.CalledProcessError) as error:
                say({"error": str(error)})
        return True

    def act(self, said):
        if "set" in said:
            self.set(said["set"])
        if "door" in said:
            door(self.home, self.ends[0].namespace, said["door"])
        if "move" in said:
            setns(self.ends[1].namespace)
            try:
                self.ends[1].move(said["move"])
            finally:
                setns(self.home)
        return {way: line.counts for way, line in self.lines.items()}

    def set(self, settings):
        for name, value in settings.items():
            if name in self.lines:
                for inner, one in value.items():
                    self.lines[name].set(inner, one)
            else:
                for line in self.lines.values():
                    line.set(name, value)


def relay(ways, controls):
    """Carries packets until the standard input ends."""
    way_of = {source.tun: (target.tun, line) for source, target, line in ways}
    under_way, number = [], 0
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else 1
        ready, _, _ = select.select([*way_of, 0], [], [], wait)
        if 0 in ready and not controls.hear():
            return
        for tun in ready:
            if tun == 0:
                continue
            target, line = way_of[tun]
            for packet in packets(tun):
                at = line.arrival(packet, time.monotonic())
                if at is not None:
                    number += 1
                    heapq.heappush(under_way, (at, number, target, packet))
        now = time.monotonic()
        while under_way and under_way[0][0] <= now:
            _, _, target, packet = heapq.heappop(under_way)
            try:
                os.write(target, packet)
            except OSError:
                pass  # the device's own queue is full: it is lost, as on any line


def packets(tun):
    for _ in range(BURST):
        try:
            packet = os.read(tun, MTU + 64)
        except BlockingIOError:
            return
        if packet[0] >> 4 == 4:
            yield packet


def door(home, namespace, ports):
    """Passes connections from this machine's loopback to the server's, in threads."""
    listener = socket.create_server(("127.0.0.1", ports["listen"]))

    def serve():
        # A thread's namespace is its own, and a socket keeps the one that it was made in.
        setns(namespace)
        while True:
            near, _ = listener.accept()
            far = socket.socket()
            try:
                far.connect(("127.0.0.1", ports["to"]))
            except OSError:
                near.close()
                continue
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=pump, args=(source, target), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()


def setns(namespace):
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def ip(arguments):
    subprocess.run(["ip", *arguments.split()], check=True, capture_output=True, text=True)


def say(value):
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
