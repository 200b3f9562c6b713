# Starts processes for a worker as start-helper.pl does, by the same protocol (start-helper.ts tells it), for less than half of
# the processor time: a process that is spawned borrows the memory of this one until it executes its program, so nothing is
# copied. What a fork does there (folders, files, the current folder) this process does itself before.
import ctypes
import errno
import gc
import os
import select
import signal
import stat
import struct
import sys

PIECE = 65536  # bytes that are read of a stream at once
WINDOW = 4 * PIECE  # bytes of a process that may be on their way to the worker
PATIENCE = 2  # milliseconds that reports nobody waits for stay for company
COMPANY = 8  # how often at most
# What Python ignores and a program expects not to be.
USUAL_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)
SYSTEM = ctypes.CDLL(None)
OWNER = os.geteuid()


class Job:
    def __init__(self, number, process, folders):
        self.number = number
        self.process = process
        self.streams = {}  # descriptor => name, of what is not over
        self.ahead = 0
        self.status = None
        self.folders = folders


class Folders:
    """What was made for a process; a later one may have it, at another place."""

    def __init__(self):
        self.paths = []
        self.file = None  # the one in them; None: there is another number of files, and nobody else may have it
        self.inode = None  # of that file
        self.text = b''  # what was written there
        self.changed = True  # whether a name or a right in the folders may be different


