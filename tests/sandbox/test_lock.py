"""The lock itself, put on by a process that a test starts: by an ordinary user, beside another listener, around dot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.sandbox.world import HIDDEN, world

ROOT = Path(__file__).resolve().parent.parent.parent

START = """
import errno, json, os, signal, socket, subprocess, sys, threading
from gradwalk.sandbox import attempts, kernel, lock, seccomp
def tried(act):
    try:
        return [True, act()]
    except Exception as error:
        return [False, type(error).__name__]
def say(*found):
    print(json.dumps(found), flush=True)
"""


def said(program: str) -> list[Any]:
    """What a program of its own process says, a line of JSON each time."""
    done = subprocess.run(
        [sys.executable, "-c", START + program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_ordinary_user_is_held_as_well() -> None:
    """Who is the superuser becomes nobody first."""
    with world() as there:
        payload = json.dumps({**there.names(), "folder": str(there.folder)}).encode()
        there.folder.chmod(0o755)
        there.file.chmod(0o644)
        lines = said(f"""
import encodings.idna, pathlib, sysconfig
sysconfig.get_paths()
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
lock.put_on(lock.prepare(lock.PROGRAM))
say(os.getuid())
attempts.work({payload!r}, say)
""")
    uid, *outcomes = lines
    assert uid != [0]
    assert len(outcomes) > 10
    assert {outcome for ((_, outcome),) in outcomes} == {"refused"}


def test_where_somebody_else_listens_there_are_no_threads() -> None:
    """As in a container whose runtime answers for some calls itself: the kernel takes one listener a process."""
    lines = said("""
kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
seccomp.listen(500)
asked = []
lock.put_on(lock.prepare(lock.PROGRAM), asked.append)
say(asked)
say(*tried(threading.Thread(target=int).start))
say(*tried(lambda: open("/etc/passwd")))
""")
    assert lines == [[[]], [False, "RuntimeError"], [False, "PermissionError"]]


def test_a_process_with_other_threads_is_not_locked_by_half() -> None:
    lines = said("""
gate = threading.Event()
threading.Thread(target=gate.wait).start()
try:
    lock.put_on(lock.prepare(lock.PROGRAM))
except lock.Unlockable as error:
    say(str(error))
say(*tried(lambda: open("/etc/passwd").close()))
gate.set()
""")
    assert lines == [
        ["This process has other threads already, and Landlock would hold one of them alone."],
        [True, None],
    ]


def test_who_makes_pictures_starts_dot_and_nothing_else() -> None:
    with world() as there:
        lines = said(f"""
import shutil
dot = shutil.which("dot")
def run(*command):
    done = subprocess.run(command, input="digraph {{ a -> b }}", capture_output=True, text=True)
    return [done.returncode, done.stdout[:4], done.stderr]
plain = run(dot, "-Tjson0")
lock.put_on(lock.prepare(lock.WORKER))
say(run(dot, "-Tjson0") == plain, plain[0])
say(*tried(lambda: run(dot, "-Tplain")))
say(run(dot, "-Tplain", "-o", {str(there.folder)!r} + "/new")[0] != 0)
say(run(dot, "-Tplain", {str(there.file)!r})[2])
say(*tried(lambda: run("/bin/ls")))
say(*tried(lambda: run(sys.executable, "-c", "")))
say(*tried(lambda: open({str(there.file)!r})))
say(*tried(lambda: open({str(there.folder)!r} + "/new", "w")))
say(*tried(socket.socket))
say(*tried(lambda: os.kill({there.process.pid}, 0)))
say(*tried(lambda: os.kill(os.getppid(), 0)))
child = subprocess.Popen([dot, "-Tjson0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
say(*tried(lambda: os.killpg(child.pid, signal.SIGKILL)), child.wait())
""")
        assert there.touched() == []
    same, plain, writes, reads, *refused, killed = lines
    assert same == [True, 0]
    assert plain[1][:2] == [0, "grap"]
    assert writes == [True]
    assert HIDDEN not in reads[0]
    assert "can't open" in reads[0]
    assert refused == [[False, "PermissionError"]] * 7
    assert killed == [True, None, -9]


def test_the_whole_of_a_prefix_is_not_readable() -> None:
    """It has pip's settings in it, and what else its owner keeps there."""
    settings = Path(sys.prefix) / "pyvenv.cfg"
    lines = said(f"""
lock.put_on(lock.prepare(lock.PROGRAM))
say(*tried(lambda: open({str(settings)!r})))
say(*tried(lambda: os.listdir({str(ROOT)!r})))
say(*tried(lambda: open({str(ROOT / "README.md")!r})))
say(*tried(lambda: len(open({str(ROOT / "gradwalk" / "__init__.py")!r}).read()) > 0))
say(*tried(lambda: __import__("graphviz").__name__))
""")
    assert lines == [[False, "PermissionError"]] * 3 + [[True, True], [True, "graphviz"]]
