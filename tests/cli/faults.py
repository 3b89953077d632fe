#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""faults PROGRAM DATA [KILLS]: pulled plugs, full disks, closed folders.  TAP.

Each verb that writes is tried on a small song: killed KILLS times spread over
its run, on a disk with too little room at six sizes, and in a folder that may
not be written.  Whatever stands under a final name afterwards is what was
there before or what an undisturbed run makes, to the byte; stems and texts
stay; the error says what could not be written and where; and the same command
succeeds once the cause is gone.
"""
import hashlib
import os
import pathlib
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 8
NOBODY = 65534


def own_mounts():
    """Run on where a small disk can be mounted, gone when this ends."""
    if os.environ.get("TON_OWN_MOUNTS"):
        return
    for flags in (["-m"], ["-rm"]):
        test = ["unshare", *flags, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if shutil.which("unshare") and subprocess.run(
                test, capture_output=True).returncode == 0:
            os.environ["TON_OWN_MOUNTS"] = "yes"
            os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])
    os.environ["TON_OWN_MOUNTS"] = "no"


own_mounts()
DISKS = os.environ["TON_OWN_MOUNTS"] == "yes"
work = pathlib.Path(tempfile.mkdtemp(prefix="ton-faults-"))
work.chmod(0o755)
program = work / "tonmeister"
shutil.copy(sys.argv[1], program)
shutil.copytree(sys.argv[2], work / "data")
os.environ["TONMEISTER_DATA"] = str(work / "data")
also_whole = set()
done = 0
failed = 0


def say(holds, what, why=""):
    global done, failed
    done += 1
    failed += not holds
    if not holds:
        for line in str(why).splitlines():
            print("# " + line)
    print(f"{'ok' if holds else 'not ok'} {done} - {what}", flush=True)


def skip(what, why):
    global done
    done += 1
    print(f"ok {done} - {what} # SKIP {why}", flush=True)


def write_stem(path, rate, channels, seed):
    rng = random.Random(seed)
    frames = int(2.5 * rate)
    data = b"".join(struct.pack("<h", rng.randrange(-9000, 9000))
                    for _ in range(frames * channels))
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
        struct.pack("<IHHIIHH", 16, 1, channels, rate, 2 * rate * channels,
                    2 * channels, 16) + b"data" +
        struct.pack("<I", len(data)) + data)


NOTES = "song/.tonmeister/made"
# What a verb that is cut off leaves to the next one
LISTS = ("song/out/release/.files", "song/.tonmeister/written")


def files_of(folder):
    """Every file under a final name, by its hash; of the notes on what a song
    was made of, one stage after the other, the lines"""
    return {str(path.relative_to(folder)):
            path.read_text() if str(path.relative_to(folder)) == NOTES else
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file() and ".part-" not in path.name}


def notes_are_whole(notes, before, after):
    """Each line is one of those before the verb or after it."""
    known = before.get(NOTES, "") + after.get(NOTES, "")
    return set(notes.splitlines()) <= set(known.splitlines())


# Each verb: its words in a folder that has stems/, and what is there already
VERBS = {
    "new": (["new", "song", "stems/Bass.wav", "stems/Lead Vox.wav"], []),
    "mix": (["mix", "song"], ["new"]),
    "stems": (["mix", "song", "--stems"], ["new", "stems"]),
    "master": (["master", "song"], ["new", "mix"]),
    "release": (["release", "song"], ["new", "mix", "master"]),
    "make": (["make", "stems", "-o", "song"], []),
    "apply": (["apply", "stems/Bass.wav", "out.wav", "compressor", "reverb"],
              []),
}


def run(words, folder, **how):
    return subprocess.run([program, *words, "--quiet"], cwd=folder, text=True,
                          errors="replace", capture_output=True, **how)


def begun_text(verb, folder):
    """new writes a whole text of its tracks first, and then decides."""
    begun = work / "begun"
    copy(folder, begun)
    run(VERBS[verb][0], begun, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, (20000, 20000)))
    return files_of(begun)["song/mix.yaml"]


def prepare(verb):
    """A folder in the state before the verb, and its files after it."""
    before = work / (verb + "-before")
    (before / "stems").mkdir(parents=True)
    write_stem(before / "stems/Bass.wav", 48000, 1, 1)
    write_stem(before / "stems/Lead Vox.wav", 44100, 2, 2)
    for earlier in VERBS[verb][1]:
        run(VERBS[earlier][0], before, check=True)
    if verb == "stems":  # its earlier run wrote another name
        text = before / "song/mix.yaml"
        text.write_text(text.read_text().replace("  Bass:", "  Bass DI:"))
    also_whole.clear()
    if verb in ("new", "make"):
        also_whole.add(begun_text(verb, before))
    after = work / (verb + "-after")
    copy(before, after)
    start = time.monotonic()
    made = run(VERBS[verb][0], after)
    seconds = time.monotonic() - start
    say(made.returncode in (0, 3), f"{verb}: undisturbed", made.stderr)
    return before, files_of(after), seconds


def copy(folder, to):
    """Stems stay one file under two names, as the program left them."""
    shutil.rmtree(to, ignore_errors=True)
    subprocess.run(["cp", "-a", folder, to], check=True)


def spoilt(before, now, after):
    """What is neither as it was nor as it should be"""
    wrong = [f"{name} is half made" for name, has in now.items()
             if has not in (before.get(name), after.get(name), *also_whole)
             and name not in LISTS
             and not (name == NOTES and notes_are_whole(has, before, after))]
    return wrong + [f"{name} is gone" for name in before
                    if name in after and name not in now]


def recovers(verb, folder, before, after):
    """The same command once more; make does not decide on a text twice, but
    begins where nothing was decided"""
    text = files_of(folder).get("song/mix.yaml")
    if verb in ("new", "make") and text and text not in also_whole:
        shutil.rmtree(folder / "song")
    again = run(VERBS[verb][0], folder)
    wrong = spoilt(before, files_of(folder), after)
    wrong += [f"{part} is still there" for part in folder.rglob("*.part-*")]
    if again.returncode not in (0, 3) or wrong or files_of(folder) != after:
        return [f"again: exit {again.returncode} {again.stderr}", *wrong]
    return []


def killed(verb, before, after, seconds):
    was = files_of(before)
    wrongs = []
    early = 0
    for k in range(KILLS):
        folder = work / "now"
        copy(before, folder)
        child = subprocess.Popen([program, *VERBS[verb][0], "--quiet"],
                                 cwd=folder, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        time.sleep(seconds * (k + 0.5) / KILLS)
        child.send_signal(signal.SIGKILL)
        early += child.wait() == -signal.SIGKILL
        wrongs += [f"kill {k}: {w}" for w in
                   spoilt(was, files_of(folder), after)]
        if k in (KILLS // 3, 2 * KILLS // 3):
            wrongs += recovers(verb, folder, was, after)
    say(not wrongs, f"{verb}: killed {early} times in its run",
        "\n".join(wrongs))


def interrupted(verb, before, after, seconds):
    folder = work / "now"
    copy(before, folder)
    child = subprocess.Popen([program, *VERBS[verb][0], "--quiet"], cwd=folder,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
    time.sleep(seconds / 2)
    child.send_signal(signal.SIGINT)
    said = child.communicate()[1]
    wrong = spoilt(files_of(before), files_of(folder), after)
    wrong += [f"{part} is left" for part in folder.rglob("*.part-*")]
    say(not wrong, f"{verb}: stopped by Ctrl-C (exit {child.returncode})",
        "\n".join([said, *wrong]))


def refused(ran, folder, was, after, what):
    """Exit 1, a clear word, nothing half made"""
    wrong = spoilt(was, files_of(folder), after)
    wrong += [f"{part} is left" for part in folder.rglob("*.part-*")]
    if ran.returncode != 1:
        wrong.append(f"exit {ran.returncode}")
    if not any(word in ran.stderr for word in
               ("cannot write", "cannot make", "cannot be made", "read-only")):
        wrong.append("not said what could not be written")
    return [f"{what}: {w} ({ran.stderr.strip()})" for w in wrong]


def used(folder):
    disk = os.statvfs(folder)
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize


def on_disk(verb, before, after, room_kb):
    """On a disk of that many KB; what is wrong, and KB used if all went well"""
    disk = work / "disk"
    disk.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room_kb}k", "tmpfs",
                    disk], check=True)
    try:
        folder = disk / "now"
        copy(before, folder)
        ran = run(VERBS[verb][0], folder)
        if ran.returncode in (0, 3):
            wrong = spoilt(files_of(before), files_of(folder), after)
            return wrong, used(disk) // 1024
        wrong = refused(ran, folder, files_of(before), after, f"{room_kb} KB")
        subprocess.run(["mount", "-o", "remount,size=1g", disk], check=True)
        return wrong + recovers(verb, folder, files_of(before), after), None
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def full_disk(verb, before, after):
    if DISKS:
        taken = sum(p.stat().st_size for p in before.rglob("*")
                    if p.is_file()) // 1024 + 64
        wrong, most = on_disk(verb, before, after, 1 << 20)
        full = 0
        for share in (0.0, 0.02, 0.2, 0.5, 0.8, 0.97):
            room = int(taken + share * (most - taken))
            more, fits = on_disk(verb, before, after, room)
            wrong += more
            full += fits is None
        say(full >= 4 and not wrong, f"{verb}: disk full at {full} sizes of 6",
            "\n".join(wrong))
        return
    wrong = []
    for room in (0, 1000, 50000):
        folder = work / "now"
        copy(before, folder)
        ran = run(VERBS[verb][0], folder, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (room, room)))
        wrong += refused(ran, folder, files_of(before), after, f"{room} bytes")
    say(not wrong, f"{verb}: files cut short, for want of a small disk",
        "\n".join(wrong))


def closed_folder(verb, before, after):
    folder = work / "now"
    copy(before, folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} \
        if os.geteuid() == 0 else {}
    try:
        ran = run(VERBS[verb][0], folder, **who)
    except (PermissionError, OSError) as error:
        skip(f"{verb}: read-only folder", f"cannot become nobody: {error}")
        return
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    wrong = refused(ran, folder, files_of(before), after, "read-only")
    say(not wrong, f"{verb}: read-only folder", "\n".join(wrong))


def full_output():
    """What was asked for and could not be said is not done"""
    for words in (["help", "all", "--json"], ["measure", "--json", "x.wav"],
                  ["measure", "x.wav"], ["check", "--json", "x.wav"],
                  ["compare", "x.wav", "x.wav"]):
        write_stem(work / "x.wav", 48000, 1, 1)
        with open("/dev/full", "w", encoding="ascii") as full:
            ran = subprocess.run([program, *words], cwd=work, stdout=full,
                                 stderr=subprocess.PIPE, text=True)
        say(ran.returncode == 1 and "cannot write" in ran.stderr,
            f"{words[0]} into a full disk", f"{ran.returncode} {ran.stderr}")


def main():
    try:
        for verb in VERBS:
            before, after, seconds = prepare(verb)
            killed(verb, before, after, seconds)
            interrupted(verb, before, after, seconds)
            full_disk(verb, before, after)
            closed_folder(verb, before, after)
        full_output()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"1..{done}")
    return failed > 0


sys.exit(main())
