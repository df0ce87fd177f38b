"""The real programs: where each is built, and how its own tests are run.

    program = PROGRAMS["gzip"]
    program.suite, program.full_suite    # commands, run in its source folder
"""
import dataclasses
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent

# What a suite's harness prints of one test: a verdict and a name.
AUTOMAKE = re.compile(r"^(?P<verdict>PASS|FAIL|XPASS|XFAIL|SKIP|ERROR): (?P<name>.*)$", re.MULTILINE)
PERL = re.compile(r"^(?P<verdict>ok|not ok) \d+ - (?P<name>.*)$", re.MULTILINE)
VERDICT = re.compile(r"^(?P<name>Tests) (?P<verdict>passed|failed)\.$", re.MULTILINE)
REDIS = re.compile(r"^\[(?P<verdict>ok|err|exception|timeout)\]: (?P<name>.*?)(?: \(\d+ ms\))?$", re.MULTILINE)
SQLITE = re.compile(r"^(?P<name>[\w.-]+)\.\.\. (?P<verdict>Ok|Error|.*expected)", re.MULTILINE)
AUTOTEST = re.compile(r"^ *(?P<name>\d+: .*?) +(?P<verdict>ok|FAILED|skipped|expected failure|UNEXPECTED PASS)", re.MULTILINE)
# Where a name shows a random or measured value: what follows is not the name.
VALUE = re.compile(r"['\"=].*|\d+", re.DOTALL)
PASSED = ("PASS", "ok", "passed", "Ok")


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    binary: str       # below source/; a pattern: each of those that the build links
    link: str         # what --program calls it
    suite: tuple      # a command, run in source/
    patterns: tuple   # of results in its output
    ceiling: str = ""     # the most that its policy may permit: ceilings/NAME.policy; without it, what its report says
    plugins: tuple = ()   # patterns below source/
    children: tuple = ()  # programs that it runs, which its filter holds too
    full: tuple = ()      # the command with --full, where the suite is a part
    minutes: int = 10     # that it may take, once
    not_wrapped: tuple = ()  # of a pattern, what runs other programs: a filter would hold them, strace inside strace fails
    serving: tuple = ()   # the command to run under both filters, where the program has a place for the second
    peers: str = ""       # others' figures, published: allowed; in the serving phase


# The name service's modules: what asks for users and hosts loads them.
NAMES = "/lib/x86_64-linux-gnu/libnss_*.so.2"

MEMCACHED = """00-startup 64bit ascii-auth binary-get binary bogus-commands cas chunked-items conn-limits daemonize dash-M
  evictions expirations extstore flags flush-all getandtouch getset idle-timeout incrdecr item_size_max line-lengths
  lru-crawler lru maxconns metaget misbehave multiversioning noreply quit restart shutdown stats stats-conns
  stats-detail touch udp unixsocket watcher""".split()
MEMCACHED_RUN = ("prove", "-v", *(f"t/{each}.t" for each in MEMCACHED))
# They wait for replicas, for minutes each, fuzz for as long, or measure memory.
REDIS_SKIPPED = """integration/replication integration/replication-psync integration/replication-buffer integration/psync2
  integration/psync2-reg integration/psync2-pingoff integration/psync2-master-restart integration/corrupt-dump-fuzzer
  unit/memefficiency unit/obuf-limits unit/hyperloglog""".split()
REDIS_RUN = "./runtest --dont-clean --skiptest 'Active Defrag'"
REDIS_SERVING = "".join(f" --single unit/{each}" for each in ("auth", "type/string", "scripting", "pubsub", "aofrw", "acl"))
CURL_PART = "1 to 150 500 to 520 1000 to 1020"
CURL_RUN = "cd tests && srcdir=. ./runtests.pl -n -a -am"
# Left out: what traces, and what has sort, split and install run other programs: they have something in front of them,
# too, which the filter of the first does not permit. And what loads a library of the test's own before the program.
COREUTILS_PART = ("$(grep -LE 'require_strace_|compress-program|strip-program|--filter|LD_PRELOAD' tests/*/*.sh tests/*/*.pl |"
                  " grep -v tests/factor/)")
COREUTILS_RUN = "make -k -j6 check SUBDIRS=. "

PROGRAMS = {each.name: each for each in (
    Program("signify-openbsd", "signify", "signify", (str(HERE / "signify_suite"),), (VERDICT, AUTOMAKE), "cli-tool"),
    Program("gzip", "gzip", "gzip", ("make", "-k", "check"), (AUTOMAKE,), "cli-tool"),
    Program("jq", ".libs/jq", "jq", ("make", "-k", "check"), (AUTOMAKE,), "cli-tool"),
    Program("lighttpd", "src/lighttpd", "lighttpd", ("make", "-k", "-C", "tests", "check"), (AUTOMAKE, PERL),
            "network-server", plugins=("src/.libs/mod_*.so", NAMES),
            children=("tests/fcgi-responder", "tests/scgi-responder", "/usr/bin/perl", "/bin/bash"),
            peers="99; 80, 76"),
    Program("memcached", "memcached", "memcached",
            MEMCACHED_RUN, (PERL,), plugins=(NAMES,), serving=MEMCACHED_RUN,
            full=("sh", "-c", "rm -f t/whitespace.t; ./testapp; prove -v t/*.t"), minutes=30, peers="104; 85, 85, 54"),
    Program("nginx", "objs/nginx", "nginx", (str(HERE / "nginx_suite"),), (AUTOMAKE,), plugins=(NAMES,),
            serving=(str(HERE / "nginx_suite"), "--same-binary"),
            peers="115; 104, 100, 72"),
    Program("redis", "src/redis-server", "redis-server",
            ("sh", "-c", REDIS_RUN + " --clients 6" + "".join(f" --skipunit {each}" for each in REDIS_SKIPPED)), (REDIS,),
            plugins=(NAMES,), full=("sh", "-c", REDIS_RUN + " --clients 1"), minutes=20, peers="104; 85, 83, 81",
            serving=("sh", "-c", REDIS_RUN + REDIS_SERVING)),
    Program("haproxy", "haproxy", "haproxy", (str(HERE / "haproxy_suite"),), (AUTOMAKE,), plugins=(NAMES,)),
    Program("sqlite3", "sqlite3", "sqlite3",
            ("sh", "-c", "for each in test/shell*.test; do ./testfixture $each; done"), (SQLITE,),
            children=("/bin/dash",)),
    Program("tar", "src/tar", "tar", ("make", "-k", "-C", "tests", "check", "TESTSUITEFLAGS=-j4 1-166 168 170-"), (AUTOTEST,),
            plugins=(NAMES,), children=("/bin/dash", "/usr/bin/gzip", "/usr/bin/bzip2", "/usr/bin/xz", "/usr/bin/cat",
                                        "/bin/bash"),
            # Tests 167 and 169 store and list 8 GiB of holes, which takes minutes.
            full=("make", "-k", "-C", "tests", "check")),
    Program("curl", "src/curl", "curl", ("sh", "-c", f"{CURL_RUN} {CURL_PART}"), (AUTOMAKE,), plugins=(NAMES,),
            full=("sh", "-c", CURL_RUN), minutes=60),
    Program("coreutils", "src/*", "src/*", ("sh", "-c", COREUTILS_RUN + f'TESTS="{COREUTILS_PART}"'), (AUTOMAKE,),
            plugins=(NAMES,), full=("sh", "-c", COREUTILS_RUN), minutes=60,
            not_wrapped=("chroot", "env", "make-prime-list", "nice", "nohup", "runcon", "stdbuf", "timeout")),
)}
