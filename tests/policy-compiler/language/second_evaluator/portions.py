"""Actions, and the rules of a portion: (system call number, condition, action, index)."""

STRENGTH = ["allow", "log", "errno", "trap", "kill_thread", "kill_process"]
KILLS = ("kill_thread", "kill_process")
NO_SUCH_CALL = ("errno", 38)


def strength(action):
    return STRENGTH.index(action[0])


def more_than_an_error(action):
    return strength(action) > strength(("errno",))


def permits(action):
    return action[0] in ("allow", "log")


class Portion:
    """Or what all portions have in common, or what one has in its `serving` block."""

    takes_files = True

    def __init__(self, name, otherwise):
        self.name, self.otherwise = name, otherwise
        self.rules, self.files, self.included = [], [], set()
        self.constrained = False
        self.serving = None

    def add_calls(self, calls, action, index):
        self.rules += [(number, when, action, index) for number, when in calls]

    def add_file(self, kind, index):
        self.files.append((kind, index))
