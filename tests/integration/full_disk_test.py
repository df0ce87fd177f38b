"""A disk that is full: what Bailey was writing is not there, what was there stays, and it says so."""
import json
import os
import unittest

from support import BIN, NotaryTest, bailey, run

OLD = b"an older file"
# Mounts a small disk, puts an older file there, runs the rest, and shows what is on the disk.
ON_DISK = """
mount -t tmpfs -o size="$1",mode=0777 none "$2" || exit 99
printf '%s' "$3" > "$2/old"
cd "$4" || exit 99
disk=$2
shift 4
"$@"
status=$?
for file in "$disk"/* "$disk"/.[!.]*; do
  [ -e "$file" ] && printf '%s %s\\n' "${file##*/}" "$(head -c 100 "$file" 2>/dev/null)"
done
exit $status
"""


def has_namespaces():
    facts = json.loads(bailey("doctor", "--format", "json").stdout)["facts"]
    return any(fact["name"] == "user namespaces" and fact["state"] == "ok" for fact in facts)


@unittest.skipUnless(has_namespaces(), "user namespaces are missing, so no small disk")
class FullDiskTest(NotaryTest):
    def setUp(self):
        self.disk = self.notary.directory / "disk"
        self.disk.mkdir(exist_ok=True)

    def on_disk(self, size, *command, environment=None, stdin=b""):
        unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        return run([*unshare, "sh", "-c", ON_DISK, "sh", size, self.disk, OLD.decode(),
                    self.notary.directory, *command], stdin=stdin,
                   environment={**os.environ, **(environment or {})})

    def build(self, output):
        return [BIN / "bailey", "build", "-p", ".", "--program", "notary", "--policy",
                "notary.policy", "-o", output]

    def assert_failed(self, done, left):
        self.assertEqual(done.returncode, 2, done.stderr.decode())
        self.assertRegex(done.stderr.decode(), "(?i)no space left")
        self.assertEqual(done.stdout.decode().splitlines(), left)

    def test_a_bundle_that_does_not_fit(self):
        done = self.on_disk("256k", *self.build(self.disk / "new.bailey"))
        self.assert_failed(done, [f"old {OLD.decode()}"])

    def test_the_older_bundle_stays(self):
        done = self.on_disk("256k", *self.build(self.disk / "old"))
        self.assert_failed(done, [f"old {OLD.decode()}"])

    def test_no_room_for_work_in_progress(self):
        output = self.notary.directory / "unwritten.bailey"
        done = self.on_disk("64k", *self.build(output), environment={"TMPDIR": str(self.disk)})
        self.assert_failed(done, [f"old {OLD.decode()}"])
        self.assertFalse(output.exists())

    def test_an_outcome_that_cannot_be_written(self):
        documents = self.notary.documents("correspondence.mbox")
        done = self.on_disk("4k", BIN / "bailey", "run", self.notary.bundle, "--credential",
                            f"signing_key=file:{self.notary.key}", "--outcome",
                            self.disk / "outcome.json", stdin=documents)
        self.assertEqual(done.returncode, 125, done.stderr.decode())
        self.assertIn("outcome.json", done.stderr.decode())
        self.assertIn(b"signature: ", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], b"old " + OLD)

    def test_with_room_it_works(self):
        done = self.on_disk("64m", *self.build(self.disk / "new.bailey"),
                            environment={"TMPDIR": str(self.disk)})
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn("sha256:", done.stdout.decode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