class Helper:
    def __init__(self):
        self.requests = os.dup(0)
        self.reports = os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        os.close(null)
        self.ends = hear_of_ends()
        self.children = take_in_orphans()
        self.changes = Changes()
        self.spares = {}  # first path => folders that a process left clean
        self.jobs = {}
        self.of_process = {}
        self.of_stream = {}
        self.asked = bytearray()
        self.said = []
        self.waiting = 0  # bytes in `said`
        self.urgent = False  # whether somebody waits for them
        self.kept = 0
        self.poll = select.poll()
        for descriptor in (self.requests, self.ends):
            self.poll.register(descriptor, select.POLLIN)

    def serve(self):
        gc.freeze()
        self.report(b'hello %d\n' % os.getpid())
        while True:
            if self.said and (self.urgent or self.kept > COMPANY or self.waiting > PIECE):
                self.send_reports()
            ready = dict(self.poll.poll(PATIENCE if self.said else None))
            self.kept += 1
            if not ready:
                self.send_reports()
            for descriptor, what in ready.items():
                if descriptor in self.of_stream:
                    self.pass_on(descriptor, what)
            if self.ends in ready:
                os.read(self.ends, 4096)
                self.reap()
            if self.requests in ready and not self.hear():
                break
        # The worker is gone, perhaps killed: what it ran ends with it.
        for process in self.of_process:
            kill_group(process)
        os._exit(0)

    def report(self, line):
        self.said.append(line)
        self.urgent = True

    def tell(self, *pieces):
        self.said += pieces
        self.waiting += sum(map(len, pieces))

    def send_reports(self):
        said = memoryview(b''.join(self.said))
        self.said, self.waiting, self.urgent, self.kept = [], 0, False, 0
        while said:
            try:
                said = said[os.write(self.reports, said):]
            except OSError:
                return  # The worker is gone, which the end of the requests tells as well.

    def hear(self):
        """False: the worker is gone."""
        heard = os.read(self.requests, PIECE)
        self.asked += heard
        while True:
            end = self.asked.find(b'\n') + 1
            if end == 0:
                return heard != b''
            what, *numbers = self.asked[:end].split()
            whole = end + (int(numbers[1]) if what == b'start' else 0)
            if len(self.asked) < whole:
                return heard != b''
            text = bytes(self.asked[end:whole])
            del self.asked[:whole]
            if what == b'start':
                self.start(int(numbers[0]), text)
            elif what == b'more':
                self.give_way(int(numbers[0]), int(numbers[1]))
            elif what == b'close':
                job = self.jobs.get(int(numbers[0]))
                for descriptor in list(job.streams) if job else ():
                    self.close_stream(descriptor)
            else:
                self.report(b'pong\n')

    def start(self, number, text):
        cwd, stdin, program, spare, *rest = text.split(b'\0')
        paths, rest = take_list(rest)
        files, rest = take_list(rest)
        arguments, rest = take_list(rest)
        environment = dict(entry.split(b'=', 1) for entry in rest)
        pipes = []
        what = b'preparation'
        try:
            folders = self.prepare(spare, paths, files)
            what = b'program'
            for _ in range(2):
                pipes += os.pipe()
            out, to_out, err, to_err = pipes
            actions = [(os.POSIX_SPAWN_DUP2, to_out, 1), (os.POSIX_SPAWN_DUP2, to_err, 2)]
            if stdin:
                actions.append((os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0))
            os.chdir(cwd)
            process = spawn(program, arguments, environment, actions)
        except (OSError, ValueError) as error:
            for descriptor in pipes:
                os.close(descriptor)
            number_of_error = getattr(error, 'errno', None) or errno.EINVAL
            self.report(b'failed %d %d %s\n' % (number, number_of_error, what))
            return
        finally:
            os.chdir('/')
        os.close(to_out)
        os.close(to_err)
        job = Job(number, process, folders)
        self.jobs[number] = self.of_process[process] = job
        for descriptor, name in ((out, b'out'), (err, b'err')):
            job.streams[descriptor] = name
            self.of_stream[descriptor] = job
            self.poll.register(descriptor, select.POLLIN)
        self.tell(b'started %d %d\n' % (number, process))

    def prepare(self, spare, paths, files):
        first, *others = paths
        folders = self.spares.pop(spare, None)
        # Whoever makes the first one decides: this process, that the program is executed; the worker, that it never is.
        try:
            os.rename(spare, first)
        except OSError:  # There is no spare one, or it is gone.
            os.mkdir(first, 0o700)
            folders = None
        self.hear_changes()
        if folders is None or folders.changed:
            folders = Folders()
            for folder in others:
                if not os.path.isdir(folder):
                    os.mkdir(folder, 0o700)
        for path, text in zip(files[::2], files[1::2]):
            folders.inode = write_file(path, text)
        folders.paths = paths
        folders.file, folders.text = files if len(files) == 2 else (None, b'')
        if folders.changed and folders.file is not None:
            self.changes.follow(folders)
        return folders

    def hear_changes(self):
        for folders in self.changes.hear():
            folders.changed = True
            # The worker may have removed it.
            self.spares.pop(folders.paths[0], None)

    def pass_on(self, descriptor, what):
        """Of a stream that has something, or is over."""
        job = self.of_stream[descriptor]
        piece = os.read(descriptor, PIECE) if what != select.POLLHUP else b''
        if not piece:
            self.close_stream(descriptor)
            return
        self.tell(b'%s %d %d\n' % (job.streams[descriptor], job.number, len(piece)), piece)
        job.ahead += len(piece)
        if job.ahead >= WINDOW > job.ahead - len(piece):
            for each in job.streams:
                self.poll.unregister(each)

    def give_way(self, number, count):
        """The worker has taken so many bytes of what was sent."""
        job = self.jobs.get(number)
        if job is None:
            return
        job.ahead -= count
        if job.ahead < WINDOW <= job.ahead + count:
            for each in job.streams:
                self.poll.register(each, select.POLLIN)

    def close_stream(self, descriptor):
        job = self.of_stream.pop(descriptor)
        if job.ahead < WINDOW:
            self.poll.unregister(descriptor)
        os.close(descriptor)
        del job.streams[descriptor]
        if not job.streams:
            if job.status is not None:
                self.over(job)
            self.tell(b'closed %d\n' % job.number)

    def reap(self):
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            job = self.of_process.pop(process, None)
            if job is None:
                continue  # It came here when it lost its parent.
            job.status = status
            if not job.streams:
                self.over(job)
            self.report(b'ended %d %d %d\n' % (job.number, status >> 8, status & 127))

    def over(self, job):
        """It has ended and its output is over: nothing of its group stays."""
        del self.jobs[job.number]
        if not self.runs_nothing_else():
            kill_group(job.process)
            return
        folders = job.folders
        if folders.file is not None and self.are_clean(folders):
            self.spares[folders.paths[0]] = folders
            self.tell(b'clean %d\n' % job.number)

    def runs_nothing_else(self):
        """Whether nothing that a process left behind is there, in its group or elsewhere: see `take_in_orphans`."""
        processes = os.pread(self.children, PIECE, 0)
        # Each is followed by a space. Those of jobs are all among them; the system gives a page of them at most.
        return len(processes) < 2048 and processes.count(b' ') == len(self.of_process)

    def are_clean(self, folders):
        """Whether folders are as the process found them: no name and no right is different. Then the file tells nothing any more."""
        file, text = folders.file, folders.text
        try:
            self.hear_changes()
            if folders.changed:
                self.changes.follow(folders)
                known = {*folders.paths, file}
                for folder in folders.paths:
                    status = os.lstat(folder)
                    if status.st_mode != stat.S_IFDIR | 0o700 or status.st_uid != OWNER:
                        return False
                    if any(folder + b'/' + name not in known for name in os.listdir(folder)):
                        return False
            status = os.lstat(file)
            if status.st_mode != stat.S_IFREG | 0o600 or status.st_uid != OWNER or status.st_nlink != 1:
                return False
            if status.st_ino != folders.inode:
                return False
            if len(text) > len('{}') or status.st_size > len(text):
                write_file(file, b' ' * len(text))
            return True
        except OSError:
            return False


