"""What the test scripts of servers share: free ports, requests, verdicts.

    suite = Suite()
    suite.check("it answers", server_suite.get(port, "/").status == 200)
    sys.exit(suite.status())

All is on the loopback interface. A server is ended by its number, by who
started it; at the end `Suite` waits until the last of its processes is gone.
"""
import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time

PATIENCE_SECONDS = 20


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def await_that(condition):
    """Whether it becomes true in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


def request(port, method, path, body=None, headers=None):
    """Nothing, if there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    except (OSError, http.client.HTTPException):
        return Answer(0, {}, b"")
    finally:
        connection.close()


def get(port, path, **headers):
    return request(port, "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def send_raw(port, text):
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except OSError:
            pass
        return received


def first_bytes(port, text):
    """Of the answer to a client that stays."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
        connection.sendall(text)
        try:
            return connection.recv(65536)
        except OSError:
            return b""


def children(pid):
    """The processes that it has started and that live."""
    try:
        return [int(each) for each in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] not in "ZX"
    except OSError:
        return False


class Suite:
    def __init__(self):
        self.failed = False
        self.started = []

    def check(self, name, passed):
        print(f"{'PASS' if passed else 'FAIL'}: {name}", flush=True)
        self.failed |= not passed
        return passed

    def start(self, *command, **options):
        """A process of ours in a session of its own; what it has not ended itself, `end` ends."""
        process = subprocess.Popen([str(word) for word in command], start_new_session=True, **options)
        self.started.append(process)
        return process

    def await_exit(self, process):
        try:
            return process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def end(self):
        for process in self.started:
            # Of its session, which we have made, whoever is left: the leader's number is the group's.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except OSError:
                pass
            process.wait()

    def status(self):
        return 1 if self.failed else 0
