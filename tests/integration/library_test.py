"""The built-in policies on programs that nobody here wrote: each does its job
under the filter of its role, and is killed where it leaves it."""
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

from support import BIN, bailey, run

UNDER_FILTER = BIN / "under_filter"
FILES = 'allow file read "/usr/**", "/etc/**", "/tmp/**"; allow file write "/tmp/**";'


@unittest.skipUnless(UNDER_FILTER.exists(), "bench/under_filter is not built")
class Library(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-library-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def program(self, name):
        found = shutil.which(name, path="/usr/bin:/usr/sbin:/bin")
        if found is None:
            self.skipTest(f"{name} is not installed")
        return found

    def filter(self, role, rules=FILES):
        """What is not allowed kills: nothing is denied unseen."""
        (self.directory / "p.policy").write_text(
            f'policy p {{ use "{role}"; use "runtime/loader"; {rules} otherwise kill; }}')
        done = bailey("policy", "compile", "p.policy", "--emit", "bpf", "-o", "filter",
                      directory=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def under(self, *command, code=0, stdin=b""):
        done = run([UNDER_FILTER, "filter", *command], directory=self.directory, stdin=stdin)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def compile(self, source, *options):
        name = "program.cc" if "include <thread>" in source else "program.c"
        (self.directory / name).write_text(source)
        done = run(["g++" if name.endswith("cc") else "gcc", name, "-o", "program", *options],
                   directory=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return "./program"

    def test_gzip_is_a_cli_tool(self):
        gzip = self.program("gzip")
        self.filter("cli-tool")
        text = b"a line\n" * 10000
        (self.directory / "a").write_bytes(text)
        self.under(gzip, "-9", "--synchronous", "a")
        self.assertEqual(self.under(gzip, "-dc", "a.gz"), text)
        self.under(gzip, "-d", "a.gz")
        self.assertEqual((self.directory / "a").read_bytes(), text)

    def test_jq_is_a_cli_tool(self):
        jq = self.program("jq")
        self.filter("cli-tool")
        self.assertEqual(self.under(jq, "-c", ".a", stdin=b'{"a": [1, 2]}'), b"[1,2]\n")

    def test_signify_is_a_cli_tool(self):
        signify = self.program("signify-openbsd")
        self.filter("cli-tool")
        (self.directory / "m").write_text("message")
        self.under(signify, "-G", "-n", "-p", "k.pub", "-s", "k.sec")
        self.under(signify, "-S", "-s", "k.sec", "-m", "m", "-x", "m.sig")
        self.assertIn(b"Verified", self.under(signify, "-V", "-p", "k.pub", "-m", "m", "-x", "m.sig"))

    def test_gzip_between_pipes_is_a_worker(self):
        gzip = self.program("gzip")
        self.filter("worker", "")
        packed = self.under(gzip, "-c", stdin=b"text")
        self.assertEqual(self.under(gzip, "-dc", stdin=packed), b"text")

    def test_a_tool_that_starts_another_is_killed(self):
        shell = self.program("dash")
        self.filter("cli-tool")
        self.under(shell, "-c", "echo alone", code=0)
        self.under(shell, "-c", "/bin/true; echo more", code=-signal.SIGSYS)

    def test_a_worker_that_opens_a_file_is_killed(self):
        self.filter("worker", "")
        self.under(self.compile('#include <fcntl.h>\n#include <unistd.h>\n'
                                'int main(void) { return open("/etc/passwd", O_RDWR) < 0; }'),
                   code=-signal.SIGSYS)

    def test_threads_and_exceptions_of_cxx(self):
        program = self.compile(
            "#include <future>\n#include <iostream>\n#include <thread>\n"
            "int main() { auto f = std::async(std::launch::async, [] {"
            " try { throw 20; } catch (int x) { return x; } });"
            " int s = 0; std::thread([&] { pthread_setname_np(pthread_self(), \"x\"); s = 1; })"
            ".join(); std::cout << f.get() + s + std::cin.rdbuf()->in_avail(); }", "-pthread")
        self.filter("runtime/cxx", "")
        self.assertEqual(self.under(program), b"21")
        # Without its rules the thread is what is refused.
        self.filter("runtime/c", "")
        self.under(program, code=-signal.SIGSYS)

    def test_a_client_connects_and_does_not_serve(self):
        source = ("#include <netdb.h>\n#include <sys/socket.h>\n#include <unistd.h>\n"
                  "int main(int c, char** v) { struct addrinfo h = {.ai_socktype = SOCK_STREAM}, *r;\n"
                  " if (getaddrinfo(\"localhost\", v[1], &h, &r)) return 1;\n"
                  " int s = socket(AF_INET, SOCK_STREAM, 0);\n"
                  " for (; r && r->ai_family != AF_INET; r = r->ai_next);\n"
                  " if (c > 2) return listen(s, 1);\n"
                  " if (connect(s, r->ai_addr, r->ai_addrlen)) return 2;\n"
                  " return write(s, \"hello\", 5) != 5; }")
        program = self.compile(source)
        self.filter("network-client", FILES + " deny syscall socket(family in {AF_NETLINK, AF_UNIX})"
                    " then errno EAFNOSUPPORT;")
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
            self.under(program, port)
            peer, _ = server.accept()
            with peer:
                self.assertEqual(peer.recv(5), b"hello")
            self.under(program, port, "serve", code=-signal.SIGSYS)

    def test_lighttpd_is_a_network_server(self):
        lighttpd = self.program("lighttpd")
        self.filter("network-server")
        (self.directory / "index.html").write_text("served")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        (self.directory / "conf").write_text(
            f'server.document-root = "{self.directory}"\nserver.port = {port}\n'
            'server.bind = "127.0.0.1"\nindex-file.names = ("index.html")\n')
        with subprocess.Popen([UNDER_FILTER, "filter", lighttpd, "-D", "-f", "conf"],
                              cwd=self.directory, stderr=subprocess.DEVNULL) as server:
            try:
                self.assertEqual(self.fetch(f"http://127.0.0.1:{port}/", server), b"served")
                self.assertIsNone(server.poll())
            finally:
                server.terminate()
            # However it takes its end, the filter did not make it.
            self.assertGreaterEqual(server.wait(timeout=60), 0)

    def fetch(self, url, server):
        for _ in range(600):
            self.assertIsNone(server.poll())
            try:
                with urllib.request.urlopen(url, timeout=60) as answer:
                    return answer.read()
            except urllib.error.URLError:
                time.sleep(0.1)
        self.fail("the server did not come up")


if __name__ == "__main__":
    unittest.main()