class Changes:
    """Tells of folders in which something has changed, so that not each of them is looked through (inotify(7)). Where that is
    not to be had, all count as changed."""

    # Of a folder: its rights or those of something in it, a name that comes or goes. The first such thing ends the watch.
    KINDS = 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x80000000
    LOST = 0x4000
    CHANGE = struct.Struct('iIII')

    def __init__(self):
        self.told = SYSTEM.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        self.of_watch = {}

    def follow(self, folders):
        """From now on."""
        watches = [SYSTEM.inotify_add_watch(self.told, path, self.KINDS) for path in folders.paths]
        folders.changed = min(watches) < 0
        for watch in watches:
            self.of_watch[watch] = folders

    def hear(self):
        """The folders that have changed."""
        changed = []
        while True:
            try:
                told = os.read(self.told, 4096)
            except OSError:  # There is nothing more.
                return changed
            at = 0
            while at < len(told):
                watch, what, _, length = self.CHANGE.unpack_from(told, at)
                at += self.CHANGE.size + length
                if what & self.LOST:
                    changed += self.of_watch.values()
                    self.of_watch.clear()
                elif watch in self.of_watch:
                    changed.append(self.of_watch.pop(watch))


def take_list(texts):
    end = 1 + int(texts[0])
    return texts[1:end], texts[end:]


def write_file(path, text):
    # One that is there is written over. Emptied before, it would be brought to the disk when it is closed (ext4).
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        status = os.fstat(file)
        if status.st_size > len(text):
            os.ftruncate(file, len(text))
        while text:
            text = text[os.write(file, text):]
        return status.st_ino
    finally:
        os.close(file)


def spawn(program, arguments, environment, actions):
    surroundings = {
        'file_actions': actions,
        'setsid': True,
        'setsigdef': USUAL_SIGNALS,
        'setsigmask': (),
    }
    try:
        return os.posix_spawn(program, [program, *arguments], environment, **surroundings)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
    # A text without `#!` is one for the shell, as `execvp` and every shell have it.
    return os.posix_spawn(b'/bin/sh', [b'/bin/sh', program, *arguments], environment, **surroundings)


def kill_group(process):
    try:
        os.killpg(process, signal.SIGKILL)
    except OSError:
        pass


def hear_of_ends():
    """Gives a descriptor that can be read whenever a process has ended."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    # A set of signals, one bit for each, as the C library has it.
    return SYSTEM.signalfd(-1, (1 << signal.SIGCHLD - 1).to_bytes(128, sys.byteorder), os.O_CLOEXEC | os.O_NONBLOCK)


def take_in_orphans():
    """Makes this process the parent of what loses its own below it. Gives the list of its children, which then has whatever a
    process left behind and still runs."""
    set_child_subreaper = 36
    if SYSTEM.prctl(set_child_subreaper, 1, 0, 0, 0) != 0:
        sys.exit('There is no PR_SET_CHILD_SUBREAPER.')
    return os.open('/proc/self/task/%d/children' % os.getpid(), os.O_RDONLY)


def check_spawn():
    """An old Python has no `posix_spawn`, an old library no new session in it."""
    try:
        spawn(b'/', [], {}, [])
    except PermissionError:
        pass  # A folder is no program.


check_spawn()
Helper().serve()
