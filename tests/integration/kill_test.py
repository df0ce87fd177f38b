"""Kills the launcher, the agent, first processes and portions at random moments, and looks for
what is left: nothing may be, a second later.

BAILEY_KILLS says how many kills (300), BAILEY_KILL_SEED repeats a run, BAILEY_KILL_GRACE_S is the
second on a slower machine or with slower programs (a sanitizer's).
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

from processes import Process, descendants, every_process, host_uids
from support import BIN, Notary, bailey

KILLS = int(os.environ.get("BAILEY_KILLS", "300"))
SEED = int(os.environ.get("BAILEY_KILL_SEED", str(random.SystemRandom().randrange(1 << 32))))
GRACE_S = float(os.environ.get("BAILEY_KILL_GRACE_S", "1"))
# Of no account, and of no other test: whatever it has is of a run of ours.
USER = 47113
# executor/launch/agent_process.cc: an instance of root's has these ids.
FIRST_HOST_ID, IDS_PER_INSTANCE = 0x70000000, 64
VICTIMS = ("launcher", "agent", "init", "portion")
PHASES = ("start", "run", "end")
# For a bound on waiting that no test passes by: it fails then.
FOREVER_S = 30

POLICY = """policy cat {
  use "cli-tool";
  limit memory 256 MiB, pids 16;
}
"""

SHARED = [pathlib.Path(name) for name in ("/dev/shm", "/var/tmp", "/tmp")]


def wait_until(condition, seconds):
    """How long it took, or None."""
    begin = time.monotonic()
    while True:
        if condition():
            return time.monotonic() - begin
        if time.monotonic() - begin > seconds:
            return None
        time.sleep(0.002)


def shared_entries(uid):
    """What this run could leave where everybody may write: of its user; of root, which others are
    too, by its name, and not in /tmp, for which the run has a directory of its own."""
    found = set()
    for directory in SHARED:
        for entry in os.scandir(directory):
            try:
                owner = entry.stat(follow_symlinks=False).st_uid
            except OSError:
                continue
            if owner == USER == uid or (owner == uid and "bailey" in entry.name
                                         and directory != SHARED[-1]):
                found.add(entry.path)
    return found


def system_v_memory():
    return set(pathlib.Path("/proc/sysvipc/shm").read_text().splitlines()[1:])


def mounts():
    return {line.split(" ", 2)[2]
            for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()}


def cgroup_leftovers(launchers):
    """Directories that launchers of these process ids made, in any hierarchy."""
    names = tuple(f"bailey-run-{pid}-" for pid in launchers)
    found = []
    for path, directories, _ in os.walk("/sys/fs/cgroup"):
        found += [os.path.join(path, name) for name in directories if name.startswith(names)]
    return found


def run_names(processes):
    """Numbers, states and names, for people."""
    names = []
    for process in processes:
        try:
            stat = pathlib.Path(f"/proc/{process.pid}/stat").read_text(errors="replace")
            wchan = pathlib.Path(f"/proc/{process.pid}/wchan").read_text()
            names.append(" ".join(stat.split()[:4]) + " " + wchan)
        except OSError:
            names.append(f"{process.pid}, gone")
    return names


class Run:
    """One run that is killed somewhere; `command` is what `bailey run` is told."""

    def __init__(self, command, as_user, mailbox):
        self.uid = os.geteuid() if as_user is None else as_user
        # Ids that only processes of this run can have.
        self.ids = set() if as_user is None else {as_user}
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-kill-"))
        for name in ("tmp", "runtime", "out"):
            (self.directory / name).mkdir()
            os.chown(self.directory / name, self.uid, self.uid)
        self.directory.chmod(0o755)
        self.before = (mounts(), shared_entries(self.uid), system_v_memory())
        self.seen, self.namespaces = set(), set()
        self.own_namespaces = Process.of(os.getpid()).namespaces()
        self.outcome_path = self.directory / "out" / "outcome.json"
        extra = {} if as_user is None else {"user": as_user, "group": as_user, "extra_groups": []}
        self.launcher = subprocess.Popen(
            [BIN / "bailey", "run", "--outcome", self.outcome_path, *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "TMPDIR": str(self.directory / "tmp"),
                 "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
                 "XDG_RUNTIME_DIR": str(self.directory / "runtime")}, **extra)
        if self.uid == 0:
            first = FIRST_HOST_ID + self.launcher.pid * IDS_PER_INSTANCE
            self.ids = set(range(first, first + IDS_PER_INSTANCE))
        os.set_blocking(self.launcher.stdout.fileno(), False)
        os.set_blocking(self.launcher.stdin.fileno(), False)
        self.pending = mailbox
        self.output = b""

    def close(self):
        for stream in (self.launcher.stdin, self.launcher.stdout, self.launcher.stderr):
            try:
                stream.close()
            except OSError:
                pass
        if self.launcher.poll() is None:
            self.launcher.kill()
            self.launcher.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def step(self):
        """Feeds, reads and looks; all of it without waiting."""
        if self.pending:
            try:
                self.pending = self.pending[os.write(self.launcher.stdin.fileno(), self.pending):]
            except (BlockingIOError, BrokenPipeError):
                pass
        try:
            self.output += os.read(self.launcher.stdout.fileno(), 1 << 16)
        except BlockingIOError:
            pass
        levels = descendants(self.launcher.pid)
        for process in (process for level in levels for process in level):
            if process not in self.seen:
                self.seen.add(process)
            self.namespaces |= process.namespaces()
        return levels

    def ended(self):
        return self.launcher.poll() is not None

    def step_for(self, seconds):
        end = time.monotonic() + seconds
        while not self.ended():
            levels = self.step()
            if time.monotonic() >= end:
                return levels
            time.sleep(0.0005)
        return []

    def reach(self, phase, moment):
        """To a point in a phase; `moment` is from 0 to 1."""
        # Before it is the launcher it may have a policy to compile.
        while not self.ended() and self.name() != "bailey-launch":
            self.step()
        self.seen, self.namespaces = set(), set()
        if phase == "start":
            return self.step_for(moment * 0.06)
        while not self.ended() and not self.output:
            self.step()
        if phase == "run":
            return self.step_for(moment * 0.03)
        while not self.ended() and self.pending:
            self.step()
        self.launcher.stdin.close()
        return self.step_for(moment * 0.02)

    def name(self):
        try:
            return pathlib.Path(f"/proc/{self.launcher.pid}/comm").read_text().strip()
        except OSError:
            return ""

    def kill(self, victim, rng):
        """False if no such process was there before the run had ended."""
        depth = VICTIMS.index(victim)
        while not self.ended():
            levels = [[Process.of(self.launcher.pid)]] + self.step()
            if depth < len(levels) and levels[depth] and all(levels[depth]):
                chosen = rng.choice(levels[depth])
                self.killed = run_names([chosen])
                return chosen.kill()
        return False

    def left_processes(self):
        """Those that were seen, those in a namespace of theirs, those of an id of theirs."""
        spaces = self.namespaces - self.own_namespaces
        return [process for process in every_process()
                if process in self.seen or host_uids(process) & self.ids
                or self.is_in(process, spaces)]

    def is_in(self, process, spaces):
        # A number of a namespace may be another's by now, whose processes are younger.
        return process.start <= self.killed_at_ticks and bool(process.namespaces() & spaces)

    def describe(self):
        left = run_names(self.left_processes())
        return f"{self.killed} was killed; the launcher ended: {self.ended()}; left: {left}"

    def left_files(self):
        private = [path for name in ("tmp", "runtime") for path in (self.directory / name).iterdir()]
        strangers = [path for path in (self.directory / "out").iterdir()
                     if path != self.outcome_path]
        return private + strangers

    def finish(self):
        """Reads to the end, so that nobody waits for us; the time until all was clean."""
        self.killed_at_ticks = int(time.clock_gettime(time.CLOCK_BOOTTIME)
                                   * os.sysconf("SC_CLK_TCK"))

        def is_clean():
            self.drain()
            return self.ended() and not self.left_processes()
        return wait_until(is_clean, GRACE_S)

    def drain(self):
        try:
            while chunk := os.read(self.launcher.stdout.fileno(), 1 << 16):
                self.output += chunk
        except (BlockingIOError, OSError):
            pass


class KillTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        doctor = json.loads(bailey("doctor", "--format", "json").stdout)
        spaces = next(fact for fact in doctor["facts"] if fact["name"] == "user namespaces")
        if spaces["state"] != "ok":
            raise unittest.SkipTest(f"user namespaces: {spaces['detail']}")
        cls.notary = Notary()
        cls.split_program = [cls.notary.bundle, "--credential",
                             f"signing_key=file:{cls.notary.key}"]
        policy = cls.notary.directory / "cat.policy"
        policy.write_text(POLICY)
        # An unmodified program, which is stopped and traced while it starts.
        cls.other_program = ["--policy", policy, "--", "/bin/cat"]
        # Long enough to be met while it runs; the input is held open besides.
        cls.mailbox = cls.notary.documents("correspondence.mbox") * 40

    @classmethod
    def tearDownClass(cls):
        cls.notary.close()

    def check_outcome(self, run, victim):
        if victim == "launcher":
            # By the signal, unless it had said all and was about to end.
            self.assertIn(run.launcher.returncode, (-9, 0))
        else:
            self.assertGreaterEqual(run.launcher.returncode, 0, "the launcher itself died")
        if not run.outcome_path.exists():
            self.assertEqual(victim, "launcher", "there is no outcome")
            return "none"
        outcome = json.loads(run.outcome_path.read_text())
        kind = outcome["outcome"]
        self.assertIn(kind, ("ok", "killed", "crashed", "failed"))
        if kind == "failed":
            self.assertEqual(outcome["exit_code"], 125)
        if kind != "ok":
            self.assertTrue(outcome["message"], "an outcome without a reason")
        return kind

    def check_nothing_left(self, run):
        took = run.finish()
        self.assertIsNotNone(
            took, f"after {GRACE_S} s: {run.describe()}")
        self.assertEqual(run.left_files(), [])
        self.assertEqual(mounts() - run.before[0], set())
        self.assertEqual(shared_entries(run.uid) - run.before[1], set())
        self.assertEqual(system_v_memory() - run.before[2], set())
        return took

    def kill_once(self, rng, as_user, command):
        """The kind of the outcome and the time until all was gone, or None without a kill."""
        victim, phase = rng.choice(VICTIMS), rng.choice(PHASES)
        run = Run(command, as_user, self.mailbox)
        try:
            run.reach(phase, rng.random())
            if run.ended() or not run.kill(victim, rng):
                return None
            took = self.check_nothing_left(run)
            self.pids.add(run.launcher.pid)
            return f"{victim} in {phase}", self.check_outcome(run, victim), took
        finally:
            run.close()

    def loop(self, kills, as_user, command=None):
        command = command or self.split_program
        done, times, counts = 0, [], {}
        self.pids = set()
        # A run may end before its victim was met: then it is no kill.
        for attempt in range(20 * kills):
            seed = f"{SEED}/{as_user}/{command[0]}/{attempt}"
            with self.subTest(seed=seed):
                killed = self.kill_once(random.Random(seed), as_user, command)
                if killed is None:
                    continue
                what, kind, took = killed
                counts[f"{what}: {kind}"] = counts.get(f"{what}: {kind}", 0) + 1
                times.append(took)
            done += 1
            if done == kills:
                break
        self.assertEqual(done, kills, "too few runs were met alive")
        times.sort()
        if times:
            print(f"{done} kills as {as_user or 'this user'}, seed {SEED}: all gone after "
                  f"{times[len(times) // 2] * 1e3:.0f} ms (median), {times[-1] * 1e3:.0f} ms (most)")
        for what, count in sorted(counts.items()):
            print(f"  {count:4} {what}")
        self.check_cgroups()

    def check_cgroups(self):
        """What killed launchers left goes when the next one starts."""
        done, outcome = self.notary.run(stdin=self.notary.documents("correspondence.mbox"))
        self.assertEqual(outcome["outcome"], "ok", done.stderr.decode())
        self.assertEqual(cgroup_leftovers(self.pids), [])

    def test_as_this_user(self):
        self.loop(KILLS // 2 if os.geteuid() == 0 else KILLS, None)

    def test_a_program_as_it_is(self):
        self.loop(max(KILLS // 15, 1), None, self.other_program)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to become an ordinary user")
    def test_a_program_as_it_is_as_an_ordinary_user(self):
        self.loop(max(KILLS // 15, 1), USER, self.other_program)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to become an ordinary user")
    def test_as_an_ordinary_user(self):
        self.loop(KILLS - KILLS // 2, USER)


if __name__ == "__main__":
    print(f"seed {SEED}")
    unittest.main(verbosity=2)
